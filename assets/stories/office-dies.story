# An agency's office computer is lost for good while a release is on its way. Two
# admins move the office to a spare computer; it makes the release anew, reads the
# letters and receives what others sent. What the lost one held is not needed.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/durand requester name="Paul Durand"
person civil/brandt approver name="Ina Brandt"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
dataset civil CIV-ID-01 title="Identity" class=personal sharing=conditional fields=name,born quorum=1 source=people.csv key=person
basis civil CRA-12 "Civil Registry Act art. 12" dataset=CIV-ID-01 purpose=tax-assessment fields=name,born keep=365d
node tax/desk
node tax/vault spare=yes

# The first is done with; the second is agreed, and its release signed, while the
# police are away; the third is asked and not decided yet.
ask police/vidal as DONE dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d case=VM-1
approve tax/okafor DONE
received police DONE rows=2
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d case=VM-2
ask police/vidal as LATER dataset=TAX-INC-04 fields=income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-2 keep=180d case=VM-3
opens tax/okafor R
opens tax/okafor LATER
ask tax/durand as ID dataset=CIV-ID-01 fields=name basis=CRA-12 purpose=tax-assessment subject=P-1 keep=90d case=T-9
opens civil/brandt ID
stop police
approve tax/okafor R
count release == 2 within=10s
stop tax kill
start police
! received police R within=2s

# A plain desktop cannot hold the agency's identity.
! code=unknown-target office tax desk
office tax vault
connect tax TAX-INC-04 source=income.csv key=person
received police R rows=2 columns=declared_income,income_band within=60s
approve tax/okafor LATER
received police LATER rows=1
approve civil/brandt ID
received tax ID rows=1 columns=name within=30s

# The lost computer is found: it is no office node any more.
start tax/office
same
-- income.csv --
person,year,declared_income,income_band
P-1,2021,41280,D
P-1,2022,44900,D
P-2,2021,12000,A
-- people.csv --
person,name,born
P-1,Anna Berg,1980-04-02
