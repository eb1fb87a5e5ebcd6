package node

import (
	"bytes"
	"errors"
	"path/filepath"

	"countersign/ledger/consensus"
)

// ErrOtherChain says that the record that the peers gave us is not the one that
// the invitation vouched for.
var ErrOtherChain = errors.New("the record that arrived is not the one that the invitation vouched for: nothing of it counts here; " +
	"it is set aside at the next start, so that the record can be fetched again; if it happens again ask the agency that invited you")

// checkPin compares the chain with the block that the invitation named, once it
// is here. A chain without that block stops this node; the next start sets it aside.
func (n *Node) checkPin() {
	pin := n.currentProfile().Pin
	if pin == nil || pin.Refused || n.eng().Height() < pin.Height {
		return
	}
	meta := n.eng().Internals().BlockStore.LoadBlockMeta(int64(pin.Height))
	if meta == nil {
		return
	}
	if bytes.Equal(meta.BlockID.Hash, pin.Hash[:]) {
		n.changeProfile(func(p *Profile) { p.Pin = nil })
		return
	}
	n.log.Error("foreign chain", "height", pin.Height, "err", ErrOtherChain)
	n.trouble.set(troubleChain, ErrOtherChain)
	n.changeProfile(func(p *Profile) { p.Pin = &Pin{Height: pin.Height, Hash: pin.Hash, Refused: true} })
	n.feed.publish(peersChanged)
	n.run(n.eng().Stop)
}

// setForeignAside sets a replica aside that checkPin refused.
func setForeignAside(folder string, p *Profile) (moved []string, err error) {
	if p.Pin == nil || !p.Pin.Refused {
		return nil, nil
	}
	moved, err = consensus.SetAside(filepath.Join(folder, dirEngine), filepath.Join(folder, fileLedger))
	if err != nil {
		return moved, err
	}
	pin := *p.Pin
	pin.Refused = false
	p.Pin = &pin
	return moved, WriteProfile(folder, *p)
}

// changeProfile changes the profile here and on disk. What cannot be written is
// said and holds until the next start.
func (n *Node) changeProfile(change func(*Profile)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change(&n.profile)
	if err := WriteProfile(n.folder, n.profile); err != nil {
		n.log.Warn("write profile", "err", n.noteWrite(err))
	}
}
