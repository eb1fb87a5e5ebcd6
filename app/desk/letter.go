package desk

import (
	"context"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// Letter is a request as its reader sees it, its private part opened and
// matched with what was signed. Reading marks it as read. When the part cannot
// be opened, LetterState says why and the acts that need it are closed.
func (d *Desk) Letter(ctx context.Context, id ledger.EntryID) (*Letter, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var f *file
	err = d.look(ctx, func(l *look) (err error) {
		f, err = l.file(s, id, true)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	r, ds, basis := f.req, &f.dataset.Dataset, &f.basis.Basis
	if r.Requester != s.agency && r.Provider != s.agency {
		return nil, fmt.Errorf("read request: %w", ErrNotYours)
	}
	out := &Letter{
		Row: f.row(s), Version: r.Version,
		Provider: f.titles[1], ProviderID: r.Provider, Requester: f.titles[0], RequesterID: r.Requester,
		SenderAt: r.Submitted, PurposeCode: r.Purpose, BasisCode: basis.Code, BasisTitle: basis.Title,
		KeepDays: int(r.Terms.KeepDays), StandingDays: int(r.Terms.StandingDays),
		Class: ds.Class, Policy: ds.Policy, Agreement: r.Agreement, Releases: r.Releases, Emergency: r.Emergency,
		Role: f.role, BasisKeepDays: int(basis.KeepDays),
	}
	if m, err := d.meta(ctx, r.ID); err == nil {
		out.SenderAt = m.claimed
	}
	d.openInto(ctx, s, f, out)
	d.fillErasures(ctx, s, f, out)
	d.fillFields(ctx, s, f, out)
	if out.Precedents, err = d.node.Precedents(ctx, r.Dataset, r.Basis, r.Purpose); err != nil {
		return nil, fmt.Errorf("read precedents: %w", err)
	}
	d.fillStory(ctx, s, f, out)
	out.Can = f.can.withLetter(out.LetterState)
	out.LastNeeded = out.Row.MineToSign && !f.tally.offer && f.tally.lastNeeded(f.role, r.Emergency)
	if r.Agreement != nil {
		if m, err := d.meta(ctx, r.Agreement.Entry); err == nil {
			out.Final = &Final{ID: r.Agreement.Entry, Height: m.height, Time: m.at}
		}
		if p, err := d.node.Progress(ctx, id); err == nil {
			out.Progress = p
		}
	}
	if _, err := s.marks.set(r.ID, r.Version, lastChange(r)); err != nil {
		return nil, fmt.Errorf("mark as read: %w", err)
	}
	out.Row.Unread = s.marks.unread(r.ID, r.Version, lastChange(r))
	return out, nil
}

// MarkRead marks a request as read or, with false, as unread: that it stays, though
// its letter is open, until another one has been read.
func (d *Desk) MarkRead(ctx context.Context, id ledger.EntryID, read bool) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	err = d.look(ctx, func(l *look) error {
		r := l.Request(id)
		switch {
		case r == nil:
			return ledger.UnknownRequest
		case r.Requester != s.agency && r.Provider != s.agency:
			return ErrNotYours
		}
		return s.marks.setByHand(id, r.Version, lastChange(r), read)
	})
	if err != nil {
		return fmt.Errorf("mark as read or unread: %w", err)
	}
	return nil
}

// openInto opens the letter on the table, and the offer's where there is one.
func (d *Desk) openInto(ctx context.Context, s *session, f *file, out *Letter) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	r := f.req
	text, err := d.letterNow(ctx, s, f.letter())
	out.LetterState = letterState(err)
	if err == nil {
		describe(&out.Row, text)
		out.From, out.To, out.Rows, out.Note = string(text.From), string(text.To), rowsText(text.Rows), text.Note
		out.Subjects = make([]string, len(text.Subjects)) // covered: Reveal gives them
	}
	if r.Offer != nil {
		v := &OfferView{ID: r.Offer.ID, Terms: r.Offer.Terms, Needed: f.tally.Need}
		if text, err := d.offerNow(ctx, s, f.named(r.Offer.ID, r.Offer.Letter)); err == nil {
			v.From, v.To, v.Rows, v.Reason = string(text.From), string(text.To), rowsText(text.Rows), text.Note
		} else if out.LetterState == LetterOpen {
			out.LetterState = letterState(err) // nobody joins or accepts an offer that is not open
		}
		out.Offer = v
	}
}

// fillFields puts the pencil on the fields asked for, with the descriptions
// from the dataset's sheet and the basis's text from its own.
func (d *Desk) fillFields(ctx context.Context, s *session, f *file, out *Letter) {
	about := map[ledger.FieldName]string{}
	all := ctx
	ctx, cancel := context.WithTimeout(ctx, listBudget) // descriptions hold nothing up
	defer cancel()
	if sheet := f.dataset.Dataset.Sheet; sheet != nil {
		if t, err := d.sheet(ctx, s, named{entry: f.dataset.ID, part: *sheet}); err == nil {
			about, out.DatasetText = aboutOf(t), t.Text
		}
	}
	if sheet := f.basis.Basis.Sheet; sheet != nil {
		if t, err := d.sheet(ctx, s, named{entry: f.basis.ID, part: *sheet}); err == nil {
			out.BasisText = t.Text
		}
	}
	lines, struck := pencil(f.req, &f.dataset.Dataset, &f.basis.Basis, f.tally, about)
	if len(struck) > 0 {
		var ids []ledger.OfficialID
		for _, o := range struck {
			ids = append(ids, o)
		}
		people := d.persons(all, unique(ids)...)
		for i := range lines {
			if o, ok := struck[lines[i].Name]; ok {
				p := people[o]
				lines[i].StruckBy = &p
			}
		}
	}
	out.Fields = lines
}

// fillStory adds people and history: sender, who may sign, what happened.
func (d *Desk) fillStory(ctx context.Context, s *session, f *file, out *Letter) {
	r := f.req
	events, who := d.history(ctx, r)
	ids := append([]ledger.OfficialID{r.Submitter}, f.waits...)
	for _, o := range who {
		if o != nil {
			ids = append(ids, *o)
		}
	}
	for _, dec := range f.tally.decisions {
		ids = append(ids, dec.Official)
	}
	people := d.persons(ctx, unique(ids)...)
	for i := range events {
		if who[i] != nil {
			p := people[*who[i]]
			events[i].Who = &p
		}
	}
	d.fillReasons(ctx, s, f, events)
	for _, e := range slices.Backward(events) {
		if e.Text != "" && e.Kind != ledger.KindApprove && e.Kind != ledger.KindOffer {
			out.Reason = e.Text
			break
		}
	}
	out.Sender, out.MaySign, out.History = people[r.Submitter], list(people, f.waits), events
	out.Row.WaitsFor = out.MaySign
	if out.Offer != nil {
		for _, dec := range r.Decisions {
			if dec.Kind == ledger.KindOffer && !dec.Annulled && (dec.Entry == out.Offer.ID || dec.Join == out.Offer.ID) {
				out.Offer.Signed = append(out.Offer.Signed, d.Person(ctx, dec.Official))
			}
		}
	}
	for _, e := range events {
		if e.Kind == ledger.KindReceipt {
			out.ReceiptHeight, out.ReceiptAt = e.Height, e.At
		}
	}
}

// fillReasons opens the reasons that were given, as far as they are open to us.
func (d *Desk) fillReasons(ctx context.Context, s *session, f *file, events []Event) {
	ctx, cancel := context.WithTimeout(ctx, listBudget)
	defer cancel()
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case ledger.KindApprove, ledger.KindReturn, ledger.KindRefuse, ledger.KindSuspend, ledger.KindRevoke:
		default:
			continue
		}
		m, err := d.meta(ctx, e.Entry)
		if err != nil || len(m.parts) != 1 {
			continue
		}
		if reason, err := part[vault.Reason](ctx, d, s, f.named(e.Entry, m.parts[0])); err == nil {
			e.Text = reason.Text
		}
	}
}

// Reveal shows the subjects of a letter and writes the look into the agency's
// own journal, before it shows anything.
func (d *Desk) Reveal(ctx context.Context, id ledger.EntryID) ([]string, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	var letter named
	var now ledger.Time
	err = d.look(ctx, func(l *look) error {
		r := l.Request(id)
		if r == nil {
			return ledger.UnknownRequest
		}
		letter, now = l.named(s.agency, r, r.LetterOf, r.Letter), l.now
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reveal: %w", err)
	}
	text, err := d.letterNow(ctx, s, letter)
	if err != nil {
		return nil, fmt.Errorf("reveal: %w", err)
	}
	if err := d.node.Journal(ctx, JournalLine{At: now, Official: s.me, Act: JournalReveal, Request: id}); err != nil {
		return nil, fmt.Errorf("reveal: write the journal: %w", err)
	}
	return slices.Clone(text.Subjects), nil
}

// Acts of the journal.
const (
	JournalReveal = "reveal"
	JournalOpen   = "open"
	JournalExport = "export"
)
