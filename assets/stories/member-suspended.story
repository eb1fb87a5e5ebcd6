# A member is suspended and reinstated by the votes of the others, then expelled: what it
# asks while it is suspended is refused, too few votes do nothing, and its request lapses.
agency tax "Tax Service"
agency police "Valmarine Police"
agency health "Health Fund"
agency civil "Civil Registry"
person tax/arnaud approver
person police/vidal requester
dataset tax TAX-INC-04 class=ordinary sharing=conditional fields=declared_income quorum=1
basis tax L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=declared_income
! vote police suspend by=tax
vote police suspend by=tax,health,civil
! code=agency-suspended ask police/vidal as early dataset=TAX-INC-04 fields=declared_income basis=L.141-2 purpose=criminal-investigation subject=P-1
vote police reinstate by=tax,health,civil
ask police/vidal as r dataset=TAX-INC-04 fields=declared_income basis=L.141-2 purpose=criminal-investigation subject=P-1
vote police expel by=health,civil,tax
state r lapsed
