package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
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
	failed := 0
	for i := range r.Releases {
		if r.Releases[i].Failed == "" {
			return nil // one release; a standing agreement's feed comes with live sources
		}
		failed++
	}
	if failed >= maxFailed { // what fails again and again is for people
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: "given-up"})
		return nil
	}
	if o.waiting(ledger.KindRelease, r.ID) {
		return nil
	}
	src, ok := o.node.currentProfile().source(t.dataset.Dataset.Code)
	if !ok {
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: "no-source"})
		return nil // an official attaches a file, or an admin connects a source
	}
	o.stepProgress(r.ID, desk.StepReading, 0, 1)
	q, err := o.query(t)
	if err == nil {
		err = o.release(t, source.CSV{Path: src.File, Key: src.Key}, q)
	}
	if err != nil {
		o.setProgress(r.ID, desk.Progress{Step: desk.StepProblem, Percent: -1, Problem: problemOf(err)})
		return fmt.Errorf("release: %w", err)
	}
	o.stepProgress(r.ID, desk.StepSending, 0, 1)
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
		{vault.ErrSourceChanged, "source-changed"}, {syscall.ENOSPC, "disk-full"},
		{desk.ErrPartAway, "letter-away"}, {vault.ErrMismatch, "letter-mismatch"},
	} {
		if errors.Is(err, p.err) {
			return p.word
		}
	}
	return "source"
}

// query says what is to be taken out of the source: the agreed fields and rows
// of the letter's subjects.
func (o *office) query(t task) (source.Query, error) {
	r := t.request
	ctx, cancel := context.WithTimeout(o.node.ctx, partPatience)
	defer cancel()
	var letter vault.Letter
	if err := o.node.openPart(ctx, r.LetterOf, r.Letter, &letter); err != nil {
		return source.Query{}, err
	}
	rows, from, to := letter.Rows, letter.From, letter.To
	if a := r.Agreement; a.LetterOf != r.LetterOf { // what was offered instead
		var offer vault.OfferLetter
		if err := o.node.openPart(ctx, a.LetterOf, a.Letter, &offer); err != nil {
			return source.Query{}, err
		}
		rows = append(rows, offer.Rows...)
		if offer.From != "" || offer.To != "" {
			from, to = offer.From, offer.To
		}
	}
	period, err := source.ParsePeriod(string(from), string(to))
	if err != nil {
		return source.Query{}, err
	}
	q := source.Query{Fields: r.Agreement.Terms.Fields, Subjects: letter.Subjects, Period: period}
	for _, f := range rows {
		q.Rows = append(q.Rows, source.Filter{Field: f.Field, Op: f.Op, Value: f.Value})
	}
	for _, f := range t.dataset.Dataset.Fields {
		q.Order = append(q.Order, f.Name)
	}
	return q, nil
}

// release reads the source twice, first to measure and then to seal, so that no
// release is held in memory; it keeps the ciphertext and signs the release, which
// is its manifest's signature.
func (o *office) release(t task, from source.CSV, q source.Query) error {
	n, r := o.node, t.request
	to, err := n.recipients(r.Requester)
	if err != nil {
		return err
	}
	nonce := ledger.NewNonce()
	p := n.currentProfile()
	binding := vault.Binding{Network: p.Network, Agency: p.Agency, Author: n.keys.Signer().Public().ID(), Nonce: nonce}
	m := &vault.Manifest{Request: r.ID, Agreement: r.Agreement.Entry, Dataset: r.Dataset,
		Name: source.SafeName(strings.ToLower(string(t.dataset.Dataset.Code)) + ".csv"), Type: "text/csv"}
	from.Progress = func(read, size int64) { o.stepProgress(r.ID, desk.StepReading, uint64(read), uint64(size)) }
	sum := sha256.New()
	found, err := from.Write(sum, q)
	if err != nil {
		return err
	}
	m.Fields, m.Rows, m.Bytes, m.Hash = found.Columns, uint64(found.Rows), uint64(found.Bytes), ledger.Hash(sum.Sum(nil))
	from.Progress = func(read, size int64) { o.stepProgress(r.ID, desk.StepSealing, uint64(read), uint64(size)) }
	o.stepProgress(r.ID, desk.StepSealing, 0, 1)

	o.sealing.RLock() // until the outbox has the entry, nothing names the part
	defer o.sealing.RUnlock()
	sealed, err := n.parts.store.Write(n.clock.Ledger(), func(w io.Writer) (ledger.Sealed, error) {
		return sealFrom(w, binding, m, from, q, to)
	})
	if err != nil {
		return n.noteWrite(err)
	}
	act := ledger.Act{Request: r.ID, Version: r.Version}
	err = o.sign(nonce, &ledger.Release{Act: act, Part: sealed, Last: r.Agreement.Terms.StandingDays == 0})
	if err != nil {
		err = errors.Join(err, n.parts.store.Erase(sealed.Commitment))
	}
	return err
}

// sealFrom seals what a source gives as it comes.
func sealFrom(w io.Writer, b vault.Binding, m *vault.Manifest, from source.CSV, q source.Query, to []vault.Recipient) (ledger.Sealed, error) {
	data, rows := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := from.Write(rows, q)
		rows.CloseWithError(err)
	}()
	sealed, err := vault.SealRelease(w, b, m, data, to)
	data.CloseWithError(io.ErrClosedPipe)
	<-done
	return sealed, err
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
