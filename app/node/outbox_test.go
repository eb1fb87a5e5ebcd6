package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

func keptEntry(t *testing.T, now ledger.Time) *ledger.Entry {
	t.Helper()
	keys, err := newAgencyKeys(agencyOptions("tax", "Tax Service").complete())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.close)
	key := keys.node.Signer()
	e, err := ledger.Sign(ledger.NewBody(ledger.NetworkID{1}, key.Public().ID(), now, ledger.NewNonce(), &ledger.JournalHead{Head: ledger.Sum([]byte("x")), Count: 1}), key)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// What was acknowledged as kept is there after a kill: nothing is written when
// the process ends.
func TestOutboxSurvivesAKill(t *testing.T) {
	dir := t.TempDir()
	box, bad, err := openOutbox(dir)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	now := time.Now()
	first, second := keptEntry(t, ledger.TimeOf(now)), keptEntry(t, ledger.TimeOf(now))
	letter := [][]byte{[]byte("ciphertext")}
	for _, e := range []*ledger.Entry{first, second, first} {
		if err := box.add(e, letter, now); err != nil {
			t.Fatal(err)
		}
	}
	// Killed while the third was being written.
	if err := os.WriteFile(filepath.Join(dir, ".000000000003-abcd.entry-123"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, bad, err := openOutbox(dir)
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	list := again.list()
	if len(list) != 2 || list[0].entry.ID() != first.ID() || list[1].entry.ID() != second.ID() || string(list[0].parts[0]) != "ciphertext" {
		t.Fatalf("kept: %v", list)
	}
	again.final(first.ID(), ledger.WrongState)
	if third, _, err := openOutbox(dir); err != nil || third.pending() != 1 {
		t.Fatal("a refused entry came back:", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Error("left behind:", left)
	}
}

func TestUnreadableOutboxFileIsSetAside(t *testing.T) {
	dir := t.TempDir()
	box, _, err := openOutbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	e := keptEntry(t, ledger.TimeOf(time.Now()))
	if err := box.add(e, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"000000000007-torn.entry", "000000000008-empty.entry"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name)[:len(name)%2*5], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again, bad, err := openOutbox(dir)
	if err != nil || len(bad) != 2 || again.pending() != 1 {
		t.Fatalf("%v, set aside %v, kept %d", err, bad, again.pending())
	}
	aside, _ := filepath.Glob(filepath.Join(dir, "*.unreadable-1"))
	if len(aside) != 2 {
		t.Error("nothing is lost, it lies beside:", aside)
	}
	if _, bad, err := openOutbox(dir); err != nil || len(bad) != 0 {
		t.Error("said once:", bad, err)
	}
}

// An act of the node itself that expired is forgotten; an official's stays until
// they sign again or let it go.
func TestOnlyTheNodesOwnActsExpireByThemselves(t *testing.T) {
	box, _, err := openOutbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-8 * 24 * time.Hour)
	own, officials := keptEntry(t, ledger.TimeOf(long)), keptEntry(t, ledger.TimeOf(long))
	for _, e := range []*ledger.Entry{own, officials} {
		if err := box.add(e, nil, long); err != nil {
			t.Fatal(err)
		}
	}
	now := ledger.TimeOf(time.Now())
	if got := box.expired(now, own.Body.Author); len(got) != 1 || got[0].ID() != own.ID() {
		t.Error("expired:", got)
	}
	if len(box.unsent(now)) != 0 || box.pending() != 2 {
		t.Error("what expired is not offered again, and is still there")
	}
}

func TestJournalIsAChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileJournal)
	j, broken, err := openJournal(path)
	if err != nil || broken != nil {
		t.Fatal(err, broken)
	}
	id := ledger.Sum([]byte("request"))
	for i := range 3 {
		if err := j.append(desk.JournalLine{At: ledger.Time(1000 + i), Act: "open", Request: id}); err != nil {
			t.Fatal(err)
		}
	}
	before := j.state()
	if lines, err := j.about(id); err != nil || len(lines) != 3 || lines[2].At != 1002 || before.since != 1000 {
		t.Fatal(lines, err)
	}
	if lines, _ := j.about(ledger.EntryID{9}); len(lines) != 0 {
		t.Error("another request's lines:", lines)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	// A torn last line is cut off, and the chain goes on.
	if err := os.WriteFile(path, append(whole[:len(whole):len(whole)], `{"v":1,"pre`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if j, broken, err = openJournal(path); err != nil || broken != nil || j.state() != before {
		t.Fatal(err, broken, j.state())
	}
	if err := j.append(desk.JournalLine{At: 1003, Act: "export", Request: id}); err != nil {
		t.Fatal(err)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}

	// A changed line is noticed. The journal is kept, and the count only grows.
	whole, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(whole), "open", "look", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	j, broken, err = openJournal(path)
	if err != nil || !errors.Is(broken, ErrJournalBroken) || j.state().count != 4 {
		t.Fatal(err, broken)
	}
	if err := j.append(desk.JournalLine{At: 1004, Act: "open", Request: id}); err != nil || j.state().count != 5 {
		t.Fatal(err, j.state())
	}
	head := j.state()
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if j, broken, err = openJournal(path); err != nil || broken != nil || j.state() != head {
		t.Fatal(err, broken, j.state(), head)
	}
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + ".unreadable-1"); err != nil {
		t.Error(err)
	}
}

func TestChangesOfManyRequestsSayEverything(t *testing.T) {
	var c desk.Change
	for i := range 2 * maxChanged {
		c = merge(c, desk.Change{Requests: []ledger.EntryID{ledger.Sum([]byte{byte(i), byte(i >> 8)})}})
	}
	if !c.People || len(c.Requests) > maxChanged {
		t.Errorf("a reader would miss something: %d requests, people %v", len(c.Requests), c.People)
	}
}
