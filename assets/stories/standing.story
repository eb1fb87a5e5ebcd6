# A standing agreement is suspended and resumed, ends by itself on time, and what
# it handed over is destroyed when its retention is over, without an order.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d standing=90d rows="year>=2022"
approve tax/okafor R
approve tax/arnaud R
received police R rows=2
suspend tax/arnaud R reason="The register is being corrected."
state R suspended
! code=wrong-state suspend tax/okafor R reason="Twice."
resume tax/okafor R
state R approved
clock +91d
state R expired within=20s
! state R closed within=2s
clock +90d
state R closed within=20s
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
