# A key is revoked as suspect since two days ago: others confirm or annul what it
# decided, and only what lacks its quorum then is recalled.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
person tax/bauer approver,dpo name="Ingrid Bauer"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
ask police/vidal as Q dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
ask police/vidal as U dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
approve tax/okafor R
approve tax/arnaud R
received police R rows=3
approve tax/okafor Q
approve tax/arnaud Q
received police Q rows=3
approve tax/okafor U
key revoke tax/okafor since=-2d by=tax/admin1,tax/admin2
approve tax/arnaud U
state U submitted
! received police U within=1s
review R annul by=tax/arnaud,tax/bauer
state R revoked
review Q confirm by=tax/arnaud,tax/bauer
state Q fulfilled
review U confirm by=tax/arnaud,tax/bauer
state U approved
received police U rows=3
delete police/vidal R
state R closed
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
