package keyring

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"countersign/ledger/keyring/hybrid"
)

// NodeSealed tells whether a node's file opens with an official's keys alone. It
// reads no secret that is sealed, and keeps none that is not.
func NodeSealed(path string) (bool, error) {
	c, _, err := readFile(path)
	if err != nil {
		return false, err
	}
	clear(c.Body)
	if c.Header.Kind != KindNode {
		return false, fmt.Errorf("look at key file of an %s: %w", c.Header.Kind, ErrWrongHolder)
	}
	return c.Lock == lockRecipients, nil
}

// SealTo replaces the node's file by one that is sealed to age recipients, those
// of the officials who may open it. The new file takes the old one's place in one
// step, so that a crash leaves the one or the other. A file that its mode alone
// protected is then overwritten, as far as the disk allows: copies that were made
// of it before are as good as the key.
func (n *Node) SealTo(path string, recipients []string) error {
	if len(recipients) == 0 {
		return fmt.Errorf("seal node's keys: nobody could open them: %w", ErrWrongHolder)
	}
	old, _, err := readFile(path)
	if err != nil {
		return fmt.Errorf("seal node's keys: %w", err)
	}
	clear(old.Body)
	if !old.Header.equal(n.header) {
		return fmt.Errorf("seal node's keys: %w", ErrWrongHolder)
	}
	c, err := n.locked(n.header.Network, Protection{Recipients: recipients})
	if err != nil {
		return fmt.Errorf("seal node's keys: %w", err)
	}
	wipe := func() error { return nil }
	if old.Lock == lockMode {
		wipe = wiper(path)
	}
	if err := writeFile(path, c, true); err != nil {
		return fmt.Errorf("seal node's keys: %w", errors.Join(err, wipe()))
	}
	if err := wipe(); err != nil {
		return fmt.Errorf("seal node's keys: they are sealed, but the unsealed bytes stay on the disk until it reuses them: %w", err)
	}
	return nil
}

// GiveIdentity gives a node that has none an age identity of its own and replaces
// its file in one step. A file that opens with somebody's keys alone is left as it
// is (ErrLocked): the node could not start with nobody there.
func GiveIdentity(path string) error {
	n, err := OpenNode(path)
	if err != nil {
		return fmt.Errorf("give a node an identity: %w", err)
	}
	defer n.Close()
	if n.age != nil {
		return nil
	}
	if n.age, err = hybrid.Generate(); err != nil {
		return fmt.Errorf("give a node an identity: %w", err)
	}
	n.header.Recipient = n.age.Recipient()
	c, err := n.locked(n.header.Network, Protection{})
	if err != nil {
		return fmt.Errorf("give a node an identity: %w", err)
	}
	return writeFile(path, c, true)
}

// wiper holds a file that is about to be replaced; the function it returns
// overwrites what was in it, unless path still leads there. Windows replaces no
// file that somebody holds: there nothing is overwritten.
func wiper(path string) func() error {
	if runtime.GOOS == "windows" {
		return func() error { return nil }
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	return func() error {
		if err != nil {
			return err
		}
		defer f.Close()
		was, err := f.Stat()
		if err != nil {
			return err
		}
		if now, err := os.Stat(path); err != nil || os.SameFile(was, now) {
			return err
		}
		if _, err := f.WriteAt(make([]byte, was.Size()), 0); err != nil {
			return err
		}
		return f.Sync()
	}
}
