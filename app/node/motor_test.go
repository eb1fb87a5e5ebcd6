package node

import (
	"testing"

	"countersign/ledger"
)

// Consensus that stopped by itself is started again in the running process: what
// was kept meanwhile becomes final, here and at the others, and nothing is lost.
func TestConsensusIsStartedAgainInTheRunningNode(t *testing.T) {
	tax := foundTown(t)
	police := tax.join("police", "Valmarine Police")
	for _, m := range []*member{tax, police} {
		before := m.node.eng()
		before.Stop() // as after a log that could not be written
		e := m.something()
		if err := m.node.Submit(t.Context(), e, nil); err != nil {
			t.Fatal(err)
		}
		if err := m.node.restartMotor(); err != nil {
			t.Fatal(err)
		}
		if m.node.eng() == before || m.node.eng().Health() != nil {
			t.Fatal("not started again:", m.node.eng().Health())
		}
		for _, at := range []*member{tax, police} {
			if f := at.final(e); f.Code != ledger.Accepted {
				t.Fatal(f.Code)
			}
		}
	}
	police.stop()
	if err := police.node.restartMotor(); err == nil {
		t.Error("a closed node was started again")
	}
}
