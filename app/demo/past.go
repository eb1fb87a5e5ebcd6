package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// history plays the past. Acts of one instant are signed side by side.
type history struct {
	c        *city
	today    time.Time
	requests []ledger.EntryID // by index into the plan's past
}

// live makes the city's past: the clock goes forward from one instant at which
// something happened to the next, and ends at the real time.
func (c *city) live(ctx context.Context) error {
	events, err := c.plan.timeline()
	if err != nil {
		return err
	}
	h := &history{c: c, today: time.Now(), requests: make([]ledger.EntryID, len(c.plan.Past))}
	for done := 0; done < len(events); {
		n := done + 1
		for n < len(events) && events[n].at == events[done].at {
			n++
		}
		if err := h.instant(ctx, events[done:n]); err != nil {
			return err
		}
		if 4*n/len(events) > 4*done/len(events) {
			c.say("  %d of %d acts", n, len(events))
		}
		done = n
	}
	return c.setOffset(ctx, 0)
}

// instant plays the acts of one instant and what follows from them by itself.
func (h *history) instant(ctx context.Context, events []event) error {
	if err := h.c.setClock(ctx, events[0].at.on(h.today)); err != nil {
		return err
	}
	return each(len(events), func(i int) error {
		e := events[i]
		if err := h.play(ctx, e); err != nil {
			return fmt.Errorf("%s: %s of %s: %w", h.c.plan.Past[e.request].Case, e.verb, e.who, err)
		}
		return nil
	})
}

func (h *history) play(ctx context.Context, e event) error {
	r := h.c.plan.Past[e.request]
	if e.verb == "ask" {
		id, err := h.c.ask(ctx, r)
		h.requests[e.request] = id
		return err
	}
	id := h.requests[e.request]
	act, err := h.act(ctx, e, r, id)
	if err != nil {
		return err
	}
	if _, err := h.c.sign(ctx, e.who, act); err != nil {
		return err
	}
	return h.c.settled(ctx, r, id)
}

// ask has a person ask for what the plan says.
func (c *city) ask(ctx context.Context, r past) (ledger.EntryID, error) {
	b := c.plan.basis(r.Basis)
	d := c.plan.dataset(b.Dataset)
	who := c.plan.person(r.From)
	ask := desk.Ask{Purpose: b.Purpose, Fields: r.Fields, Subjects: c.plan.about(r), KeepDays: r.Keep, Case: r.Case, Note: r.Note}
	if len(ask.Fields) == 0 {
		ask.Fields = d.names()
	}
	if len(r.Period) == 2 {
		ask.From, ask.To = r.Period[0], r.Period[1]
	}
	err := until(ctx, readLimit, func() (bool, error) {
		err := c.read(ctx, who.Agency, func(v rules.View) error {
			ds, bs := v.CurrentDataset(d.Code), v.CurrentBasis(b.Code)
			if ds == nil {
				return ledger.UnknownDataset
			}
			if bs == nil {
				return ledger.UnknownBasis
			}
			ask.Dataset, ask.Basis = ds.ID, bs.ID
			return nil
		})
		return err == nil, err
	})
	if err != nil {
		return ledger.EntryID{}, err
	}
	return c.sign(ctx, r.From, desk.Act{Kind: desk.ActAsk, Ask: &ask})
}

// act is an event as a person signs it.
func (h *history) act(ctx context.Context, e event, r past, id ledger.EntryID) (desk.Act, error) {
	act := desk.Act{Request: id, Reason: e.options["reason"], Code: ledger.Code(e.options["code"])}
	switch e.verb {
	case "approve":
		fields, err := h.c.ticked(ctx, e.who, id)
		if err != nil {
			return act, err
		}
		strike := ledger.SortFields(names(e.list("strike")))
		act.Kind, act.Fields = desk.ActApprove, ledger.Subtract(fields, strike)
	case "offer":
		act.Kind = desk.ActJoin
		if act.Reason != "" {
			act.Kind, act.Ask = desk.ActOffer, &desk.Ask{Fields: names(e.list("fields"))}
			if p := e.list("period"); len(p) == 2 {
				act.Ask.From, act.Ask.To = p[0], p[1]
			}
		}
	case "answer":
		act.Kind, act.Ask = desk.ActAnswer, &desk.Ask{Note: e.options["note"]}
	default:
		act.Kind = desk.ActKind(e.verb)
	}
	return act, nil
}

func names(list []string) []ledger.FieldName {
	out := make([]ledger.FieldName, len(list))
	for i, s := range list {
		out[i] = ledger.FieldName(s)
	}
	return out
}

// ticked reads the letter and gives the fields that start ticked: what the
// person would sign with the pencil untouched.
func (c *city) ticked(ctx context.Context, who string, id ledger.EntryID) ([]ledger.FieldName, error) {
	d, err := c.desk(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []ledger.FieldName
	err = until(ctx, readLimit, func() (bool, error) {
		l, err := d.Letter(ctx, id)
		if err != nil {
			return false, err
		}
		if l.LetterState != desk.LetterOpen {
			return false, fmt.Errorf("the letter is %s", l.LetterState)
		}
		out = nil
		for _, f := range l.Fields {
			if f.Ticked {
				out = append(out, f.Name)
			}
		}
		return true, nil
	})
	return ledger.SortFields(out), err
}

// settled waits, where an approval has completed an agreement, until what was
// approved has arrived and the receipt is final; and where a deletion was signed,
// until its receipt is.
func (c *city) settled(ctx context.Context, r past, id ledger.EntryID) error {
	from, _, _ := strings.Cut(r.From, "/")
	provider := c.plan.dataset(c.plan.basis(r.Basis).Dataset).Agency
	done := func(at ledger.AgencyID) (bool, error) {
		settled := false
		err := c.read(ctx, at, func(v rules.View) error {
			req := v.Request(id)
			if req == nil {
				return ledger.UnknownRequest
			}
			owed := req.Agreement != nil && len(req.Releases) == 0
			for _, rel := range req.Releases {
				owed = owed || rel.Received == 0
			}
			ordered := req.Deletion != nil && !req.Deletion.Ordered.IsZero()
			settled = !owed && !(ordered && req.Deletion.Deleted == 0)
			return nil
		})
		return settled, err
	}
	for _, at := range []ledger.AgencyID{provider, ledger.AgencyID(from)} {
		if err := until(ctx, readLimit, func() (bool, error) { return done(at) }); err != nil {
			return fmt.Errorf("what follows at %s: %w", at, err)
		}
	}
	return nil
}

// reads has the person who will sit at an agency's desk read all letters but
// those that came last, so that only they are marked as new.
func (c *city) reads(ctx context.Context, who string, but ...string) error {
	d, err := c.desk(ctx, who)
	if err != nil {
		return err
	}
	inbox, err := d.Inbox(ctx)
	if err != nil {
		return err
	}
	for _, row := range slices.Concat(inbox.ToSign, inbox.Waiting, inbox.Decided) {
		if !row.Unread || slices.Contains(but, row.Case) {
			continue
		}
		if _, err := d.Letter(ctx, row.ID); err != nil {
			return err
		}
	}
	return nil
}
