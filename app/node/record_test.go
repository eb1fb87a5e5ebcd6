package node

import (
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
	block, err := d.RecordBlock(ctx, decisions[0].Height)
	if err != nil || block.Entries < 1 || len(block.ID) == 0 || len(block.Before) == 0 || block.LogSize <= decisions[0].Position {
		t.Errorf("block %+v, %v", block, err)
	}
	found, err := d.CheckRecord(ctx, func(uint64, uint64) {})
	if err != nil || found.Problem != "" || found.Height < block.Height || found.Entries == 0 {
		t.Errorf("check %+v, %v", found, err)
	}
}
