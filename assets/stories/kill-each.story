# Each node in turn is killed in the middle of work; the others go on, and it
# comes back to the same ledger.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R1 dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d nowait
stop health kill
start health
state R1 submitted within=20s
approve tax/okafor R1
received police R1 within=20s rows=3
ask police/vidal as R2 dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d nowait
stop civil kill
start civil
state R2 submitted within=20s
approve tax/okafor R2
received police R2 within=20s rows=3
ask police/vidal as R3 dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d nowait
stop tax kill
start tax
state R3 submitted within=20s
approve tax/okafor R3
received police R3 within=20s rows=3
ask police/vidal as R4 dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d nowait
stop police kill
start police
state R4 submitted within=20s
approve tax/okafor R4
received police R4 within=20s rows=3
stop health kill
ask police/vidal as R5 dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
approve tax/okafor R5
received police R5 rows=3
start health
same within=20s
restart all
same within=20s
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
