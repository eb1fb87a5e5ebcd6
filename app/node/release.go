package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"countersign/app/desk"
	"countersign/app/source"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// partPatience is how long an automatic act waits for a part before it tries again later.
const partPatience = 10 * time.Second

// releaseIfDue hands the data over once an agreement stands.
func (o *office) releaseIfDue(t task) error {
	r := t.request
	a := r.Agreement
	if r.State != rules.Approved || a == nil || a.Until != 0 && t.now > a.Until {
		return nil
	}
	if len(r.Releases) > 0 || o.waiting(ledger.KindRelease, r.ID) {
		return nil // one release; a standing agreement's feed comes with live sources
	}
	src, ok := o.node.currentProfile().source(t.dataset.Dataset.Code)
	if !ok {
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: "no-source"})
		return nil // an official attaches a file, or an admin connects a source
	}
	o.setProgress(r.ID, desk.Progress{Step: desk.StepReading, Percent: 0})
	table, err := o.read(t, src)
	if err != nil {
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: problemOf(err)})
		return fmt.Errorf("read source: %w", err)
	}
	o.setProgress(r.ID, desk.Progress{Step: desk.StepSealing, Percent: 50})
	if err := o.release(t, table); err != nil {
		return fmt.Errorf("release: %w", err)
	}
	o.setProgress(r.ID, desk.Progress{Step: desk.StepSending, Percent: 100})
	return nil
}

// problemOf is a word that a screen can explain.
func problemOf(err error) string {
	for _, p := range []struct {
		err  error
		word string
	}{
		{source.ErrNoKeyColumn, "no-key-column"}, {source.ErrNoField, "no-field"}, {source.ErrRagged, "ragged"},
		{source.ErrNotUTF8, "not-utf8"}, {source.ErrNotCSV, "not-csv"}, {source.ErrTooLarge, "too-large"},
		{desk.ErrPartAway, "letter-away"}, {vault.ErrMismatch, "letter-mismatch"},
	} {
		if errors.Is(err, p.err) {
			return p.word
		}
	}
	return "source"
}

// read takes exactly the agreed fields and rows out of the source.
func (o *office) read(t task, src Source) (*source.Result, error) {
	r := t.request
	ctx, cancel := context.WithTimeout(o.node.ctx, partPatience)
	defer cancel()
	var letter vault.Letter
	if err := o.node.openPart(ctx, r.LetterOf, r.Letter, &letter); err != nil {
		return nil, err
	}
	rows, from, to := letter.Rows, letter.From, letter.To
	if a := r.Agreement; a.LetterOf != r.LetterOf { // what was offered instead
		var offer vault.OfferLetter
		if err := o.node.openPart(ctx, a.LetterOf, a.Letter, &offer); err != nil {
			return nil, err
		}
		rows = append(rows, offer.Rows...)
		if offer.From != "" || offer.To != "" {
			from, to = offer.From, offer.To
		}
	}
	period, err := source.ParsePeriod(string(from), string(to))
	if err != nil {
		return nil, err
	}
	q := source.Query{Fields: r.Agreement.Terms.Fields, Subjects: letter.Subjects, Period: period}
	for _, f := range rows {
		q.Rows = append(q.Rows, source.Filter{Field: f.Field, Op: f.Op, Value: f.Value})
	}
	for _, f := range t.dataset.Dataset.Fields {
		q.Order = append(q.Order, f.Name)
	}
	return source.CSV{Path: src.File, Key: src.Key}.Read(q)
}

// release seals a table for the requester, keeps the ciphertext and signs the
// release, which is its manifest's signature.
func (o *office) release(t task, table *source.Result) error {
	n, r := o.node, t.request
	to, err := n.recipients(r.Requester)
	if err != nil {
		return err
	}
	nonce := ledger.NewNonce()
	p := n.currentProfile()
	binding := vault.Binding{Network: p.Network, Agency: p.Agency, Author: n.keys.Signer().Public().ID(), Nonce: nonce}
	m := &vault.Manifest{Request: r.ID, Agreement: r.Agreement.Entry, Dataset: r.Dataset, Fields: table.Columns,
		Rows: uint64(table.Rows), Name: source.SafeName(strings.ToLower(string(t.dataset.Dataset.Code)) + ".csv"), Type: "text/csv"}
	if err := m.Measure(bytes.NewReader(table.CSV)); err != nil {
		return err
	}
	sealed, err := n.parts.store.Write(n.clock.Ledger(), func(w io.Writer) (ledger.Sealed, error) {
		return vault.SealRelease(w, binding, m, bytes.NewReader(table.CSV), to)
	})
	if err != nil {
		return err
	}
	act := ledger.Act{Request: r.ID, Version: r.Version}
	return o.sign(nonce, &ledger.Release{Act: act, Part: sealed, Last: r.Agreement.Terms.StandingDays == 0}, nil)
}

// recipients are an agency's current epochs as vault wants them.
func (n *Node) recipients(agencies ...ledger.AgencyID) ([]vault.Recipient, error) {
	var out []vault.Recipient
	err := n.view(func(v rules.View) error {
		for _, a := range agencies {
			e := v.CurrentEpoch(a)
			if e == nil {
				return fmt.Errorf("agency %s has no key: %w", a, ledger.NotAMember)
			}
			out = append(out, vault.Recipient{AgencyEpoch: ledger.AgencyEpoch{Agency: a, Epoch: e.Number}, Key: e.Recipient})
		}
		return nil
	})
	return out, err
}
