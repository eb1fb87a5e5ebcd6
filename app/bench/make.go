package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// maker signs entries that the rules accept at any rate, with the node's own
// key: the office node may publish sheets and heads of the agency's journal.
type maker struct {
	node   *node.Node
	signer ledger.Signer
	count  uint64
}

func newMaker(n *node.Node) *maker { return &maker{node: n, signer: n.Signer()} }

func (m *maker) sign(p ledger.Payload) (*ledger.Entry, error) {
	body := ledger.NewBody(m.node.Profile().Network, m.signer.Public().ID(), ledger.TimeOf(m.node.Now()), ledger.NewNonce(), p)
	e, err := ledger.Sign(body, m.signer)
	if err != nil {
		return nil, fmt.Errorf("sign an entry: %w", err)
	}
	return e, nil
}

// sheet is an entry for the engine alone: a text sealed to all members, as long
// as most entries are. Its ciphertext exists nowhere, so it does not go through
// the outbox, which would hand it over.
func (m *maker) sheet(epochs []ledger.AgencyEpoch) (*ledger.Entry, error) {
	part := ledger.Sealed{Size: 4096, Epochs: epochs}
	for _, h := range []*ledger.Hash{&part.Commitment, &part.Root} {
		if _, err := rand.Read(h[:]); err != nil {
			return nil, fmt.Errorf("make a sheet: %w", err)
		}
	}
	return m.sign(&ledger.Sheet{Name: "bench", Part: part})
}

// sheets are n of them.
func (m *maker) sheets(n int) ([]*ledger.Entry, error) {
	epochs, err := m.epochs()
	if err != nil {
		return nil, err
	}
	out := make([]*ledger.Entry, n)
	for i := range out {
		if out[i], err = m.sheet(epochs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *maker) epochs() (out []ledger.AgencyEpoch, err error) {
	err = m.node.Read(context.Background(), func(r rules.Reader) error {
		out = rules.NewView(r).MemberEpochs()
		return nil
	})
	return out, err
}

// head is an entry for the outbox: it has no parts to hand over. Its count grows
// with the clock, so that of two in flight the later one is accepted.
func (m *maker) head() (*ledger.Entry, error) {
	m.count = max(m.count+1, uint64(time.Now().UnixMicro()))
	var h ledger.Hash
	if _, err := rand.Read(h[:]); err != nil {
		return nil, fmt.Errorf("make a journal head: %w", err)
	}
	return m.sign(&ledger.JournalHead{Head: h, Count: m.count})
}
