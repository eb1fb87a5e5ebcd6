# A field that the legal basis does not reach is struck unless somebody grants it
# with a reason; a basis bounds purpose and retention too.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,spouse_id basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
! code=reason-missing approve tax/okafor R grant=spouse_id
approve tax/okafor R grant=spouse_id reason="The spouse shares the account."
approve tax/arnaud R grant=spouse_id reason="As my colleague says."
received police R rows=3 columns=declared_income,spouse_id
ask police/vidal as Q dataset=TAX-INC-04 fields=declared_income,spouse_id basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
approve tax/okafor Q grant=spouse_id reason="The spouse shares the account."
approve tax/arnaud Q
received police Q rows=3 columns=declared_income
! code=bad-period ask police/vidal as U dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=400d
! code=no-basis ask police/vidal as U dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=curiosity subject=P-1 keep=30d
! code=unknown-field ask police/vidal as U dataset=TAX-INC-04 fields=shoe_size basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=30d
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
