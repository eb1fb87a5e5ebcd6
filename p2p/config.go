package p2p

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// How a host behaves unless Config says otherwise.
const (
	defaultHeartbeat = time.Second
	defaultDeadAfter = 4 * time.Second
)

// State is what heartbeats tell about this node's replica.
type State struct {
	Height  int64  // of the last block applied
	LogSize uint64 // entries in the log after that block
}

// Config describes a host. Key and Network are required.
type Config struct {
	Key     ed25519.PrivateKey // the node's libp2p key, 64 bytes
	Network [32]byte           // the network's ID; names the protocols

	// Listen holds multiaddresses for TCP and QUIC, such as those of
	// DefaultListen. None means that this host only dials.
	Listen []string
	// Announce replaces, when not empty, the addresses that others are told.
	Announce []string
	// LocalDiscovery looks for enrolled peers in the local network by mDNS.
	LocalDiscovery bool
	// Rehearsal allows Cut. Only networks founded as rehearsals have it.
	Rehearsal bool

	Version string // of the program
	Agency  string // code of the agency this node belongs to
	Node    string // code of the node

	State func() State     // asked at every heartbeat; must be quick. Nil says zero
	Clock func() time.Time // told to peers, to find clocks that are off. Nil is time.Now
	Log   *slog.Logger     // nil discards

	Heartbeat time.Duration // between two hellos; zero means one second
	DeadAfter time.Duration // of silence; zero means four seconds
}

// DefaultListen returns the addresses of every IPv4 interface, TCP and QUIC, on
// ports the system picks.
func DefaultListen() []string {
	return []string{"/ip4/0.0.0.0/tcp/0", "/ip4/0.0.0.0/udp/0/quic-v1"}
}

func (c *Config) complete() error {
	if len(c.Key) != ed25519.PrivateKeySize {
		return fmt.Errorf("host key has %d bytes, want %d", len(c.Key), ed25519.PrivateKeySize)
	}
	if c.Network == ([32]byte{}) {
		return errors.New("host without a network ID")
	}
	if c.State == nil {
		c.State = func() State { return State{} }
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = defaultHeartbeat
	}
	if c.DeadAfter == 0 {
		c.DeadAfter = defaultDeadAfter
	}
	return nil
}
