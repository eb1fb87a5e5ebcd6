# One refusal ends a request by default; where the policy says quorum, it ends
# when approval has become impossible.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
dataset tax TAX-INC-02 title="Income band" class=personal sharing=conditional fields=year,income_band quorum=2 refusal=quorum
basis tax FPC-L.98 "Fiscal Procedure Code L.98" dataset=TAX-INC-02 purpose=benefit-check fields=year,income_band
person tax/bauer approver,dpo name="Ingrid Bauer"
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
refuse tax/okafor R code=excessive reason="More than the purpose needs."
state R refused
! code=wrong-state approve tax/arnaud R
! received police R within=1s
ask police/vidal as Q dataset=TAX-INC-02 fields=income_band basis=FPC-L.98 purpose=benefit-check subject=P-1 keep=90d
refuse tax/okafor Q code=unfounded reason="No basis for it."
state Q submitted
! state Q refused within=1s
refuse tax/arnaud Q code=unfounded reason="No basis for it."
state Q refused
! code=wrong-state approve tax/bauer Q
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
