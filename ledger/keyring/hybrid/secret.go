package hybrid

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// MaxSecretBytes limits what SealSecret takes.
const MaxSecretBytes = preambleBytes - 64

// preambleBytes are zeros in front of a sealed secret. age gathers what is
// written in a buffer that grows by copying and leaves old copies in memory. The
// preamble fills a buffer exactly; the secret makes it double once, and is then
// encrypted where it stands.
const preambleBytes = 4 << 10

// ErrTooLong says that a secret exceeds MaxSecretBytes.
var ErrTooLong = errors.New("the secret is too long to be sealed")

// SealSecret encrypts a secret with age so that no copy of it stays in memory.
// The caller wipes its own.
func SealSecret(secret []byte, to ...age.Recipient) ([]byte, error) {
	if len(secret) > MaxSecretBytes {
		return nil, ErrTooLong
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err == nil {
		_, err = w.Write(make([]byte, preambleBytes))
	}
	if err == nil {
		_, err = w.Write(secret)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	return out.Bytes(), nil
}

// OpenSecret decrypts what SealSecret made and lends the secret to use, after
// which it is wiped. age's own buffers are large ones that go back to the system
// when freed memory is returned. An error of the identity is passed on.
func OpenSecret(sealed []byte, id age.Identity, use func(secret []byte) error) error {
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return fmt.Errorf("open secret: %w", err)
	}
	plain := make([]byte, preambleBytes+MaxSecretBytes+1)
	defer clear(plain)
	n, err := io.ReadFull(r, plain)
	if err == nil {
		return ErrTooLong
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("open secret: %w", err)
	}
	if n < preambleBytes || !bytes.Equal(plain[:preambleBytes], make([]byte, preambleBytes)) {
		return errors.New("open secret: malformed")
	}
	return use(plain[preambleBytes:n])
}
