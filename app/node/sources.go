package node

import (
	"context"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

var _ desk.Sources = (*Node)(nil)

// ConnectedSources lists the node's sources with what is wrong with each now,
// and tells whether it is the agency's office node.
func (n *Node) ConnectedSources(context.Context) (sources []desk.SourceState, office bool, err error) {
	p := n.currentProfile()
	err = n.view(func(v rules.View) error {
		office = n.isOffice(v)
		for _, s := range p.Sources {
			sources = append(sources, desk.SourceState{Source: desk.Source(s), Err: checkSource(v, s)})
		}
		return nil
	})
	return sources, office, err
}

// ConnectSource is Connect for a desk.
func (n *Node) ConnectSource(ctx context.Context, s desk.Source) error {
	return n.Connect(ctx, Source(s))
}

// DisconnectSource is Disconnect for a desk.
func (n *Node) DisconnectSource(ctx context.Context, dataset ledger.Code) error {
	return n.Disconnect(ctx, dataset)
}
