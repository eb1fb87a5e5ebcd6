package desk

import (
	"cmp"
	"context"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// history tells a request's life, oldest first: every change of state, every
// signature, release and receipt. Authors of acts that the record keeps only by
// their entry are looked up; ids are the officials whose names are needed.
func (d *Desk) history(ctx context.Context, r *rules.Request) (events []Event, who []*ledger.OfficialID) {
	seen := map[ledger.EntryID]int{}
	add := func(e Event, o ledger.OfficialID) {
		if i, ok := seen[e.Entry]; ok && !e.Entry.IsZero() {
			if e.State != "" {
				events[i].State = e.State
			}
			return
		}
		seen[e.Entry] = len(events)
		events = append(events, e)
		if o.IsZero() {
			who = append(who, nil)
		} else {
			who = append(who, &o)
		}
	}
	of := len(r.Terms.Fields)
	add(Event{At: r.Submitted, Entry: r.ID, Kind: ledger.KindRequest, State: rules.Submitted, Agency: r.Requester,
		Height: heightOf(r, r.ID), Of: of}, r.Submitter)
	for _, dec := range r.Decisions {
		add(Event{At: dec.At, Height: dec.Height, Entry: dec.Entry, Kind: dec.Kind, Agency: r.Provider,
			Fields: len(dec.Fields), Of: of, Code: dec.Code}, dec.Official)
	}
	for _, rel := range r.Releases {
		add(Event{At: rel.At, Height: rel.Height, Entry: rel.Entry, Kind: ledger.KindRelease, Agency: r.Provider}, ledger.OfficialID{})
		if !rel.Receipt.IsZero() {
			add(Event{At: rel.Received, Entry: rel.Receipt, Kind: ledger.KindReceipt, Agency: r.Requester}, ledger.OfficialID{})
		}
		if rel.Failed != "" && rel.Receipt.IsZero() {
			add(Event{At: rel.At, Kind: ledger.KindDeliveryFailed, Agency: r.Requester, Code: rel.Failed}, ledger.OfficialID{})
		}
	}
	for _, h := range r.History {
		e := Event{At: h.At, Height: h.H, Entry: h.Entry, State: h.State}
		var by ledger.OfficialID
		if _, known := seen[h.Entry]; !known && !h.Entry.IsZero() {
			if m, err := d.meta(ctx, h.Entry); err == nil {
				e.Kind, e.Agency, by = m.kind, m.agency, m.official
			}
		}
		add(e, by)
	}
	if del := r.Deletion; del != nil {
		for _, id := range []ledger.EntryID{del.Ordered, del.Receipt} {
			if id.IsZero() {
				continue
			}
			if m, err := d.meta(ctx, id); err == nil {
				add(Event{At: m.at, Height: m.height, Entry: id, Kind: m.kind, Agency: m.agency}, m.official)
			}
		}
	}
	for _, x := range r.Erasures {
		add(Event{At: x.At, Height: x.Height, Entry: x.Entry, Kind: ledger.KindErase, Agency: x.Agency, Code: x.Code}, x.Official)
	}
	for i := range events {
		if events[i].Height == 0 && events[i].Kind == ledger.KindReceipt {
			if m, err := d.meta(ctx, events[i].Entry); err == nil {
				events[i].Height = m.height
			}
		}
	}
	return sortEvents(events, who)
}

// sortEvents orders by ledger time; what stands in one block keeps its order.
func sortEvents(events []Event, who []*ledger.OfficialID) ([]Event, []*ledger.OfficialID) {
	at := make([]int, len(events))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(events[a].At, events[b].At) })
	outE, outW := make([]Event, len(at)), make([]*ledger.OfficialID, len(at))
	for i, j := range at {
		outE[i], outW[i] = events[j], who[j]
	}
	return outE, outW
}

func heightOf(r *rules.Request, entry ledger.EntryID) ledger.Height {
	for _, h := range r.History {
		if h.Entry == entry {
			return h.H
		}
	}
	return 0
}
