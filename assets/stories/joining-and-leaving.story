# Four found the keepers; a fifth joins from an empty disk; one leaves with two
# requests pending and an agreement live: those lapse, this is recalled, and the
# leaver signs that it destroyed what it had.

agency police "Valmarine Police"
agency tax "Tax Service"
agency health "Health Fund"
agency civil "Civil Registry"
person police/vidal requester name="Marco Vidal"
person tax/okafor approver name="Tomás Okafor"
person tax/arnaud approver name="Hélène Arnaud"
agency port "Port Authority"
person port/moreau requester name="Luc Moreau"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d
ask port/moreau as P dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d standing=90d case=VM-1
approve tax/okafor P
received port P rows=3
ask port/moreau as Q dataset=TAX-INC-04 fields=declared_income basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
ask port/moreau as Q2 dataset=TAX-INC-04 fields=income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 keep=180d
return tax/arnaud Q2 code=information-required reason="Which year?"
agency fire "Fire Service" keeper=no
same
leave port
state Q lapsed
state Q2 lapsed
state P revoked
state P closed within=20s
stop port
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-1 from=2021 to=2023 keep=180d case=VM-1
approve tax/okafor R
received police R rows=3
same
vote fire suspend by=police,tax,health,civil
vote fire reinstate by=police,tax,health
! vote fire expel by=police,tax
vote fire expel by=police,tax,health,civil
stop fire
same
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-1,2021,41280,D,P-9
P-1,2022,44900,D,P-9
P-1,2023,98400,F,P-9
P-2,2021,12000,A,
