package rules

import (
	"slices"
	"testing"

	"countersign/ledger"
)

func TestTableHasOneRowForEveryKind(t *testing.T) {
	var kinds []ledger.Kind
	for _, r := range table {
		kinds = append(kinds, r.kind)
		if r.do == nil {
			t.Errorf("%s does nothing", r.kind)
		}
		if (r.side == sideNone) != (len(r.from) == 0) {
			t.Errorf("%s: an act on a request names the states in which it is allowed", r.kind)
		}
		for _, s := range append(slices.Clone(r.from), r.to...) {
			if !slices.Contains(States(), s) {
				t.Errorf("%s: %q is no state", r.kind, s)
			}
		}
		if r.decides && (r.side != sideProvider || r.by != byOfficial) {
			t.Errorf("%s: only officials of the provider decide", r.kind)
		}
	}
	if !slices.Equal(kinds, ledger.Kinds()) {
		t.Errorf("rows %v, kinds %v", kinds, ledger.Kinds())
	}
}

func TestErasingChangesNoState(t *testing.T) {
	r := rowOf(ledger.KindErase)
	mustEqual(t, "states it leads to", len(r.to), 0)
	for _, s := range States() {
		mustEqual(t, "allowed in "+string(s), r.allows(s), s == Withdrawn || s == Lapsed || s == Refused || s == Closed)
	}
}

// Final states never reopen.
func TestNothingIsDoneToFinalStates(t *testing.T) {
	for _, r := range table {
		for _, s := range []State{Withdrawn, Lapsed, Refused, Closed} {
			mayBe := r.kind == ledger.KindRelease || r.kind == ledger.KindErase // refused there as agreement-ended; changes no state
			if r.allows(s) && !mayBe {
				t.Errorf("%s is allowed in %s", r.kind, s)
			}
		}
	}
}

func TestMapStateKeepsOrder(t *testing.T) {
	var m MapState
	m.Write([]Change{{Key: []byte("a/2"), Value: []byte{2}}, {Key: []byte("a/1"), Value: []byte{1}}, {Key: []byte("b/1"), Value: []byte{3}}})
	clone := m.Clone()
	m.Write([]Change{{Key: []byte("a/1")}, {Key: []byte("a/3"), Value: []byte{4}}})
	read := func(m *MapState, prefix, from string) (out string) {
		m.Ascend([]byte(prefix), []byte(from), func(k, v []byte) bool {
			out += string(k) + " "
			return true
		})
		return out
	}
	for _, c := range []struct{ got, want string }{
		{read(&m, "a/", ""), "a/2 a/3 "}, {read(&m, "a/", "a/3"), "a/3 "}, {read(&m, "", ""), "a/2 a/3 b/1 "},
		{read(clone, "a/", ""), "a/1 a/2 "}, {read(&m, "c/", ""), ""},
	} {
		mustEqual(t, "keys", c.got, c.want)
	}
	mustEqual(t, "records", m.Len(), 3)
	o := newOverlay(&m)
	o.putRaw("a/0", marker())
	o.putRaw("a/25", marker())
	o.del("a/2")
	o.del("a/9")
	var keys string
	o.Ascend([]byte("a/"), []byte("a/1"), func(k, _ []byte) bool {
		keys += string(k) + " "
		return true
	})
	mustEqual(t, "merged", keys, "a/25 a/3 ")
	mustEqual(t, "changes", len(o.changes()), 3) // a/9 never was there
}
