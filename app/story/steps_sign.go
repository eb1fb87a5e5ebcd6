package story

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
)

// Limits of a signed step.
const (
	readLimit  = 5 * time.Second  // until the signer's node has the version it answers
	finalLimit = 10 * time.Second // until the entry is final there
)

// sign prepares, signs and follows one act of a person, as the step says.
func (p *Player) sign(ctx context.Context, s Step, who *person, at string, act desk.Act) error {
	d, err := p.desk(ctx, who, at)
	if err != nil {
		return err
	}
	act.Unchecked = s.Refused
	var page *desk.SignPage
	_, err = until(ctx, readLimit, func() (bool, error) {
		var err error
		page, err = d.Prepare(ctx, act)
		if err == nil && !s.Refused && page.Check != ledger.Accepted {
			err = page.Check
		}
		return err == nil, err
	})
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	start := time.Now()
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	p.lastEntry = ticket.Entry
	if !act.Request.IsZero() {
		p.mark(act.Request, ticket.Entry)
	}
	return p.final(ctx, s, d, ticket, start)
}

// final waits, unless the step does not, until what it signed at start is final,
// notes in which block, and judges the outcome.
func (p *Player) final(ctx context.Context, s Step, d *desk.Desk, ticket desk.Ticket, start time.Time) error {
	p.detail["entry"] = ticket.Entry.Short()
	if s.NoWait {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	final, err := d.Await(ctx, ticket)
	if err != nil {
		return err
	}
	p.detail["final_ms"] = float64(time.Since(start).Microseconds()) / 1000
	p.detail["block"] = final.Height
	p.reached = max(p.reached, final.Height)
	return judge(s, final.Code)
}

// judge compares an outcome with what the step demands.
func judge(s Step, code ledger.Refusal) error {
	want, named := s.Options[demanded]
	switch {
	case !s.Refused && code != ledger.Accepted:
		return fmt.Errorf("%w: refused as %s", ErrStory, code)
	case s.Refused && code == ledger.Accepted:
		return fmt.Errorf("%w: it was accepted", ErrStory)
	case s.Refused && named && string(code) != want:
		return fmt.Errorf("%w: refused as %s, not as %s", ErrStory, code, want)
	}
	return nil
}

func (p *Player) mark(request, entry ledger.EntryID) {
	for name, id := range p.requests {
		if id == request {
			p.marks[name] = entry
		}
	}
}

// about reads the person and request of a step on a request.
func (p *Player) about(s Step) (*person, ledger.EntryID, error) {
	who, err := p.person(s.Args[0])
	if err != nil {
		return nil, ledger.EntryID{}, err
	}
	id, err := p.request(s.Args[1])
	return who, id, err
}

func (p *Player) askStep(ctx context.Context, s Step) error {
	who, err := p.person(s.Args[0])
	if err != nil {
		return err
	}
	if s.Args[1] != "as" {
		return errors.New("write: ask AGENCY/ID as R …")
	}
	name := s.Args[2]
	ask := desk.Ask{Purpose: ledger.Code(s.Opt("purpose", "")), Fields: fields(s.List("fields")), Subjects: s.List("subject"),
		Rows: s.Opt("rows", ""), From: s.Opt("from", ""), To: s.Opt("to", ""), Case: s.Opt("case", ""), Note: s.Opt("note", "")}
	if ask.KeepDays, err = days(s.Opt("keep", "180d")); err != nil {
		return err
	}
	if ask.StandingDays, err = days(s.Opt("standing", "")); err != nil {
		return err
	}
	if err := p.editions(ctx, who, s, &ask); err != nil {
		return err
	}
	act := desk.Act{Kind: desk.ActAsk, Ask: &ask}
	if other := s.Opt("letter", ""); other != "" {
		return p.askWithLetterOf(ctx, s, who, act, other)
	}
	d, err := p.desk(ctx, who, s.Opt("on", ""))
	if err != nil {
		return err
	}
	act.Unchecked = s.Refused
	page, err := d.Prepare(ctx, act)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return p.submitAsk(ctx, s, d, page, name)
}

// submitAsk signs a request and remembers its number under the story's name.
func (p *Player) submitAsk(ctx context.Context, s Step, d *desk.Desk, page *desk.SignPage, name string) error {
	start := time.Now()
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	p.requests[name], p.marks[name] = ticket.Entry, ticket.Entry
	return p.final(ctx, s, d, ticket, start)
}

// editions finds the current editions of the dataset and basis that a step
// names, waiting until the person's node has them.
func (p *Player) editions(ctx context.Context, who *person, s Step, ask *desk.Ask) error {
	client, err := p.client(who.agency, s.Opt("on", ""))
	if err != nil {
		return err
	}
	_, err = until(ctx, readLimit, func() (bool, error) {
		err := client.Read(ctx, func(r rules.Reader) error {
			v := rules.NewView(r)
			d, b := v.CurrentDataset(ledger.Code(s.Opt("dataset", ""))), v.CurrentBasis(ledger.Code(s.Opt("basis", "")))
			if d == nil {
				return ledger.UnknownDataset
			}
			if b == nil {
				return ledger.UnknownBasis
			}
			ask.Dataset, ask.Basis = d.ID, b.ID
			return nil
		})
		return err == nil, err
	})
	return err
}

// askWithLetterOf asks with another request's sealed part, as a thief of a
// ciphertext would.
func (p *Player) askWithLetterOf(ctx context.Context, s Step, who *person, act desk.Act, other string) error {
	id, err := p.request(other)
	if err != nil {
		return err
	}
	d, err := p.desk(ctx, who, s.Opt("on", ""))
	if err != nil {
		return err
	}
	client, err := p.client(who.agency, s.Opt("on", ""))
	if err != nil {
		return err
	}
	var victim *rules.Request
	if _, err := until(ctx, readLimit, func() (bool, error) { // the thief's node may be a block behind
		err := client.Read(ctx, func(r rules.Reader) error {
			if victim = rules.NewView(r).Request(id); victim == nil {
				return ledger.UnknownRequest
			}
			return nil
		})
		return err == nil, err
	}); err != nil {
		return err
	}
	stolen := victim.Letter
	owner, err := p.client(victim.Requester, "")
	if err != nil {
		return err
	}
	cipher, err := owner.Part(ctx, victim.LetterOf, stolen)
	if err != nil {
		return err
	}
	act.Unchecked = true
	page, err := d.Prepare(ctx, act)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	req := new(ledger.Request)
	if err := ledger.Decode(page.Body.Payload, ledger.MaxEntryBytes, req); err != nil {
		return err
	}
	req.Letter.Commitment, req.Letter.Root, req.Letter.Size = stolen.Commitment, stolen.Root, stolen.Size
	page.Body.Payload = ledger.Encode(req)
	return p.submitAs(ctx, s, who, client, page.Body, [][]byte{cipher})
}

// submitAs signs a body with a person's key file and sends it past the desk.
func (p *Player) submitAs(ctx context.Context, s Step, who *person, client *control.Client, body ledger.Body, parts [][]byte) error {
	keys, err := keyring.Open(who.file, Passphrase, rehearsal())
	if err != nil {
		return err
	}
	defer keys.Close()
	e, err := ledger.Sign(body, keys)
	if err != nil {
		return err
	}
	if err := client.Submit(ctx, e, parts); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	defer cancel()
	final, err := client.Await(ctx, e.ID())
	if err != nil {
		return err
	}
	return judge(s, final.Code)
}

func (p *Player) approveStep(ctx context.Context, s Step) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	d, err := p.desk(ctx, who, s.Opt("on", ""))
	if err != nil {
		return err
	}
	act := desk.Act{Kind: desk.ActApprove, Request: id, Reason: s.Opt("reason", "")}
	if v := s.Opt("version", ""); v != "" {
		if act.Version, err = p.request(v); err != nil {
			return err
		}
	}
	var letter *desk.Letter
	if _, err := until(ctx, readLimit, func() (bool, error) {
		var err error
		letter, err = d.Letter(ctx, id)
		if err == nil && letter.LetterState != desk.LetterOpen {
			err = fmt.Errorf("the letter is %s", letter.LetterState)
		}
		return err == nil, err
	}); err != nil {
		return fmt.Errorf("read the letter: %w", err)
	}
	strike, grant := fields(s.List("strike")), fields(s.List("grant"))
	var ticked []ledger.FieldName
	for _, f := range letter.Fields {
		if !f.Beyond {
			ticked = append(ticked, f.Name)
		}
	}
	act.Fields = ledger.SortFields(append(ledger.Subtract(ledger.SortFields(ticked), strike), grant...))
	return p.sign(ctx, s, who, s.Opt("on", ""), act)
}

func (p *Player) offerStep(ctx context.Context, s Step) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	if s.Opt("reason", "") == "" { // joins the offer on the table
		return p.sign(ctx, s, who, "", desk.Act{Kind: desk.ActJoin, Request: id})
	}
	act := desk.Act{Kind: desk.ActOffer, Request: id, Reason: s.Opt("reason", "")}
	act.Ask = &desk.Ask{Fields: fields(s.List("fields")), Rows: s.Opt("rows", ""), From: s.Opt("from", ""), To: s.Opt("to", "")}
	if act.Ask.KeepDays, err = days(s.Opt("keep", "")); err != nil {
		return err
	}
	return p.sign(ctx, s, who, "", act)
}

func (p *Player) refuseStep(ctx context.Context, s Step) error {
	return p.reasoned(ctx, s, desk.ActRefuse, "excessive")
}

func (p *Player) returnStep(ctx context.Context, s Step) error {
	return p.reasoned(ctx, s, desk.ActReturn, "information-required")
}

func (p *Player) reasoned(ctx context.Context, s Step, kind desk.ActKind, otherwise string) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	code := ledger.Code(s.Opt("code", otherwise))
	return p.sign(ctx, s, who, "", desk.Act{Kind: kind, Request: id, Code: code, Reason: s.Opt("reason", "")})
}

func (p *Player) answerStep(ctx context.Context, s Step) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	act := desk.Act{Kind: desk.ActAnswer, Request: id, Ask: &desk.Ask{Note: s.Args[2], Fields: fields(s.List("fields"))}}
	return p.sign(ctx, s, who, "", act)
}

func (p *Player) simpleStep(kind desk.ActKind) func(context.Context, Step) error {
	return func(ctx context.Context, s Step) error {
		who, id, err := p.about(s)
		if err != nil {
			return err
		}
		return p.sign(ctx, s, who, "", desk.Act{Kind: kind, Request: id, Reason: s.Opt("reason", strings.ToLower(string(kind)))})
	}
}
