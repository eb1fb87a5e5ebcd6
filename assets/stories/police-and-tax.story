# The police ask the tax service for one person's declared income. Two officials
# approve four of five fields; exactly those are on the police desk at once.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"

person police/vidal requester name="Marco Vidal" title="Inspector"
person tax/okafor approver name="Tomás Okafor" title="Legal counsel"
person tax/arnaud approver name="Hélène Arnaud" title="Disclosure officer"

dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,employer_id,bank_account_refs,spouse_id sensitive=bank_account_refs third-party=spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band,employer_id,bank_account_refs keep=365d

ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band,employer_id,bank_account_refs,spouse_id basis=FPC-L.141-2 purpose=criminal-investigation subject=VM-88-1042 from=2021 to=2023 keep=180d case=VM-2026-0417 note="Wire transfers of 2021 to 2023."
state R submitted
approve tax/okafor R
state R submitted
! code=already-decided approve tax/okafor R
approve tax/arnaud R strike=spouse_id
state R approved
received police R rows=5 columns=declared_income,income_band,employer_id,bank_account_refs cell=1,declared_income,41280
hidden police 98400
hidden tax VM-2026-0417
hidden health VM-88-1042
same
-- income.csv --
person,year,declared_income,income_band,employer_id,bank_account_refs,spouse_id
VM-88-1042,2020,38100,C,51200411800023,VM7600004410,VM-90-2207
VM-88-1042,2021,41280,D,51200411800023,VM7600004410,VM-90-2207
VM-88-1042,2021,3150,D,83077120900011,VM7600004410,VM-90-2207
VM-88-1042,2022,44900,D,51200411800023,VM7600004410,VM-90-2207
VM-88-1042,2023,98400,F,51200411800023,VM7600004410,VM-90-2207
VM-88-1042,2023,61000,F,90133856000017,VM1800000092,VM-90-2207
VM-71-0093,2021,23500,B,51200411800023,VM4400007301,
VM-71-0093,2022,24100,B,51200411800023,VM4400007301,
