package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
)

// Opener is an official's unlocked keys.
type Opener interface {
	age.Identity
	Official() ledger.OfficialID
	Recipient() string
}

// seal is what a desktop's node knows of its own key file: sealed to the
// officials who work here, so that a stolen computer is no node of the agency. An
// office node's stays as it is, as it has to start again with nobody there.
type seal struct {
	path    string
	keys    string // folder of the officials' key files
	proven  map[string]bool
	readers []string // the file's, when it was written by this process
}

// openKeys opens the node's own keys, or leaves them closed on a desktop.
func (n *Node) openKeys() error {
	path := filepath.Join(n.folder, fileNodeKeys)
	n.seal = seal{path: path, keys: filepath.Join(n.folder, KeysFolder), proven: map[string]bool{}}
	if n.keys != nil {
		return nil
	}
	sealed, err := keyring.NodeSealed(path)
	if err != nil {
		return spoiltKeys(path, err)
	}
	if sealed {
		if !n.opt.Desktop {
			return fmt.Errorf("open %s: %w", fileNodeKeys, desk.ErrSealed)
		}
		n.sealed.Store(true)
		return nil
	}
	n.keys, err = keyring.OpenNode(path)
	return spoiltKeys(path, err)
}

// spoiltKeys tells a key file that is lost from one that may not be read.
func spoiltKeys(path string, err error) error {
	for _, lost := range []error{keyring.ErrNotAKeyFile, keyring.ErrDamaged, os.ErrNotExist} {
		if errors.Is(err, lost) {
			return fmt.Errorf("%s: %w: %w", path, ErrProfileDamaged, err)
		}
	}
	return err
}

// KeySealed tells whether the own key of the node in a folder opens with an
// official's alone.
func KeySealed(folder string) bool {
	sealed, err := keyring.NodeSealed(filepath.Join(folder, fileNodeKeys))
	return err == nil && sealed // what is wrong with the file, Open says
}

// OpenSealed opens the own keys of a desktop's node with the passphrase of an
// official who works there. The caller closes them. Errors wrap
// keyring.ErrWrongPassphrase or desk.ErrNotOpener.
func OpenSealed(folder, passphrase string) (*keyring.Node, error) {
	p, err := ReadProfile(folder)
	if err != nil {
		return nil, err
	}
	listed, err := keyring.List(filepath.Join(folder, KeysFolder))
	if err != nil {
		return nil, err
	}
	err = keyring.ErrWrongPassphrase
	for _, f := range listed {
		if f.Err != nil || f.Header.Kind != keyring.KindOfficial {
			continue
		}
		who, e := keyring.Open(f.Path, passphrase, keyring.Options{Rehearsal: p.Rehearsal})
		if e != nil {
			continue // somebody else's
		}
		keys, e := openFor(filepath.Join(folder, fileNodeKeys), who)
		who.Close()
		if e == nil {
			return keys, nil
		}
		err = e
	}
	return nil, fmt.Errorf("open the node's keys: %w", err)
}

func openFor(path string, who Opener) (*keyring.Node, error) {
	keys, err := keyring.OpenNodeWithIdentity(path, who)
	if errors.Is(err, keyring.ErrWrongHolder) {
		return nil, fmt.Errorf("%w: %w", desk.ErrNotOpener, err)
	}
	return keys, err
}

// Sealed tells whether the node's own keys are closed still. Until Unlock it is
// a replica that can be read and takes part in nothing.
func (n *Node) Sealed() bool { return n.sealed.Load() }

// Unsealed is closed once the node can be started: at once, unless its own keys
// are closed.
func (n *Node) Unsealed() <-chan struct{} { return n.opened }

// ready is asked at the door of whatever needs the node's own keys.
func (n *Node) ready() error {
	if n.Sealed() {
		return desk.ErrSealed
	}
	return nil
}

// Unlock opens the node's own keys with an official's, the first time that one
// unlocks on a desktop, and has them sealed for everybody who works here. The
// node's keys then stay open until Close: it goes on when the official locks.
// Errors wrap desk.ErrNotOpener.
func (n *Node) Unlock(who Opener) error {
	if !n.opt.Desktop {
		return nil
	}
	n.sealMu.Lock()
	defer n.sealMu.Unlock()
	if n.ctx.Err() != nil {
		return errClosed
	}
	if n.Sealed() {
		keys, err := openFor(n.seal.path, who)
		if err != nil {
			return fmt.Errorf("open the node's keys: %w", err)
		}
		n.keys = keys
		if err := n.assemble(); err != nil {
			if n.host != nil {
				err = errors.Join(err, n.host.Close())
			}
			keys.Close()
			n.keys, n.host = nil, nil
			return fmt.Errorf("open the node: %w", err)
		}
		n.sealed.Store(false)
		close(n.opened)
	}
	n.seal.proven[who.Recipient()] = true
	if err := n.sealKeys(); err != nil { // the official goes on: the file is as good as it was
		n.log.Warn("seal this computer's own key", "err", n.noteWrite(err))
	}
	return nil
}

// resealKeys seals the node's keys anew when people have come or gone.
func (n *Node) resealKeys() {
	if !n.opt.Desktop || n.Sealed() {
		return
	}
	n.sealMu.Lock()
	defer n.sealMu.Unlock()
	if err := n.sealKeys(); err != nil {
		n.log.Warn("seal this computer's own key", "err", n.noteWrite(err))
	}
}

// sealKeys seals the node's own key file to the officials whose key files lie
// here and whom the record names as active, by the recipients that the record
// has: what a key file says of itself in the clear counts for nothing. Nothing is
// sealed before one of them has shown that their key opens. The lock is held.
func (n *Node) sealKeys() error {
	if n.keys.Age() != nil || n.keys.Keeps() {
		return nil
	}
	listed, err := keyring.List(n.seal.keys)
	if err != nil {
		return err
	}
	us := n.currentProfile()
	var readers []string
	err = n.view(func(v rules.View) error {
		for _, f := range listed {
			if f.Err != nil || f.Header.Kind != keyring.KindOfficial || f.Header.Network != us.Network {
				continue
			}
			o := v.Official(f.Header.Official)
			if o != nil && o.Agency == us.Agency && v.Active(o, n.clock.Ledger()) && !slices.Contains(readers, o.Recipient) {
				readers = append(readers, o.Recipient)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(readers)
	if !slices.ContainsFunc(readers, func(r string) bool { return n.seal.proven[r] }) || slices.Equal(readers, n.seal.readers) {
		return nil
	}
	if err := n.keys.SealTo(n.seal.path, readers); err != nil {
		return err
	}
	n.seal.readers = readers
	return nil
}
