package control

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// fake is a node of which a test decides what it answers. Methods that a test
// does not need panic: Service is embedded and nil.
type fake struct {
	Service

	mu      sync.Mutex
	state   map[string][]byte
	open    int // snapshots
	readErr error
	err     error // of Submit, Part and Await
	changes chan desk.Change
	got     []*ledger.Entry
}

func newFake() *fake { return &fake{state: map[string][]byte{}, changes: make(chan desk.Change)} }

func (f *fake) Profile() desk.Profile {
	return desk.Profile{Agency: "tax", Node: "office", Rehearsal: true}
}

func (f *fake) Submit(_ context.Context, e *ledger.Entry, _ [][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, e)
	return f.err
}

func (f *fake) Await(ctx context.Context, _ ledger.EntryID) (desk.Final, error) {
	if f.err != nil {
		return desk.Final{}, f.err
	}
	<-ctx.Done()
	return desk.Final{}, ctx.Err()
}

func (f *fake) Part(context.Context, ledger.EntryID, ledger.Sealed) ([]byte, error) {
	return nil, f.err
}

func (f *fake) Changes(ctx context.Context) <-chan desk.Change {
	out := make(chan desk.Change)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case c := <-f.changes:
				out <- c
			}
		}
	}()
	return out
}

func (f *fake) MoveClock(time.Duration) error { return node.ErrNotRehearsal }

// Snapshot gives a reader that counts as open until it is released.
func (f *fake) Snapshot() (rules.Reader, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
	var once sync.Once
	return &fakeReader{f}, func() {
		once.Do(func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.open--
		})
	}
}

func (f *fake) snapshots() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open
}

type fakeReader struct{ f *fake }

func (r *fakeReader) Get(key []byte) []byte { return r.f.state[string(key)] }

func (r *fakeReader) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	for i := range 3 * ascendPageSize / 2 {
		key := append(append([]byte{}, prefix...), byte(i>>8), byte(i))
		if string(key) >= string(from) && !fn(key, []byte{byte(i)}) {
			return
		}
	}
}

func (r *fakeReader) Err() error { return r.f.readErr }

// served is a fake behind its socket, and a client of it.
func served(t *testing.T, f *fake, h Hooks, life time.Duration) (*Server, *Client) {
	t.Helper()
	folder, err := os.MkdirTemp("", "ctl") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s, err := serve(folder, f, h, life)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return s, c
}

// until waits for something that another goroutine brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-end.C:
			t.Fatal("gave up waiting for", what)
		case <-tick.C:
		}
	}
}

// tax is a running node of a new network, behind its socket.
func tax(t *testing.T) (*node.Node, *Client, node.AgencyOptions) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ctl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	folder := filepath.Join(dir, "tax")
	o := node.AgencyOptions{Agency: "tax", Title: "Tax Service", WorkFactor: 10, Parameters: ledger.DefaultParameters(), Listen: []string{"/ip4/127.0.0.1/tcp/0"}}
	o.Parameters.Rehearsal = true
	for i := range o.Admins {
		o.Admins[i] = node.AdminOptions{Official: ledger.NewOfficialID(), Passphrase: "valmarine"}
	}
	if _, err := node.Found(folder, o); err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(folder, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(folder, n, Hooks{})
	if err == nil {
		err = n.Start()
	}
	t.Cleanup(func() {
		if s != nil {
			s.Close()
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return n, c, o
}

var errOnlyHere = errors.New("something that only this node knows")
