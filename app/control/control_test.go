package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

func TestNobodyRunsOnTheFolder(t *testing.T) {
	folder := t.TempDir()
	if _, err := Dial(t.Context(), folder); !errors.Is(err, ErrNotRunning) {
		t.Error("no socket:", err)
	}
	// A killed process leaves its socket behind; the next one takes its place.
	if err := os.MkdirAll(filepath.Dir(SocketPath(folder)), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: SocketPath(folder), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), folder); !errors.Is(err, ErrNotRunning) {
		t.Error("a dead socket:", err)
	}
	s, err := Serve(folder, newFake(), Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for path, want := range map[string]os.FileMode{filepath.Dir(SocketPath(folder)): 0o700 | os.ModeDir, SocketPath(folder): 0o600 | os.ModeSocket} {
		if fi, err := os.Stat(path); err != nil || fi.Mode() != want {
			t.Errorf("%s: %v, %v", path, fi.Mode(), err)
		}
	}
}

func TestPathTooLongForASocketIsSaid(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("a", longestPath))
	if _, err := Serve(folder, newFake(), Hooks{}); err == nil || !strings.Contains(err.Error(), "shorter profile folder") {
		t.Error("serve:", err)
	}
	if _, err := Dial(t.Context(), folder); err == nil || !strings.Contains(err.Error(), "shorter profile folder") {
		t.Error("dial:", err)
	}
	if _, err := os.Stat(filepath.Dir(SocketPath(folder))); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was made:", err)
	}
}

// Every error that callers test for arrives as itself, with the node's text; what
// is not known arrives as text.
func TestErrorsCrossTheSocket(t *testing.T) {
	f := newFake()
	_, c := served(t, f, Hooks{}, snapshotLife)
	want := []error{ledger.WrongState, ledger.StaleEpoch}
	for _, k := range known {
		want = append(want, k.err)
	}
	for _, w := range want {
		f.err = fmt.Errorf("about this part: %w", w)
		_, err := c.Part(t.Context(), ledger.EntryID{}, ledger.Sealed{})
		if !errors.Is(err, w) || err.Error() != f.err.Error() {
			t.Errorf("%v became %v", f.err, err)
		}
	}
	f.err = errOnlyHere
	if _, err := c.Part(t.Context(), ledger.EntryID{}, ledger.Sealed{}); err == nil || err.Error() != errOnlyHere.Error() {
		t.Error("an unknown error:", err)
	}
	var code ledger.Refusal
	if f.err = fmt.Errorf("sign: %w", ledger.OwnRequest); !errors.As(toFailure(f.err).asError(), &code) || code != ledger.OwnRequest {
		t.Error("a refusal:", code)
	}
	if err := c.MoveClock(t.Context(), time.Hour); !errors.Is(err, node.ErrNotRehearsal) {
		t.Error("clock:", err)
	}
}

func TestTwoWordsNeverMeanTheSame(t *testing.T) {
	words := map[string]bool{}
	for _, k := range known {
		if words[k.word] || strings.HasPrefix(k.word, refusalPrefix) {
			t.Error(k.word)
		}
		words[k.word] = true
	}
}

func TestAbandonedSnapshotIsClosed(t *testing.T) {
	f := newFake()
	_, c := served(t, f, Hooks{}, 50*time.Millisecond)
	id, err := get[uint64](t.Context(), c, "snapshot/open", none{})
	if err != nil || f.snapshots() != 1 {
		t.Fatal(err, f.snapshots())
	}
	until(t, "the snapshot to be closed", func() bool { return f.snapshots() == 0 })
	if _, err := get[[]byte](t.Context(), c, "snapshot/get", getQuery{ID: id}); !errors.Is(err, errSnapshotGone) {
		t.Error("read from a closed snapshot:", err)
	}
}

func TestSnapshotInUseLivesOnAndEndsWithItsReader(t *testing.T) {
	f := newFake()
	s, c := served(t, f, Hooks{}, time.Hour)
	err := c.Read(t.Context(), func(r rules.Reader) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, snap := range s.snaps {
			if !snap.timer.Stop() {
				t.Error("nothing ends an abandoned snapshot")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the read to end", func() bool { return f.snapshots() == 0 })

	id, err := s.openSnapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.snaps[id].timer.Stop() // as if its time were all but over
	if err := s.with(t.Context(), id, func(rules.Reader) {}); err != nil || !s.snaps[id].timer.Stop() {
		t.Error("reading does not prolong a snapshot's life:", err)
	}
}

func TestSnapshotsAreBoundedAndEndWithTheServer(t *testing.T) {
	f := newFake()
	s, c := served(t, f, Hooks{}, time.Minute)
	for range maxSnapshots {
		if _, err := get[uint64](t.Context(), c, "snapshot/open", none{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Read(t.Context(), func(rules.Reader) error { return nil }); err == nil {
		t.Error("more snapshots than allowed")
	}
	s.Close()
	if n := f.snapshots(); n != 0 {
		t.Error("left open:", n)
	}
	if err := c.Read(t.Context(), func(rules.Reader) error { return nil }); !errors.Is(err, ErrNotRunning) {
		t.Error("after the end:", err)
	}
}

func TestReadSeesOneSnapshotInPages(t *testing.T) {
	f := newFake()
	f.state["k"] = []byte("v")
	_, c := served(t, f, Hooks{}, snapshotLife)
	seen := 0
	err := c.Read(t.Context(), func(r rules.Reader) error {
		if string(r.Get([]byte("k"))) != "v" || r.Get([]byte("absent")) != nil {
			t.Error("records")
		}
		r.Ascend([]byte("p"), nil, func(k, v []byte) bool {
			if k[2] != v[0] {
				t.Error("record", k, v)
			}
			seen++
			return true
		})
		r.Ascend([]byte("p"), nil, func(_, _ []byte) bool { seen++; return false })
		return nil
	})
	if err != nil || seen != 3*ascendPageSize/2+1 {
		t.Error(seen, err)
	}
	// What cannot be read is an error, and not an empty record.
	f.readErr = fmt.Errorf("record: %w", store.ErrDamaged)
	err = c.Read(t.Context(), func(r rules.Reader) error {
		if r.Get([]byte("k")) != nil {
			t.Error("a damaged record was given out")
		}
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Error("damaged:", err)
	}
}

func TestChangesStreamUntilOneSideEnds(t *testing.T) {
	f := newFake()
	s, c := served(t, f, Hooks{}, snapshotLife)
	ctx, cancel := context.WithCancel(t.Context())
	first, second := c.Changes(ctx), c.Changes(t.Context())
	f.changes <- desk.Change{Height: 1}
	f.changes <- desk.Change{Height: 2}
	var heights ledger.Height
	for range 2 { // each change goes to one of the two: the fake has one source
		select {
		case ch := <-first:
			heights += ch.Height
		case ch := <-second:
			heights += ch.Height
		}
	}
	if heights != 3 {
		t.Error("changes:", heights)
	}
	cancel()
	if _, ok := <-first; ok {
		t.Error("goes on after its context ended")
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := c.Await(t.Context(), ledger.EntryID{})
		waiting <- err
	}()
	done := make(chan struct{})
	go func() { s.Close(); close(done) }()
	if _, ok := <-second; ok {
		t.Error("goes on after the node stopped")
	}
	if err := <-waiting; err == nil {
		t.Error("Await ended as if the entry were final")
	}
	<-done
}

func TestOversizedAndMalformedRequestsAreRefused(t *testing.T) {
	f := newFake()
	_, c := served(t, f, Hooks{}, snapshotLife)
	send := func(method string, body io.Reader) (int, failure) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://node/v1/"+method, body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var f failure
		_ = json.NewDecoder(resp.Body).Decode(&f) // a page that is no failure stays empty
		return resp.StatusCode, f
	}
	huge := io.MultiReader(strings.NewReader(`{"entry":"`), io.LimitReader(letters{}, maxRequest+1), strings.NewReader(`"}`))
	if code, f := send("submit", huge); code != http.StatusRequestEntityTooLarge || !errors.Is(f.asError(), ledger.ErrTooLarge) {
		t.Error("oversized:", code, f)
	}
	for name, body := range map[string]string{"not JSON": "hello", "cut": `{"entry":"`, "another type": `[1]`} {
		if code, f := send("submit", strings.NewReader(body)); code != http.StatusBadRequest || !strings.Contains(f.Text, "malformed") {
			t.Errorf("%s: %d %v", name, code, f)
		}
	}
	if code, _ := send("no-such-method", strings.NewReader("{}")); code != http.StatusNotFound {
		t.Error("unknown method:", code)
	}
	if err := c.do(t.Context(), "submit", submitQuery{Entry: make([]byte, ledger.MaxEntryBytes+1)}); !errors.Is(err, ledger.ErrTooLarge) {
		t.Error("oversized entry:", err)
	}
	if err := c.do(t.Context(), "submit", submitQuery{Entry: []byte{0xff}}); err == nil {
		t.Error("took what is no entry")
	}
	if len(f.got) != 0 {
		t.Error("the node was handed", len(f.got), "entries")
	}
}

// letters is an endless body.
type letters struct{}

func (letters) Read(b []byte) (int, error) { return copy(b, bytes.Repeat([]byte("A"), len(b))), nil }

func TestStopAndShow(t *testing.T) {
	stopped := make(chan struct{})
	_, c := served(t, newFake(), Hooks{Stop: func() { close(stopped) }}, snapshotLife)
	if shown, err := c.Show(t.Context()); err != nil || shown {
		t.Error("a process without a window:", shown, err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	<-stopped
}

// FAULTS 15–17, 20 through the socket of a real node: clear errors, nothing lost,
// and what counts becomes final.
func TestEntriesThroughTheSocketOfARealNode(t *testing.T) {
	n, c, o := tax(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	listed, err := keyring.List(filepath.Join(n.Profile().Folder, node.KeysFolder))
	if err != nil || len(listed) != 2 {
		t.Fatal(listed, err)
	}
	if listed[0].Header.Official != o.Admins[0].Official && listed[0].Header.Official != o.Admins[1].Official {
		t.Fatal("key files of others")
	}
	key, err := keyring.Open(listed[0].Path, "valmarine", keyring.Options{Rehearsal: true, WorkFactor: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	payload := &ledger.Propose{Calendar: &ledger.Calendar{Days: keyring.WorkingDays(time.Now(), 30, time.UTC)}}
	body := ledger.NewBody(n.Profile().Network, key.Public().ID(), ledger.TimeOf(time.Now()), ledger.NewNonce(), payload)
	good, err := ledger.Sign(body, key)
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := ledger.Unsigned(body)
	if err != nil {
		t.Fatal(err)
	}
	foreign := body
	foreign.Network[0] ^= 1
	other, err := ledger.Sign(foreign, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]struct {
		entry *ledger.Entry
		want  error
	}{"unsigned": {unsigned, ledger.ErrBadSignature}, "another network's": {other, ledger.ErrWrongNetwork}} {
		if err := c.Submit(ctx, bad.entry, nil); !errors.Is(err, bad.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 { // the second is a replay
		if err := c.Submit(ctx, good, nil); err != nil {
			t.Fatal(err)
		}
		final, err := c.Await(ctx, good.ID())
		if err != nil || final.Code != ledger.Accepted {
			t.Fatal(final, err)
		}
	}
	if entries, err := c.CountEntries(ctx, "entries"); err != nil || entries != 1 {
		t.Errorf("%d entries, %v", entries, err)
	}
	e, final, err := c.Entry(ctx, good.ID())
	if err != nil || e.ID() != good.ID() || final.Height == 0 {
		t.Error(final, err)
	}
	if _, _, err := c.Entry(ctx, other.ID()); !errors.Is(err, desk.ErrNotKept) {
		t.Error("an entry that was refused:", err)
	}
	var here, there *rules.Proposal
	if err := errors.Join(
		c.Read(ctx, func(r rules.Reader) error { there = rules.NewView(r).Proposal(good.ID()); return nil }),
		n.Read(ctx, func(r rules.Reader) error { here = rules.NewView(r).Proposal(good.ID()); return nil })); err != nil || here == nil || there == nil || here.Until != there.Until {
		t.Error("the state through the socket differs:", here, there, err)
	}
	if report, err := c.Verify(ctx, func(uint64, uint64) {}); err != nil || report.Entries != 1 {
		t.Error(report, err)
	}
	if st, err := c.Status(ctx); err != nil || st.Log.Size != 1 || st.Profile.Agency != "tax" {
		t.Error(st, err)
	}
	if err := c.MoveClock(ctx, time.Hour); !errors.Is(err, node.ErrNotRehearsal) {
		t.Error("moved the clock of a node that was not started for a rehearsal:", err)
	}
	if err := c.Cut(ctx, []ledger.AgencyID{"tax"}, true); !errors.Is(err, node.ErrNotRehearsal) {
		t.Error("cut the links:", err)
	}
}
