# The others take a keeper out against its will; it stays a member, and the record
# goes on without it.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
! vote civil replace-keeper by=police,tax
vote civil replace-keeper by=police,tax,health
stop civil kill
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
approve tax/okafor R
received police R rows=3
start civil
state R fulfilled within=20s
same within=20s
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
