# Data moves at the last needed signature and not before; a special class needs
# the data protection officer besides.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
person tax/bauer approver,dpo name="Ingrid Bauer"
dataset tax TAX-MED-01 title="Medical deductions" class=special sharing=conditional fields=year,declared_income,income_band quorum=2 dpo=yes source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-MED-01 purpose=criminal-investigation fields=year,declared_income,income_band
ask police/vidal as R dataset=TAX-MED-01 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d
approve tax/okafor R
state R submitted
! received police R within=1s
approve tax/arnaud R
state R submitted
! received police R within=1s
approve tax/bauer R
state R approved
received police R rows=3
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
