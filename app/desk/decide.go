package desk

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// approve approves the fields ticked and strikes the others.
func (w *writer) approve(ctx context.Context, act ledger.Act, role ledger.Role) (ledger.Payload, error) {
	r := w.file.req
	w.sent = ledger.SortFields(w.act.Fields)
	// A field that an earlier signer struck is locked: signing for it would say
	// something that cannot come true.
	if left := ledger.Intersect(w.sent, w.file.approvable()); len(left) > 0 && !w.act.Unchecked {
		w.sent = left
	}
	if len(w.sent) == 0 {
		return nil, fmt.Errorf("no field is ticked: %w", ErrNothingToSign)
	}
	p := &ledger.Approve{Act: act, Role: role, Fields: w.sent}
	if strings.TrimSpace(w.act.Reason) != "" {
		reason, err := w.reason(ctx)
		if err != nil {
			return nil, err
		}
		p.Reason = &reason
	}
	w.last = w.file.tally.lastNeeded(role, r.Emergency)
	return p, nil
}

// offer signs the first offer of something else than asked. Its letter is whole:
// the subjects stay, rows and period are the offer's.
func (w *writer) offer(ctx context.Context, act ledger.Act, role ledger.Role) (ledger.Payload, error) {
	if w.act.Ask == nil {
		return nil, fmt.Errorf("an offer needs its terms: %w", ErrNothingToSign)
	}
	if strings.TrimSpace(w.act.Reason) == "" {
		return nil, ledger.ReasonMissing
	}
	r := w.file.req
	w.change(&w.terms)
	from, to, rows, err := w.scope(w.letter.From, w.letter.To, w.letter.Rows)
	if err != nil {
		return nil, err
	}
	w.offered = &vault.OfferLetter{From: from, To: to, Rows: rows, Note: w.act.Reason}
	part, err := w.seal(ctx, w.offered, r.Requester, r.Provider)
	if err != nil {
		return nil, err
	}
	w.sent = w.terms.Fields
	return &ledger.Offer{Act: act, Role: role, Terms: &w.terms, Letter: &part}, nil
}

// change puts what the act changes into the terms.
func (w *writer) change(t *ledger.Terms) {
	a := w.act.Ask
	if a == nil {
		return
	}
	if len(a.Fields) > 0 {
		t.Fields = ledger.SortFields(a.Fields)
	}
	if a.KeepDays > 0 {
		t.KeepDays = days(a.KeepDays, ledger.MaxKeepDays)
	}
	if a.StandingDays > 0 {
		t.StandingDays = days(a.StandingDays, ledger.MaxStandingDays)
	}
}

// days fits a number of days into a term; one too many stays too many, so that
// the rules refuse it and no other number is signed.
func days(n, limit int) uint16 { return uint16(min(max(n, 0), limit+1)) }

// scope is period and rows as the act changes them.
func (w *writer) scope(from, to vault.Date, rows []vault.RowFilter) (vault.Date, vault.Date, []vault.RowFilter, error) {
	a := w.act.Ask
	if a == nil {
		return from, to, rows, nil
	}
	if a.From != "" || a.To != "" {
		from, to = vault.Date(a.From), vault.Date(a.To)
	}
	if a.Rows != "" {
		var err error
		if rows, err = parseRows(a.Rows); err != nil {
			return from, to, nil, err
		}
	}
	return from, to, rows, nil
}

// answer gives a returned request its next version, with a whole new letter.
func (w *writer) answer(ctx context.Context, act ledger.Act) (ledger.Payload, error) {
	r := w.file.req
	letter := *w.letter
	w.change(&w.terms)
	var err error
	if letter.From, letter.To, letter.Rows, err = w.scope(letter.From, letter.To, letter.Rows); err != nil {
		return nil, err
	}
	if w.act.Ask != nil && w.act.Ask.Note != "" {
		letter.Note = w.act.Ask.Note
	} else if w.act.Reason != "" {
		letter.Note = w.act.Reason
	}
	part, err := w.seal(ctx, &letter, r.Requester, r.Provider)
	if err != nil {
		return nil, err
	}
	w.letter = &letter
	return &ledger.Answer{Act: act, Terms: w.terms, Letter: part}, nil
}

// reason seals the act's reason to both agencies.
func (w *writer) reason(ctx context.Context) (ledger.Sealed, error) {
	text := strings.TrimSpace(w.act.Reason)
	if text == "" {
		return ledger.Sealed{}, ledger.ReasonMissing
	}
	return w.seal(ctx, &vault.Reason{Text: text}, w.file.req.Requester, w.file.req.Provider)
}

// ask writes a new request.
func (w *writer) ask(ctx context.Context) (ledger.Payload, error) {
	a := w.act.Ask
	if a == nil {
		return nil, ErrNothingToSign
	}
	problems, err := w.d.CheckAsk(ctx, *a)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(problems, func(p AskProblem) bool { return p.Code.stops() }); i >= 0 && !w.act.Unchecked {
		return nil, &problems[i]
	}
	if gone, err := w.d.copiedIsGone(w.s, *a); err != nil || gone {
		return nil, cmp.Or(err, ErrErased)
	}
	var provider ledger.AgencyID
	err = w.d.look(ctx, func(l *look) error {
		ds, basis := l.Dataset(a.Dataset), l.Basis(a.Basis)
		if ds == nil {
			return ledger.UnknownDataset
		}
		if basis == nil {
			return ledger.UnknownBasis
		}
		provider = ds.Provider
		w.out.Dataset, w.out.BasisTitle, w.out.Other = ds.Dataset.Title, basis.Basis.Title, l.title(provider)
		w.out.Beyond = ledger.Subtract(ledger.SortFields(a.Fields), basis.Basis.Fields)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.terms = ledger.Terms{Fields: ledger.SortFields(a.Fields), KeepDays: days(a.KeepDays, ledger.MaxKeepDays),
		StandingDays: days(a.StandingDays, ledger.MaxStandingDays)}
	rows, err := parseRows(a.Rows)
	if err != nil {
		return nil, err
	}
	letter := &vault.Letter{Subjects: a.Subjects, Rows: rows, From: vault.Date(a.From), To: vault.Date(a.To), Case: a.Case, Note: a.Note}
	if a.CaseFile != "" {
		if letter.CaseFile, err = caseFileOf(a.CaseFile); err != nil {
			return nil, err
		}
	}
	part, err := w.seal(ctx, letter, w.s.agency, provider)
	if err != nil {
		return nil, err
	}
	w.sent, w.letter = w.terms.Fields, letter
	w.out.PurposeCode, w.out.KeepDays, w.out.Case = a.Purpose, a.KeepDays, a.Case
	w.out.Subjects, w.out.Period = len(a.Subjects), period(a.From, a.To)
	return &ledger.Request{Dataset: a.Dataset, Basis: a.Basis, Purpose: a.Purpose, Terms: w.terms, Emergency: a.Emergency, Letter: part}, nil
}

// caseFileOf reads a case file's number.
func caseFileOf(text string) (id vault.CaseFileID, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("%q is not the number of a case file", text)
	}
	copy(id[:], b)
	return id, nil
}
