package desk

import (
	"github.com/tyler-smith/go-bip39/wordlists"

	"countersign/ledger"
)

// SixWords are what two people read to each other by telephone in place of a
// hash: its first 66 bits, 11 a word.
func SixWords(h ledger.Hash) [6]string {
	var out [6]string
	acc, bits, at := uint32(0), 0, 0
	for w := range out {
		for bits < 11 {
			acc, bits, at = acc<<8|uint32(h[at]), bits+8, at+1
		}
		bits -= 11
		out[w] = wordlists.English[acc>>bits&0x7ff]
	}
	return out
}
