package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/ledger"
)

// Computer is one node of the agency.
type Computer struct {
	Code   ledger.NodeCode `json:"code"`
	Office bool            `json:"office"`          // it releases, receives and receipts
	Spare  bool            `json:"spare,omitempty"` // it may become the office node
	Keeps  bool            `json:"keeps,omitempty"` // it holds the key that keeps the record
	Here   bool            `json:"here,omitempty"`  // this desk's own
	Holder *Person         `json:"holder,omitempty"`
	Added  ledger.Time     `json:"added"`
	// Proposal is the open one that moves the office here; zero: none.
	Proposal ledger.EntryID `json:"proposal"`
}

// Computers lists the nodes of the agency by their codes.
func (d *Desk) Computers(ctx context.Context) ([]Computer, error) {
	us := d.node.Profile()
	var out []Computer
	var held []ledger.OfficialID
	err := d.look(ctx, func(l *look) error {
		out, held = nil, nil
		a := l.Agency(us.Agency)
		if a == nil {
			return nil
		}
		for _, n := range l.NodesOf(us.Agency) {
			c := Computer{Code: n.Code, Office: n.Code == a.Office, Spare: n.Recipient != "" && n.Code != a.Office,
				Keeps: a.Keeper && n.Code == a.KeeperNode(), Here: n.Code == us.Node, Added: n.Added}
			if n.Holder != nil {
				c.Holder = &Person{ID: *n.Holder}
				held = append(held, *n.Holder)
			}
			for _, p := range l.OpenProposals(us.Agency) {
				if p.Until > l.now && p.Act.Office != nil && p.Act.Office.Node == n.Code {
					c.Proposal = p.ID
				}
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list computers: %w", err)
	}
	people := d.persons(ctx, unique(held)...)
	for i := range out {
		if h := out[i].Holder; h != nil {
			who := people[h.ID]
			out[i].Holder = &who
		}
	}
	return out, nil
}

// NoOfficeError says why a computer cannot become the office node, and which can.
type NoOfficeError struct {
	Node   ledger.NodeCode
	Why    error // ErrIsOffice, ErrNoComputer or ErrNotSpare
	Spares []ledger.NodeCode
}

// Why the office cannot move to a computer.
var (
	ErrIsOffice   = errors.New("it is the office node already")
	ErrNoComputer = errors.New("the agency has no computer of this code")
	ErrNotSpare   = errors.New("it has no identity of its own to hold the agency's with")
)

func (e *NoOfficeError) Error() string {
	s := fmt.Sprintf("%s cannot become the office node: %v. ", e.Node, e.Why)
	if len(e.Spares) == 0 {
		return s + "No computer of the agency can"
	}
	codes := make([]string, len(e.Spares))
	for i, c := range e.Spares {
		codes[i] = string(c)
	}
	return s + "These can: " + strings.Join(codes, ", ")
}

func (e *NoOfficeError) Unwrap() error { return e.Why }

// OfficeProposal moves the office to another computer of the agency. Errors are
// *NoOfficeError where the computer cannot take it.
func (d *Desk) OfficeProposal(ctx context.Context, code ledger.NodeCode) (*ledger.Propose, error) {
	list, err := d.Computers(ctx)
	if err != nil {
		return nil, err
	}
	e := &NoOfficeError{Node: code, Why: ErrNoComputer}
	for _, c := range list {
		switch {
		case c.Spare && c.Code == code:
			e.Why = nil
		case c.Office && c.Code == code:
			e.Why = ErrIsOffice
		case c.Code == code:
			e.Why = ErrNotSpare
		}
		if c.Spare {
			e.Spares = append(e.Spares, c.Code)
		}
	}
	if e.Why != nil {
		return nil, e
	}
	return &ledger.Propose{Office: &ledger.MoveOffice{Node: code}}, nil
}
