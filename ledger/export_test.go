package ledger

// What the general library does, for comparing.
var (
	DecodeGeneral = decodeGeneral
	EncodeGeneral = encMode.Marshal
)
