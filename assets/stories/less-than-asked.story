# The provider offers something else than asked; the requester accepts, and the
# file holds exactly that.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
offer tax/okafor R fields=income_band from=2023 to=2023 reason="The band of the last year is enough."
state R submitted
! code=wrong-state accept police/vidal R
offer tax/arnaud R
state R offered
accept police/vidal R
state R approved
received police R rows=1 columns=income_band cell=1,income_band,F
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
