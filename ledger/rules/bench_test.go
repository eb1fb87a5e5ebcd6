package rules

import (
	"testing"
	"time"

	"countersign/ledger"
)

// believing takes every signature for good: what is measured is the rules alone.
type believing struct{}

func (believing) Verify(ledger.PublicKey, *ledger.Entry) bool { return true }

// BenchmarkApply applies a block of a full mempool: requests, approvals,
// releases and receipts in turn.
func BenchmarkApply(b *testing.B) {
	v := newValmarine(b)
	const stories = 250
	var entries []*ledger.Entry
	for i := 0; i < stories; i++ {
		ask := v.sign(v.vidal, v.asking())
		act := ledger.Act{Request: ask.ID(), Version: ask.ID()}
		release := v.sign(v.taxOffice, &ledger.Release{Act: act, Part: v.sealed("police")})
		entries = append(entries, ask,
			v.sign(v.arnaud, &ledger.Approve{Act: act, Role: ledger.RoleApprover, Fields: fields("declared_income")}),
			v.sign(v.okafor, &ledger.Approve{Act: act, Role: ledger.RoleApprover, Fields: fields("declared_income")}),
			release, v.sign(v.policeOffice, &ledger.Receipt{Act: act, Release: release.ID()}))
	}
	blk := Block{Height: v.height + 1, Time: v.now.Add(time.Second), Entries: entries, Digest: v.digest}
	raw := make([][]byte, len(entries))
	for i, e := range entries {
		raw[i] = e.Bytes()
	}
	b.Run("Apply", func(b *testing.B) {
		for b.Loop() {
			res, err := Apply(v.state, blk, believing{})
			if err != nil || len(res.Outcomes) != len(entries) || res.Outcomes[4].Code != "" {
				b.Fatalf("%v %+v", err, res.Outcomes[4])
			}
		}
		b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "entries/s")
	})
	b.Run("Admit", func(b *testing.B) { // with parsing
		for b.Loop() {
			for _, err := range Admit(v.state, blk.Time, raw, believing{}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "entries/s")
	})
}

// BenchmarkApplyOne applies a block of one entry beside many open requests.
func BenchmarkApplyOne(b *testing.B) {
	v := newValmarine(b)
	for i := 0; i < 20; i++ {
		var entries []*ledger.Entry
		for j := 0; j < 500; j++ {
			entries = append(entries, v.sign(v.vidal, v.asking()))
		}
		res, err := Apply(v.state, Block{Height: v.height + 1, Time: v.now + 1, Entries: entries, Digest: v.digest}, believing{})
		if err != nil {
			b.Fatal(err)
		}
		v.now, v.height = v.now+1, v.height+1
		v.take(res)
	}
	e := v.sign(v.vidal, v.asking())
	for b.Loop() {
		if _, err := Apply(v.state, Block{Height: 9999, Time: v.now + 1, Entries: []*ledger.Entry{e}, Digest: v.digest}, believing{}); err != nil {
			b.Fatal(err)
		}
	}
}

// One request with many entries in a block is encoded once: the time for a
// block grows with its entries, not with their square.
func TestManyEntriesAboutOneRequest(t *testing.T) {
	v := newValmarine(t)
	r := v.standing()
	var entries []*ledger.Entry
	for i := 0; i < 600; i++ {
		entries = append(entries, v.sign(v.taxOffice, &ledger.Release{Act: v.about(r), Part: v.sealed("police")}))
	}
	res := v.block(entries...)
	writes := 0
	for _, c := range res.Changes {
		if string(c.Key) == requestKey(r) {
			writes++
		}
	}
	if writes != 1 || len(v.in(r, Approved).Releases) != 600 {
		t.Fatalf("%d writes", writes)
	}
}
