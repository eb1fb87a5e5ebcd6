# Wrong rows went out: the provider revokes, and nothing is closed before the
# requester has destroyed what it got and signed for it.

agency police "Valmarine Police"
agency tax "Tax Service"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=2 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
approve tax/okafor R
approve tax/arnaud R
received police R rows=3
state R fulfilled
revoke tax/arnaud R reason="These are somebody else's rows."
state R revoked
! state R closed within=2s
! code=missing-role delete police/admin1 R
delete police/vidal R
state R closed
count deletion-receipt = 1
! code=wrong-state revoke tax/arnaud R reason="Once more."
! code=wrong-state delete police/vidal R
hidden police 98400
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
