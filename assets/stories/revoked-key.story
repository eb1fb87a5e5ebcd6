# A key that was revoked signs nothing any more; what it signed before stays valid.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
person tax/bauer approver,dpo name="Ingrid Bauer"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
approve tax/okafor R
key revoke tax/okafor since=-2d by=tax/admin1,tax/admin2
! code=key-not-active approve tax/okafor R
state R submitted
ask police/vidal as Q dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
approve tax/arnaud Q
approve tax/bauer Q
received police Q rows=3
key suspend tax/arnaud by=tax/admin1
! code=key-not-active approve tax/arnaud R
key restore tax/arnaud by=tax/admin1,tax/admin2
key rotate tax/arnaud
approve tax/arnaud R
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
