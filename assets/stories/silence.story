# After ten seconds of silence and two days on the clock, the first entry already
# carries the new time; no block was made meanwhile.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
idle 2s                   # the empty block that certifies the last outcome
idle 10s blocks=0
clock +2d
ask police/vidal as Q dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
later Q R 47h
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
