package node

import (
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/store"
)

// Standing is how far a replica is, for comparing replicas: at one height all
// of them have the same.
type Standing struct {
	Height  ledger.Height  `json:"height"`
	Log     ledger.LogHead `json:"log"`
	Digest  ledger.Hash    `json:"digest"`
	AppHash ledger.Hash    `json:"app_hash"`
}

// Standing reads how far this replica is, in one snapshot.
func (n *Node) Standing() (Standing, error) {
	var s Standing
	err := n.store.View(func(tx *store.Tx) error {
		s = Standing{Height: tx.Height(), Log: tx.Head(), Digest: tx.Digest(), AppHash: tx.AppHash()}
		return tx.Err()
	})
	return s, err
}

// Engine is the node's engine, for measuring it without the outbox. It ends with
// the node.
func (n *Node) Engine() *consensus.Engine { return n.eng() }

// Signer is the key with which the node signs its own acts.
func (n *Node) Signer() ledger.Signer { return n.keys.Signer() }
