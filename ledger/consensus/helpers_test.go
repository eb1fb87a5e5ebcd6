package consensus_test

import (
	"errors"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

func asRefused(err error, r **consensus.Refused) bool { return errors.As(err, r) }

// countKind counts the entries of a kind on a node's ledger.
func countKind(n *ledgertest.Node, kind ledger.Kind, count *int) error {
	return n.Store.View(func(tx *store.Tx) error {
		list, err := tx.EntriesByKind(kind, 1<<62, 1000)
		*count = len(list)
		return err
	})
}
