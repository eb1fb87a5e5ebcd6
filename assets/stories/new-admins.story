# The police lose both administrators' keys. Two others make theirs and offer themselves,
# the members compare the six words and vote, and the two then enrol somebody who asks and
# can open what comes. On the desktop where they made their keys they read what was written
# before as well. While an administrator's key works nobody else appoints any.

agency tax "Tax Service"
agency police "Valmarine Police"
agency health "Health Fund"
agency civil "Civil Registry"
node police/desk-1
person tax/arnaud approver name="Hélène Arnaud"
person police/vidal requester name="Marco Vidal"
dataset tax TAX-INC-04 class=ordinary sharing=conditional fields=declared_income quorum=1 source=income.csv key=person
basis tax L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=declared_income
ask police/vidal as Q dataset=TAX-INC-04 fields=declared_income basis=L.141-2 purpose=criminal-investigation subject=P-2 keep=180d
! offer-admins police/brandt police/roy on=desk-1
key suspend police/admin2 by=police/admin1
key suspend police/admin1 by=police/admin1
! code=key-not-active person police/late requester
offer-admins police/brandt police/roy on=desk-1
! code=key-not-active vote police new-admins by=police
! vote police new-admins by=tax,health        # all three others are needed
vote police new-admins by=civil,tax,health
! code=key-reused vote police new-admins by=tax
! offer-admins police/osei police/moreau
opens police/brandt Q on=desk-1
opens police/roy Q
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
