package control

import (
	"path/filepath"
	"reflect"
	"testing"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// A desk over the socket shows the record as one in the node's process does.
func TestRecordOverTheSocketIsTheNodes(t *testing.T) {
	n, c, o := tax(t)
	ctx := t.Context()
	d := desk.New(c, desk.Options{Keys: filepath.Join(n.Profile().Folder, node.KeysFolder), State: t.TempDir(), WorkFactor: 10})
	if err := d.Unlock(ctx, o.Admins[0].Official, "valmarine"); err != nil {
		t.Fatal(err)
	}
	defer d.Lock()
	page, err := d.Prepare(ctx, desk.Act{Kind: desk.ActPublish, Official: o.Admins[0].Official, Card: &desk.Card{Name: "N. Lindqvist"}})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := d.SignUnlocked(ctx, page)
	if err == nil {
		_, err = d.Await(ctx, ticket)
	}
	if err != nil {
		t.Fatal(err)
	}

	for _, f := range []desk.RecordFilter{desk.RecordAll, desk.RecordRefused, desk.RecordKeys} {
		here, err := n.Recorded(ctx, desk.RecordQuery{Filter: f})
		there, err2 := c.Recorded(ctx, desk.RecordQuery{Filter: f})
		if err != nil || err2 != nil || len(here) != len(there) {
			t.Fatalf("%q: %d here, %d over the socket, %v %v", f, len(here), len(there), err, err2)
		}
		for i := range here {
			a, b := here[i], there[i]
			if a.Entry.ID() != b.Entry.ID() || a.Position != b.Position || a.Height != b.Height || a.Index != b.Index || a.At != b.At || a.Code != b.Code {
				t.Errorf("%q, row %d: %+v and %+v", f, i, a, b)
			}
		}
	}
	rows, _, err := d.Record(ctx, desk.RecordQuery{})
	if err != nil || len(rows) == 0 || rows[0].ID != ticket.Entry {
		t.Fatalf("the desk's record: %v, %v", rows, err)
	}
	here, err := n.RecordBlock(ctx, rows[0].Height)
	there, err2 := d.RecordBlock(ctx, rows[0].Height)
	if err != nil || err2 != nil || !reflect.DeepEqual(here, there) {
		t.Errorf("block: %+v and %+v, %v %v", here, there, err, err2)
	}
	if _, err := d.RecordBlock(ctx, ledger.Height(1<<40)); err == nil {
		t.Error("a block that is not there")
	}
	told := false
	check, err := d.CheckRecord(ctx, func(done, total uint64) { told = told || done <= total })
	if err != nil || check.Problem != "" || check.Entries == 0 || !told {
		t.Errorf("check: %+v, %v, told %v", check, err, told)
	}
}
