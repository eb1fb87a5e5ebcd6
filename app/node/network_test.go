package node

import (
	"testing"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// FAULTS 13: what the record holds of a double vote reaches the screens: whose
// keeper it was, by name, where, and both signatures.
func TestDoubleVotesReachTheScreensWithTheirProof(t *testing.T) {
	tax := foundTown(t)
	founding := tax.node.founding
	res, err := rules.Genesis(founding)
	if err != nil {
		t.Fatal(err)
	}
	state := new(rules.MapState)
	state.Write(res.Changes)
	at := founding.Made.Add(1000)
	res, err = rules.Apply(state, rules.Block{Height: 9, Time: at, Digest: res.Digest,
		Faults: []rules.DoubleVote{{Consensus: founding.Consensus.ID(), Height: 7, Proof: []byte("two votes")}}}, rules.Signatures{})
	if err != nil {
		t.Fatal(err)
	}
	state.Write(res.Changes)
	view := rules.NewView(state)
	got := doubleVotes(view, view.Agency("tax"))
	if len(got) != 1 || got[0].Agency != "tax" || got[0].Title != founding.Title || got[0].Height != 7 || got[0].Seen != ledger.Height(9) ||
		got[0].At != at || string(got[0].Proof) != "two votes" {
		t.Errorf("the screens are told %+v", got)
	}
	if net, err := tax.node.Network(t.Context()); err != nil || len(net.DoubleVotes) != 0 {
		t.Errorf("of a network in which nobody voted twice: %+v, %v", net.DoubleVotes, err)
	}
}
