package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// maxRequest bounds a request's body: an entry with its letters, in base64.
const maxRequest = 16 << 20

// Service is the running node that a server serves.
type Service interface {
	desk.Node
	desk.Recorder
	desk.Eraser
	Status(ctx context.Context) (node.Status, error)
	Invite(ctx context.Context, opt node.InviteOptions) (string, error)
	Joins(ctx context.Context) ([]node.JoinRequest, error)
	ConfirmJoin(ctx context.Context, serial ledger.Nonce) error
	Connect(ctx context.Context, s node.Source) error
	Disconnect(ctx context.Context, dataset ledger.Code) error
	Verify(ctx context.Context, progress func(done, total uint64)) (store.Report, error)
	ResumeVoting(ctx context.Context, next bool) (ledger.Height, error)
	Snapshot() (rules.Reader, func())
	MoveClock(d time.Duration) error
	Cut(ctx context.Context, agencies []ledger.AgencyID, on bool) error
	CountEntries(ctx context.Context, what string) (uint64, error)
}

// Hooks are what the process does when asked from outside.
type Hooks struct {
	Stop func() // end the process in order
	Show func() // bring the window forward; nil: there is none
}

// Server serves one node's control socket.
type Server struct {
	service Service
	hooks   Hooks
	http    *http.Server
	path    string
	cancel  context.CancelFunc
	wait    sync.WaitGroup
	life    time.Duration // of a snapshot whose client says nothing

	mu     sync.Mutex
	snaps  map[uint64]*snapshot
	next   uint64
	closed bool
}

// SocketPath is the socket of the node that runs on a profile folder.
func SocketPath(folder string) string { return filepath.Join(folder, "run", "control.sock") }

// Serve listens on the profile's socket until Close. The folder lock of the
// node makes sure that only one process comes here; a socket left by a killed
// one is replaced.
func Serve(folder string, s Service, h Hooks) (*Server, error) {
	return serve(folder, s, h, snapshotLife)
}

func serve(folder string, s Service, h Hooks, life time.Duration) (*Server, error) {
	path := SocketPath(folder)
	l, err := listen(path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Server{service: s, hooks: h, path: path, cancel: cancel, life: life, snaps: map[uint64]*snapshot{}}
	c.http = &http.Server{Handler: c.routes(), ReadHeaderTimeout: 5 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	c.wait.Add(1)
	go func() {
		defer c.wait.Done()
		_ = c.http.Serve(userListener{l}) // ends with ErrServerClosed
	}()
	return c, nil
}

// closePatience is how long Close waits for answers under way.
const closePatience = 2 * time.Second

// Close ends the server: what waits is told that the node stops, and what reads a
// snapshot finishes first.
func (c *Server) Close() {
	c.cancel()
	ctx, done := context.WithTimeout(context.Background(), closePatience)
	defer done()
	_ = c.http.Shutdown(ctx) // who does not end in time is cut off
	_ = c.http.Close()
	c.wait.Wait()
	c.mu.Lock()
	c.closed = true
	ids := slices.Collect(maps.Keys(c.snaps))
	c.mu.Unlock()
	for _, id := range ids {
		c.closeSnapshot(id)
	}
	_ = os.Remove(c.path)
}

func (c *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s := c.service
	handle(mux, "profile", func(context.Context, none) (desk.Profile, error) { return s.Profile(), nil })
	handle(mux, "status", func(ctx context.Context, _ none) (node.Status, error) { return s.Status(ctx) })
	handle(mux, "network", func(ctx context.Context, _ none) (desk.Network, error) { return s.Network(ctx) })
	handle(mux, "now", func(context.Context, none) (time.Time, error) { return s.Now(), nil })
	handle(mux, "list", s.List)
	handle(mux, "counts", func(ctx context.Context, _ none) (desk.Counts, error) { return s.Counts(ctx) })
	handle(mux, "precedents", func(ctx context.Context, q precedentsQuery) (desk.Precedents, error) {
		return s.Precedents(ctx, q.Dataset, q.Basis, q.Purpose)
	})
	handle(mux, "submit", func(ctx context.Context, q submitQuery) (none, error) {
		e, err := ledger.Parse(q.Entry)
		if err != nil {
			return none{}, err
		}
		return none{}, s.Submit(ctx, e, q.Parts)
	})
	handle(mux, "await", func(ctx context.Context, id ledger.EntryID) (desk.Final, error) { return s.Await(ctx, id) })
	handle(mux, "part", func(ctx context.Context, q partQuery) ([]byte, error) { return s.Part(ctx, q.Entry, q.Part) })
	handle(mux, "grants", func(ctx context.Context, o ledger.OfficialID) ([]desk.Grant, error) { return s.Grants(ctx, o) })
	handle(mux, "put-grants", func(ctx context.Context, g []desk.Grant) (none, error) { return none{}, s.PutGrants(ctx, g) })
	handle(mux, "progress", func(ctx context.Context, id ledger.EntryID) (desk.Progress, error) { return s.Progress(ctx, id) })
	handle(mux, "journal", func(ctx context.Context, l desk.JournalLine) (none, error) { return none{}, s.Journal(ctx, l) })
	handle(mux, "journals", s.Journals)
	handle(mux, "entry", func(ctx context.Context, id ledger.EntryID) (entryAnswer, error) {
		e, f, err := s.Entry(ctx, id)
		if err != nil {
			return entryAnswer{}, err
		}
		return entryAnswer{e.Bytes(), f}, nil
	})
	handle(mux, "erased-here", s.ErasedHere)
	handle(mux, "kept", func(ctx context.Context, _ none) ([]desk.Kept, error) { return s.Kept(ctx) })
	handle(mux, "forget", func(ctx context.Context, id ledger.EntryID) (none, error) { return none{}, s.Forget(ctx, id) })
	handle(mux, "invite", func(ctx context.Context, o node.InviteOptions) (string, error) { return s.Invite(ctx, o) })
	handle(mux, "joins", func(ctx context.Context, _ none) ([]node.JoinRequest, error) { return s.Joins(ctx) })
	handle(mux, "confirm-join", func(ctx context.Context, n ledger.Nonce) (none, error) { return none{}, s.ConfirmJoin(ctx, n) })
	handle(mux, "disconnect", func(ctx context.Context, dataset ledger.Code) (none, error) {
		return none{}, s.Disconnect(ctx, dataset)
	})
	handle(mux, "connect", func(ctx context.Context, src node.Source) (none, error) { return none{}, s.Connect(ctx, src) })
	handle(mux, "resume-voting", s.ResumeVoting)
	handle(mux, "clock", func(_ context.Context, d time.Duration) (none, error) { return none{}, s.MoveClock(d) })
	handle(mux, "cut", func(ctx context.Context, q cutQuery) (none, error) { return none{}, s.Cut(ctx, q.Agencies, q.On) })
	handle(mux, "count", s.CountEntries)
	handle(mux, "stop", func(context.Context, none) (none, error) {
		if c.hooks.Stop != nil {
			go c.hooks.Stop() // the answer must leave before the socket closes
		}
		return none{}, nil
	})
	handle(mux, "show", func(context.Context, none) (bool, error) {
		if c.hooks.Show == nil {
			return false, nil
		}
		c.hooks.Show()
		return true, nil
	})
	c.snapshotRoutes(mux)
	c.recordRoutes(mux)
	mux.HandleFunc("POST /v1/changes", c.changes)
	mux.HandleFunc("POST /v1/verify", c.verify)
	return mux
}

// none is an empty request or answer.
type none struct{}

type (
	precedentsQuery struct {
		Dataset ledger.EntryID `json:"dataset"`
		Basis   ledger.EntryID `json:"basis"`
		Purpose ledger.Code    `json:"purpose"`
	}
	submitQuery struct {
		Entry []byte   `json:"entry"`
		Parts [][]byte `json:"parts"`
	}
	partQuery struct {
		Entry ledger.EntryID `json:"entry"`
		Part  ledger.Sealed  `json:"part"`
	}
	entryAnswer struct {
		Entry []byte     `json:"entry"`
		Final desk.Final `json:"final"`
	}
	cutQuery struct {
		Agencies []ledger.AgencyID `json:"agencies"`
		On       bool              `json:"on"`
	}
)

// handle serves one method: a JSON request, a JSON answer or a failure.
func handle[Q, A any](mux *http.ServeMux, name string, fn func(context.Context, Q) (A, error)) {
	mux.HandleFunc("POST /v1/"+name, func(w http.ResponseWriter, r *http.Request) {
		var q Q
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&q)
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			answer(w, http.StatusRequestEntityTooLarge, toFailure(fmt.Errorf("request: %w", ledger.ErrTooLarge)))
			return
		case err != nil && !errors.Is(err, io.EOF):
			answer(w, http.StatusBadRequest, failure{Text: "malformed request: " + err.Error()})
			return
		}
		a, err := fn(r.Context(), q)
		if err != nil {
			answer(w, http.StatusUnprocessableEntity, toFailure(err))
			return
		}
		answer(w, http.StatusOK, a)
	})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone: nobody to tell
}

// changes streams one JSON object a line until the client goes.
func (c *Server) changes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	_ = flush.Flush()
	for ch := range c.service.Changes(r.Context()) {
		if enc.Encode(ch) != nil || flush.Flush() != nil {
			return
		}
	}
}

// verifyLine is one line of a verification's stream; the last has a report or a failure.
type verifyLine struct {
	Done    uint64        `json:"done"`
	Total   uint64        `json:"total"`
	Report  *store.Report `json:"report,omitempty"`
	Failure *failure      `json:"failure,omitempty"`
}

func (c *Server) verify(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	var mu sync.Mutex
	enc, flush := json.NewEncoder(w), http.NewResponseController(w)
	send := func(l verifyLine) {
		mu.Lock()
		defer mu.Unlock()
		_ = enc.Encode(l) // a client that is gone ends the context
		_ = flush.Flush()
	}
	report, err := c.service.Verify(r.Context(), func(done, total uint64) { send(verifyLine{Done: done, Total: total}) })
	if err != nil {
		f := toFailure(err)
		send(verifyLine{Failure: &f})
		return
	}
	send(verifyLine{Report: &report})
}

// longestPath is what a socket's path may have: sun_path holds 104 bytes with its
// end on some systems.
const longestPath = 100

// fits tells whether a socket can have the path.
func fits(path string) error {
	if len(path) <= longestPath {
		return nil
	}
	return fmt.Errorf("the path %s… is too long for a socket: choose a shorter profile folder", path[:longestPath])
}

// listen makes the socket in place of one that a killed process left; its folder
// keeps others out.
func listen(path string) (net.Listener, error) {
	if err := fits(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// userListener drops connections of other users.
type userListener struct{ net.Listener }

func (l userListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || sameUser(c) {
			return c, err
		}
		c.Close()
	}
}
