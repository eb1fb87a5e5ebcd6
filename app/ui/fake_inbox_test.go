package ui

import (
	"context"
	"errors"
	"slices"
	"strings"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// What the fake desk offers to those who decide.

func (f *fake) rows() []desk.RequestRow {
	return slices.Concat(f.inbox.ToSign, f.inbox.Waiting, f.inbox.Decided)
}

func (f *fake) Find(_ context.Context, q desk.Query) (desk.Found, error) {
	f.asked = append(f.asked, q)
	out := desk.Found{Proposals: f.inbox.Proposals, Counts: desk.InboxCounts{ToSign: len(f.inbox.ToSign), Waiting: len(f.inbox.Waiting), Decided: len(f.inbox.Decided)}}
	left := func(rows []desk.RequestRow) (ids []ledger.EntryID) {
		for _, r := range rows {
			text := strings.ToLower(r.OtherTitle + " " + r.Dataset + " " + r.Case)
			if (q.Agency == "" || r.Other == q.Agency) && (!q.Due || r.DaysLeft <= desk.DueDays && !r.Paused) && (!q.Unread || r.Unread) &&
				(!q.Signed || r.SignedByMe) && (!q.Ended || r.State == rules.Refused) && strings.Contains(text, strings.ToLower(q.Text)) {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	out.ToSign, out.Waiting, out.Decided = left(f.inbox.ToSign), left(f.inbox.Waiting), left(f.inbox.Decided)
	if q.Order == desk.ByNewest {
		slices.Reverse(out.ToSign)
	}
	for _, r := range f.inbox.Decided {
		if r.SignedByMe && r.State == rules.Approved && slices.Contains(out.Decided, r.ID) {
			out.Leaving = append(out.Leaving, r.ID)
		} else if r.SignedByMe && slices.Contains(out.Decided, r.ID) {
			out.Today = append(out.Today, r.ID)
		}
	}
	out.Agencies = []desk.AgencyName{{ID: "health", Title: "Health Fund"}, {ID: "metro", Title: "Metro"}, {ID: "police", Title: "Valmarine Police"}}
	return out, f.fail
}

func (f *fake) Rows(_ context.Context, ids []ledger.EntryID) ([]desk.RequestRow, error) {
	f.rowsRead += len(ids)
	var out []desk.RequestRow
	for _, id := range ids {
		if i := slices.IndexFunc(f.rows(), func(r desk.RequestRow) bool { return r.ID == id }); i >= 0 {
			out = append(out, f.rows()[i])
		}
	}
	return out, f.fail
}

// MarkRead marks the request in every list and its letter.
func (f *fake) MarkRead(_ context.Context, id ledger.EntryID, read bool) error {
	for _, list := range [][]desk.RequestRow{f.inbox.ToSign, f.inbox.Waiting, f.inbox.Decided} {
		for i := range list {
			if list[i].ID == id {
				list[i].Unread = !read
			}
		}
	}
	if f.marked == nil {
		f.marked = map[ledger.EntryID]bool{}
	}
	f.marked[id] = !read
	return f.fail
}

func (f *fake) Kept(context.Context) ([]desk.KeptEntry, error) { return f.kept, f.fail }

func (f *fake) Alike(_ context.Context, id ledger.EntryID) ([]desk.RequestRow, error) {
	return f.alike[id], f.fail
}

func (f *fake) PrepareBatch(ctx context.Context, act desk.Act, ids []ledger.EntryID) (*desk.Batch, error) {
	b := &desk.Batch{}
	for i, id := range ids {
		act.Request = id
		p, err := f.Prepare(ctx, act)
		if err != nil {
			return nil, err
		}
		p.CheckCode = []string{"417C 902E", "0B61 F7D2", "C58A 1190"}[i]
		b.Pages = append(b.Pages, p)
	}
	return b, nil
}

func (f *fake) OpenBatch(_ context.Context, b *desk.Batch, passphrase string) (desk.Pen, error) {
	if passphrase != "valmarine" {
		return nil, desk.ErrWrongPassphrase
	}
	return &fakePen{f, b}, nil
}

func (f *fake) Again(ctx context.Context, entry ledger.EntryID) (*desk.SignPage, error) {
	i := slices.IndexFunc(f.kept, func(k desk.KeptEntry) bool { return k.ID == entry })
	if i < 0 {
		return nil, desk.ErrNotKept
	}
	act := *f.kept[i].Act
	f.kept = slices.Delete(f.kept, i, i+1)
	return f.Prepare(ctx, act)
}

// fakePen signs what the fake desk has prepared; one page cannot be written.
type fakePen struct {
	f     *fake
	batch *desk.Batch
}

var errFull = errors.New("no space left on device")

func (p *fakePen) Sign(ctx context.Context, page int) (desk.Ticket, error) {
	if page == p.f.breaks {
		return desk.Ticket{}, errFull
	}
	return p.f.Sign(ctx, p.batch.Pages[page], "valmarine")
}

func (p *fakePen) Close() { p.f.closed = true }
