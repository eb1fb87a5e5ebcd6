package desk

import (
	"context"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// propose seals the card or sheet that goes with a proposal; the proposal that
// was handed in stays as it is.
func (w *writer) propose(ctx context.Context) (ledger.Payload, error) {
	p := *w.act.Propose
	w.recallTexts(&p)
	switch {
	case p.Enrol != nil && p.Enrol.Card == nil && w.act.Card != nil:
		part, err := w.sealToAll(ctx, w.act.Card)
		if err != nil {
			return nil, err
		}
		e := *p.Enrol
		e.Card, p.Enrol = &part, &e
	case p.Dataset != nil && p.Dataset.Sheet == nil && w.act.Sheet != nil:
		part, err := w.sealToAll(ctx, w.act.Sheet)
		if err != nil {
			return nil, err
		}
		e := *p.Dataset
		e.Sheet, p.Dataset = &part, &e
	case p.Basis != nil && p.Basis.Sheet == nil && w.act.Sheet != nil:
		part, err := w.sealToAll(ctx, w.act.Sheet)
		if err != nil {
			return nil, err
		}
		e := *p.Basis
		e.Sheet, p.Basis = &part, &e
	}
	return &p, nil
}

// recallTexts puts the card or sheet that the desk was given with a proposal
// into the act, which is kept with the signature until it is final.
func (w *writer) recallTexts(p *ledger.Propose) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	switch {
	case p.Enrol != nil && w.act.Card == nil:
		if c, ok := w.s.cards[p.Enrol.Official]; ok {
			w.act.Card = &c
		}
	case p.Dataset != nil && w.act.Sheet == nil:
		if t, ok := w.s.sheets[sheetOfDataset+p.Dataset.Code]; ok {
			w.act.Sheet = &t
		}
	case p.Basis != nil && w.act.Sheet == nil:
		if t, ok := w.s.sheets[sheetOfBasis+p.Basis.Code]; ok {
			w.act.Sheet = &t
		}
	}
}

// Sheets of datasets and bases wait under their codes, headed by what they are.
const (
	sheetOfDataset ledger.Code = "d/"
	sheetOfBasis   ledger.Code = "b/"
)

func (s *session) keepCard(o ledger.OfficialID, c vault.Card) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cards[o] = c
}

func (s *session) keepSheet(of, code ledger.Code, t vault.Sheet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sheets, of+code)
	if t.Title+t.Text+t.Contact+t.Updated != "" || len(t.Fields) > 0 {
		s.sheets[of+code] = t
	}
}

// sealToAll seals for all members.
func (w *writer) sealToAll(ctx context.Context, c vault.Content) (ledger.Sealed, error) {
	var members []ledger.AgencyID
	err := w.d.look(ctx, func(l *look) error {
		members = nil
		for _, e := range l.MemberEpochs() {
			members = append(members, e.Agency)
		}
		return nil
	})
	if err != nil {
		return ledger.Sealed{}, err
	}
	return w.seal(ctx, c, members...)
}

// publish writes a card or sheet: one's own card, or an admin's text for all members.
func (w *writer) publish(ctx context.Context) (ledger.Payload, error) {
	switch a := w.act; {
	case a.Card != nil && !a.Official.IsZero():
		part, err := w.sealToAll(ctx, a.Card)
		return &ledger.Sheet{Name: CardName(a.Official), Official: &a.Official, Part: part}, err
	case a.Sheet != nil && a.Code != "":
		part, err := w.sealToAll(ctx, a.Sheet)
		return &ledger.Sheet{Name: a.Code, Part: part}, err
	default:
		return nil, ErrNothingToSign
	}
}

// CardName names the sheet that holds an official's card.
func CardName(o ledger.OfficialID) ledger.Code { return ledger.Code("card-" + o.String()[:24]) }
