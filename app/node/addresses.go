package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"

	"countersign/p2p"
)

// fileAddresses is what a node remembers of where it and its peers were found
// last, so that a restart finds them again, and they it. It can be lost.
const fileAddresses = "addresses.json"

// addresses is the file's content.
type addresses struct {
	Version int                 `json:"version"`
	Listen  []string            `json:"listen"` // with the ports that the system picked
	Peers   map[string][]string `json:"peers"`
}

const addressesVersion = 1

// readAddresses reads the file; one that is missing or unusable counts as empty.
func readAddresses(folder string) (addresses, error) {
	a := addresses{Peers: map[string][]string{}}
	b, err := readOptional(filepath.Join(folder, fileAddresses))
	if err != nil || b == nil {
		return a, err
	}
	var read addresses
	if err := json.Unmarshal(b, &read); err != nil || read.Version != addressesVersion {
		return a, errors.Join(errors.New("addresses of peers are read anew"), err)
	}
	if read.Peers == nil {
		read.Peers = a.Peers
	}
	return read, nil
}

// newHost starts the host where it listened last; if a port is taken meanwhile,
// where the profile says.
func newHost(c p2p.Config, last []string) (*p2p.Host, error) {
	configured := c.Listen
	if len(last) > 0 {
		c.Listen = last
		if h, err := p2p.New(c); err == nil {
			return h, nil
		}
	}
	c.Listen = configured
	return p2p.New(c)
}

// rememberAddresses writes down where we and our peers are found now, when it
// has changed.
func (n *Node) rememberAddresses() {
	now := addresses{Version: addressesVersion, Listen: n.host.Listening(), Peers: map[string][]string{}}
	for _, s := range n.host.Status() {
		if len(s.Addresses) > 0 {
			now.Peers[string(s.ID)] = s.Addresses
		} else if old := n.known.Peers[string(s.ID)]; old != nil {
			now.Peers[string(s.ID)] = old
		}
	}
	if reflect.DeepEqual(now, n.known) {
		return
	}
	b, err := json.MarshalIndent(now, "", "  ")
	if err == nil {
		err = writeFile(filepath.Join(n.folder, fileAddresses), b)
	}
	if err != nil {
		n.log.Warn("remember addresses", "err", fmt.Errorf("write: %w", err))
		return
	}
	n.known = now
}
