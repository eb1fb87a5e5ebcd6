package keyring

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/keyring/hybrid"
)

// Node is the keys of one node: its libp2p key, the key that signs its own acts,
// and, where it has them, an age identity and a keeper's two keys.
type Node struct {
	header     Header
	peer       *signer
	key        *signer
	age        *hybrid.Identity // nil on a desktop without one
	consensus  *signer          // nil unless the node can keep
	checkpoint *signer
}

// NodeOptions says which keys a new node has besides the two that every node has.
type NodeOptions struct {
	Office bool // an age identity
	Keeper bool // consensus and checkpoint keys
}

// NewNode makes a node's keys in memory.
func NewNode(agency ledger.AgencyID, code ledger.NodeCode, o NodeOptions) (*Node, error) {
	if !ledger.ValidCode(agency) || !ledger.ValidCode(code) {
		return nil, fmt.Errorf("make node's keys: %w", ledger.ErrBadForm)
	}
	n := &Node{header: Header{Kind: KindNode, Agency: agency, Node: code}}
	made := []**signer{&n.peer, &n.key}
	if o.Keeper {
		made = append(made, &n.consensus, &n.checkpoint)
	}
	for _, at := range made {
		s, err := newSigner(ledger.Ed25519)
		if err != nil {
			return nil, fmt.Errorf("make node's keys: %w", err)
		}
		*at = s
	}
	if o.Office {
		a, err := hybrid.Generate()
		if err != nil {
			return nil, fmt.Errorf("make node's keys: %w", err)
		}
		n.age, n.header.Recipient = a, a.Recipient()
	}
	n.header.Key = n.key.public
	return n, nil
}

// Protection says how a node's file is protected: by a passphrase, by sealing it
// to age recipients (an official's, so that it opens with the desk), or, when
// both are empty, by the file's mode alone.
type Protection struct {
	Passphrase string
	Options    Options
	Recipients []string
}

// Save writes the keys to a new file for a network; it never overwrites one (ErrExists).
func (n *Node) Save(path string, network ledger.NetworkID, p Protection) error {
	c, err := n.locked(network, p)
	if err != nil {
		return fmt.Errorf("save node's keys: %w", err)
	}
	return writeFile(path, c, false)
}

// locked puts the keys into a container for a network.
func (n *Node) locked(network ledger.NetworkID, p Protection) (*container, error) {
	s := &secrets{Header: n.header, Sign: n.key.copySecret(), Peer: n.peer.copySecret()}
	defer s.wipe()
	s.Header.Network = network
	if n.consensus != nil {
		s.Consensus, s.Checkpoint = n.consensus.copySecret(), n.checkpoint.copySecret()
	}
	if n.age != nil {
		_ = n.age.Lend(func(seed []byte) error {
			s.Age = append(make([]byte, 0, len(seed)), seed...)
			return nil
		})
	}
	if s.Sign == nil || n.age != nil && s.Age == nil {
		return nil, ErrLocked
	}
	return p.lock(s)
}

func (p Protection) lock(s *secrets) (*container, error) {
	switch {
	case p.Passphrase != "":
		return lockWith(s, p.Passphrase, p.Options)
	case len(p.Recipients) > 0:
		var to []age.Recipient
		for _, r := range p.Recipients {
			parsed, err := age.ParseHybridRecipient(r)
			if err != nil {
				return nil, ledger.ErrBadKey
			}
			to = append(to, parsed)
		}
		return lockFor(s, lockRecipients, to...)
	default:
		return &container{Tag: fileTag, Version: fileVersion, Header: s.Header, Lock: lockMode, Body: s.bytes()}, nil
	}
}

// OpenNode opens a node's file that is protected by its mode alone. A file that
// other users can read is refused with ErrOpenToOthers; one that needs a
// passphrase or an identity with ErrLocked.
func OpenNode(path string) (*Node, error) {
	return openNode(path, func(c *container, private bool) (*secrets, error) {
		switch {
		case c.Lock != lockMode:
			return nil, ErrLocked
		case !private:
			return nil, ErrOpenToOthers
		}
		defer clear(c.Body)
		return c.secretsFrom(c.Body)
	})
}

// OpenNodeWithPassphrase opens a node's file that is locked by a passphrase.
func OpenNodeWithPassphrase(path, passphrase string, o Options) (*Node, error) {
	return openNode(path, func(c *container, _ bool) (*secrets, error) { return c.unlock(passphrase, o) })
}

// OpenNodeWithIdentity opens a node's file that is sealed to an official or
// another age identity. A wrong identity gives ErrWrongHolder.
func OpenNodeWithIdentity(path string, id age.Identity) (*Node, error) {
	return openNode(path, func(c *container, _ bool) (*secrets, error) {
		if c.Lock != lockRecipients {
			return nil, ErrWrongHolder
		}
		s, err := c.open(id)
		if errors.Is(err, ErrWrongPassphrase) {
			return nil, ErrWrongHolder
		}
		return s, err
	})
}

func openNode(path string, unlock func(*container, bool) (*secrets, error)) (*Node, error) {
	c, private, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if c.Header.Kind != KindNode {
		return nil, fmt.Errorf("open key file of an %s: %w", c.Header.Kind, ErrWrongHolder)
	}
	s, err := unlock(c, private)
	if err != nil {
		return nil, fmt.Errorf("open node's keys: %w", err)
	}
	defer s.wipe()
	n, err := nodeOf(s)
	if err != nil {
		return nil, fmt.Errorf("open node's keys: %w", err)
	}
	return n, nil
}

func nodeOf(s *secrets) (*Node, error) {
	n := &Node{header: s.Header}
	for _, k := range []struct {
		at       **signer
		secret   []byte
		required bool
	}{{&n.key, s.Sign, true}, {&n.peer, s.Peer, true}, {&n.consensus, s.Consensus, false}, {&n.checkpoint, s.Checkpoint, false}} {
		if len(k.secret) == 0 && !k.required {
			continue
		}
		made, err := signerOf(ledger.Ed25519, k.secret)
		if err != nil {
			return nil, err
		}
		*k.at = made
	}
	if len(s.Age) > 0 {
		a, err := hybrid.FromSeed(s.Age)
		if err != nil || a.Recipient() != s.Header.Recipient {
			return nil, ErrDamaged
		}
		n.age = a
	}
	if (n.consensus == nil) != (n.checkpoint == nil) || n.key.public.ID() != s.Header.Key.ID() ||
		(n.age == nil) != (s.Header.Recipient == "") {
		return nil, ErrDamaged
	}
	return n, nil
}

// Header is what the key file tells in the clear.
func (n *Node) Header() Header { return n.header }

// Agency is the node's agency.
func (n *Node) Agency() ledger.AgencyID { return n.header.Agency }

// Code is the node's code within its agency.
func (n *Node) Code() ledger.NodeCode { return n.header.Node }

// Signer signs the node's own acts (DOMAIN rule 10).
func (n *Node) Signer() ledger.Signer { return n.key }

// Peer is the public half of the libp2p key.
func (n *Node) Peer() ed25519.PublicKey { return ed25519.PublicKey(n.peer.public.Bytes) }

// PeerKey is the libp2p key, 64 bytes: a copy that lives as long as the host.
func (n *Node) PeerKey() ed25519.PrivateKey { return n.peer.private() }

// Age opens what is sealed for the node; nil where it has no age identity.
func (n *Node) Age() *hybrid.Identity { return n.age }

// Keeps tells whether the node has a keeper's keys.
func (n *Node) Keeps() bool { return n.consensus != nil }

// Consensus signs as keeper (keeper-ready); nil where the node cannot keep.
func (n *Node) Consensus() ledger.Signer { return n.orNil(n.consensus) }

// ConsensusKey is the keeper's consensus key, 64 bytes: a copy for the engine's
// key guard; nil where the node cannot keep.
func (n *Node) ConsensusKey() ed25519.PrivateKey { return n.consensus.private() }

// Checkpoint cosigns log roots; nil where the node cannot keep.
func (n *Node) Checkpoint() ledger.Signer { return n.orNil(n.checkpoint) }

// CheckpointKey is the checkpoint key, 64 bytes: a copy; nil where the node cannot keep.
func (n *Node) CheckpointKey() ed25519.PrivateKey { return n.checkpoint.private() }

func (n *Node) orNil(s *signer) ledger.Signer {
	if s == nil {
		return nil // not a nil pointer in an interface
	}
	return s
}

func (s *signer) private() ed25519.PrivateKey {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.secret == nil {
		return nil
	}
	return ed25519.PrivateKey(s.expanded())
}

// Close wipes the keys from memory; copies handed to a host or an engine are theirs.
func (n *Node) Close() {
	for _, s := range []*signer{n.peer, n.key, n.consensus, n.checkpoint} {
		if s != nil {
			s.wipe()
		}
	}
	if n.age != nil {
		n.age.Close()
	}
}

// String names the node's key without its secret.
func (n *Node) String() string { return "node's " + n.key.String() }

// GoString keeps the secret out of %#v.
func (n *Node) GoString() string { return n.String() }
