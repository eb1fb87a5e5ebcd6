# An approval signed while cut off, healed eight days later, is not taken: the
# outbox asks for a fresh signature.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
opens tax/okafor R
cut tax from police,health,civil
approve tax/okafor R nowait
! state R approved within=2s
clock +8d
heal
! state R approved within=5s
approve tax/okafor R
received police R within=20s
same within=20s
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
