# A data protection officer has their agency's copies of a request at rest erased:
# on every computer of the agency, and nowhere else.

agency tax "Tax Service"
agency police "Valmarine Police"
node tax/desk
person police/vidal requester name="Marco Vidal"
person police/brandt dpo,requester name="Sofia Brandt"
person police/keller dpo name="Jonas Keller"
person tax/okafor approver name="Tomás Okafor"
person tax/bauer approver,dpo name="Ingrid Bauer"
dataset tax TAX-INC-04 title="Declared income" class=personal sharing=conditional fields=year,declared_income,income_band,spouse_id quorum=1 source=income.csv key=person
basis tax FPC-L.141-2 "Fiscal Procedure Code L.141-2" dataset=TAX-INC-04 purpose=criminal-investigation fields=year,declared_income,income_band keep=365d

# Refused, read at two desks of the Tax Service, and erased while one is off.
ask police/vidal as R dataset=TAX-INC-04 fields=declared_income,income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-4711 case=VM-2026-0417 note="About the yellow house."
opens tax/okafor R on=desk
! code=wrong-state erase tax/bauer R reason=data-subject-request
refuse tax/okafor R code=excessive reason="More than the yellow house needs."
state R refused
! erased tax R within=1s
! code=missing-role erase tax/okafor R reason=data-subject-request
! code=missing-role erase tax/admin1 R reason=data-subject-request
stop tax/desk kill
erase tax/bauer R reason=data-subject-request
! opens tax/okafor R
! erased tax R within=2s
start tax/desk
erased tax R within=20s
! opens tax/okafor R on=desk
! code=already-decided erase tax/bauer R reason=sent-in-error
state R refused

# The other party keeps its own until its own officer says so.
! erased police R within=1s
opens police/vidal R
erase police/keller R reason=no-longer-needed
! opens police/vidal R
erased police R

# Whoever asked does not erase; data that are still held are deleted first.
ask police/brandt as Q dataset=TAX-INC-04 fields=income_band basis=FPC-L.141-2 purpose=criminal-investigation subject=P-4711 keep=30d
approve tax/okafor Q
received police Q rows=1
state Q fulfilled
! code=wrong-state erase police/keller Q reason=no-longer-needed
delete police/vidal Q
state Q closed
! code=own-request erase police/brandt Q reason=no-longer-needed
stop police kill
start police
erase police/keller Q reason=no-longer-needed
erased police Q
! erased tax Q within=1s
count refused = 6

hidden tax "yellow house"
hidden tax P-4711
hidden police "yellow house"
hidden police P-4711
same within=20s
-- income.csv --
person,year,declared_income,income_band,spouse_id
P-4711,2023,98400,F,P-9
P-2,2021,12000,A,
