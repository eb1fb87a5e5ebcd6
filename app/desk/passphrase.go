package desk

import (
	"fmt"
	"unicode/utf8"
)

// MinPassphrase is the fewest characters of a new passphrase: each guess costs
// whoever holds a key file a second and 256 MiB, so three or four words do. A
// rehearsal's keys open nothing, and its players may take shorter ones.
const MinPassphrase = 12

// LongEnough tells whether a new passphrase has enough characters.
func LongEnough(passphrase string) bool { return utf8.RuneCountInString(passphrase) >= MinPassphrase }

// ErrShortPassphrase says that a new passphrase is too short.
var ErrShortPassphrase = fmt.Errorf("a new passphrase needs at least %d characters", MinPassphrase)
