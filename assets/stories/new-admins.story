# The police lose both administrators' keys. Two others make theirs and offer themselves,
# the members compare the six words and vote, and the two then enrol somebody who asks and
# can open what comes. While an administrator's key works nobody else appoints any.

agency tax "Tax Service"
agency police "Valmarine Police"
agency health "Health Fund"
agency civil "Civil Registry"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 class=ordinary sharing=conditional fields=declared_income quorum=1 source=income.csv key=person
basis tax L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=declared_income
! offer-admins police/brandt police/roy
key suspend police/admin2 by=police/admin1
key suspend police/admin1 by=police/admin1
! code=key-not-active person police/late requester
offer-admins police/brandt police/roy
! code=key-not-active vote police new-admins by=police
! vote police new-admins by=tax,health        # all three others are needed
vote police new-admins by=civil,tax,health
! code=key-reused vote police new-admins by=tax
! offer-admins police/osei police/moreau
person police/late requester name="Late Comer"
ask police/late as R dataset=TAX-INC-04 fields=declared_income basis=L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
approve tax/arnaud R
received police R rows=2 columns=declared_income cell=1,declared_income,44900
! code=key-not-active key suspend police/late by=police/admin1
key restore police/admin1 by=police/brandt,police/roy
key suspend police/late by=police/admin1
same
-- income.csv --
person,declared_income
P-1,44900
P-1,41280
P-2,12000
