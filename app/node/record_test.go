package node

import (
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// recordShows reads the record as the screen of evidence does: newest first, a
// request's entries alone, by filter, and block by block.
func recordShows(t *testing.T, m *member, request ledger.EntryID) {
	t.Helper()
	ctx, d := t.Context(), m.desk("vidal")
	rows, older, err := d.Record(ctx, desk.RecordQuery{Request: request})
	if err != nil || older != 0 {
		t.Fatalf("the request's entries: %v, older at %d", err, older)
	}
	kinds := map[string]int{}
	for i, r := range rows {
		kinds[r.Kind]++
		if i > 0 && r.Position >= rows[i-1].Position {
			t.Error("not newest first")
		}
		if r.Request != request || r.Asker != "Valmarine Police" || r.Case == "" {
			t.Errorf("%s: request %s, asked by %q, case %q", r.Kind, r.Request.Short(), r.Asker, r.Case)
		}
	}
	if kinds["request"] != 1 || kinds["approve"] != 1 || kinds["release"] == 0 || kinds["receipt"] == 0 {
		t.Errorf("kinds %v", kinds)
	}
	decisions, _, err := d.Record(ctx, desk.RecordQuery{Filter: desk.RecordDecisions})
	if err != nil || len(decisions) != 1 || decisions[0].Kind != "approve" || decisions[0].Who == nil || len(decisions[0].Struck) != 0 {
		t.Errorf("decisions %+v, %v", decisions, err)
	}
	page, older, err := d.Record(ctx, desk.RecordQuery{Limit: 2})
	if err != nil || len(page) != 2 || older != page[1].Position {
		t.Fatalf("page of %d, older at %d, %v", len(page), older, err)
	}
	next, _, err := d.Record(ctx, desk.RecordQuery{Limit: 2, Before: older})
	if err != nil || len(next) != 2 || next[0].Position >= older {
		t.Errorf("next page %+v, %v", next, err)
	}
	upTo, _, err := d.Record(ctx, desk.RecordQuery{Height: decisions[0].Height})
	if err != nil || len(upTo) == 0 || upTo[0].Height != decisions[0].Height {
		t.Errorf("up to block %d: %+v, %v", decisions[0].Height, upTo, err)
	}
	then, _, err := d.Record(ctx, desk.RecordQuery{At: decisions[0].At})
	if err != nil || len(then) == 0 || then[0].At > decisions[0].At || then[0].Position < decisions[0].Position {
		t.Errorf("up to %v: %+v, %v", decisions[0].At, then, err)
	}
	if none, _, err := d.Record(ctx, desk.RecordQuery{At: 1}); err != nil || len(none) != 0 {
		t.Errorf("before there was a record: %+v, %v", none, err)
	}
	if past, _, err := d.Record(ctx, desk.RecordQuery{Height: 1 << 40}); err != nil || len(past) == 0 || past[0].Position < upTo[0].Position {
		t.Errorf("past the end of the record: %+v, %v", past, err)
	}
	for text, most := range map[string]int{"vm-2026-0417": len(rows), "0417 receipt": 1, "tax approve": 1, "Official": len(rows)} {
		var found []desk.RecordRow
		q := desk.RecordSearch{}
		for _, w := range strings.Fields(text) {
			q.Words = append(q.Words, desk.RecordWord{Text: w})
		}
		at, err := d.SearchRecord(ctx, q, func(f desk.RecordFound) { found = append(found, f.Rows...) })
		if err != nil || at.Older != 0 || len(found) == 0 {
			t.Errorf("%q: %d found, the search went to %d (%v)", text, len(found), at.Older, err)
		}
		named := 0
		for _, r := range found {
			if r.Request == request && r.Case == "VM-2026-0417" {
				named++
			}
		}
		if text != "Official" && (named == 0 || named > most) {
			t.Errorf("%q: %d of the request's %d entries", text, named, len(rows))
		}
	}
	block, err := d.RecordBlock(ctx, decisions[0].Height)
	if err != nil || block.Entries < 1 || len(block.ID) == 0 || len(block.Before) == 0 || block.LogSize <= decisions[0].Position {
		t.Errorf("block %+v, %v", block, err)
	}
	found, err := d.CheckRecord(ctx, func(uint64, uint64) {})
	if err != nil || found.Problem != "" || found.Height < block.Height || found.Entries == 0 {
		t.Errorf("check %+v, %v", found, err)
	}
}
