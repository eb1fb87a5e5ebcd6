package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// ErrNotRunning says that no node runs on the profile folder.
var ErrNotRunning = errors.New("no node is running on this folder: start it with `countersignd run`")

// Client asks a running node. It implements desk.Node, desk.Recorder, desk.Eraser
// and desk.Host.
type Client struct {
	http    *http.Client
	profile desk.Profile
}

var (
	_ desk.Node     = (*Client)(nil)
	_ desk.Recorder = (*Client)(nil)
	_ desk.Eraser   = (*Client)(nil)
	_ desk.Host     = (*Client)(nil)
)

// Dial connects to the node that runs on the profile folder; ErrNotRunning if
// none does.
func Dial(ctx context.Context, folder string) (*Client, error) {
	path := SocketPath(folder)
	if err := fits(path); err != nil {
		return nil, err
	}
	c := &Client{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
		MaxIdleConnsPerHost: 16,
	}}}
	if err := c.call(ctx, "profile", none{}, &c.profile); err != nil {
		return nil, err
	}
	return c, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func (c *Client) post(ctx context.Context, method string, request any) (*http.Response, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("ask node: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://node/v1/"+method, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask node: %w", err)
	}
	resp, err := c.http.Do(req)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) { // no socket, or a killed process's
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, fmt.Errorf("ask node: %w", err)
	}
	return resp, nil
}

func (c *Client) call(ctx context.Context, method string, request, response any) error {
	resp, err := c.post(ctx, method, request)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refused(resp)
	}
	if err := json.NewDecoder(resp.Body).Decode(response); err != nil {
		return fmt.Errorf("ask node: %w", err)
	}
	return nil
}

// refused is the error in an answer that is none.
func refused(resp *http.Response) error {
	f := failure{Text: resp.Status}
	_ = json.NewDecoder(resp.Body).Decode(&f) // keeps the status text
	return f.asError()
}

// get calls a method and returns its answer.
func get[A any](ctx context.Context, c *Client, method string, request any) (A, error) {
	var a A
	err := c.call(ctx, method, request, &a)
	return a, err
}

func (c *Client) do(ctx context.Context, method string, request any) error {
	_, err := get[none](ctx, c, method, request)
	return err
}

// Profile says whose node it is, as it was when Dial connected.
func (c *Client) Profile() desk.Profile { return c.profile }

// List pages through an index.
func (c *Client) List(ctx context.Context, q desk.ListQuery) (desk.ListPage, error) {
	return get[desk.ListPage](ctx, c, "list", q)
}

// Counts are the counters by state.
func (c *Client) Counts(ctx context.Context) (desk.Counts, error) {
	return get[desk.Counts](ctx, c, "counts", none{})
}

// Precedents counts similar requests.
func (c *Client) Precedents(ctx context.Context, dataset, basis ledger.EntryID, purpose ledger.Code) (desk.Precedents, error) {
	return get[desk.Precedents](ctx, c, "precedents", precedentsQuery{dataset, basis, purpose})
}

// Submit puts a signed entry into the node's outbox.
func (c *Client) Submit(ctx context.Context, e *ledger.Entry, parts [][]byte) error {
	return c.do(ctx, "submit", submitQuery{e.Bytes(), parts})
}

// Await waits until an entry is final on the node.
func (c *Client) Await(ctx context.Context, id ledger.EntryID) (desk.Final, error) {
	return get[desk.Final](ctx, c, "await", id)
}

// Part returns a ciphertext.
func (c *Client) Part(ctx context.Context, entry ledger.EntryID, part ledger.Sealed) ([]byte, error) {
	return get[[]byte](ctx, c, "part", partQuery{entry, part})
}

// Grants are the wrapped identities for an official.
func (c *Client) Grants(ctx context.Context, o ledger.OfficialID) ([]desk.Grant, error) {
	return get[[]desk.Grant](ctx, c, "grants", o)
}

// PutGrants hands wrapped identities to the node.
func (c *Client) PutGrants(ctx context.Context, g []desk.Grant) error {
	return c.do(ctx, "put-grants", g)
}

// Network is the state of the peers.
func (c *Client) Network(ctx context.Context) (desk.Network, error) {
	return get[desk.Network](ctx, c, "network", none{})
}

// Progress is how far a release has come.
func (c *Client) Progress(ctx context.Context, id ledger.EntryID) (desk.Progress, error) {
	return get[desk.Progress](ctx, c, "progress", id)
}

// Journal appends a line to the journal.
func (c *Client) Journal(ctx context.Context, l desk.JournalLine) error {
	return c.do(ctx, "journal", l)
}

// Journals are the journal's lines about a request, newest first.
func (c *Client) Journals(ctx context.Context, id ledger.EntryID) ([]desk.JournalLine, error) {
	return get[[]desk.JournalLine](ctx, c, "journals", id)
}

// Entry returns a final entry and where it stands.
func (c *Client) Entry(ctx context.Context, id ledger.EntryID) (*ledger.Entry, desk.Final, error) {
	a, err := get[entryAnswer](ctx, c, "entry", id)
	if err != nil {
		return nil, desk.Final{}, err
	}
	e, err := ledger.Parse(a.Entry)
	return e, a.Final, err
}

// ErasedHere is what the node has destroyed of a request by order of a data
// protection officer.
func (c *Client) ErasedHere(ctx context.Context, id ledger.EntryID) (desk.ErasedHere, error) {
	return get[desk.ErasedHere](ctx, c, "erased-here", id)
}

// Kept lists what the outbox holds.
func (c *Client) Kept(ctx context.Context) ([]desk.Kept, error) {
	return get[[]desk.Kept](ctx, c, "kept", none{})
}

// Forget drops an expired entry from the outbox.
func (c *Client) Forget(ctx context.Context, id ledger.EntryID) error {
	return c.do(ctx, "forget", id)
}

// Now is the node's clock, or this computer's when the node does not answer.
func (c *Client) Now() time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	t, err := get[time.Time](ctx, c, "now", none{})
	if err != nil {
		return time.Now()
	}
	return t
}

// Changes reports changes until ctx ends or the node stops.
func (c *Client) Changes(ctx context.Context) <-chan desk.Change {
	out := make(chan desk.Change)
	go func() {
		defer close(out)
		resp, err := c.post(ctx, "changes", none{})
		if err != nil {
			return
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return
		}
		dec := json.NewDecoder(resp.Body)
		for {
			var ch desk.Change
			if dec.Decode(&ch) != nil {
				return
			}
			select {
			case out <- ch:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Status is the node's status.
func (c *Client) Status(ctx context.Context) (node.Status, error) {
	return get[node.Status](ctx, c, "status", none{})
}

// Invite makes an invitation's text.
func (c *Client) Invite(ctx context.Context, o node.InviteOptions) (string, error) {
	return get[string](ctx, c, "invite", o)
}

// Joins lists newcomers that wait for the six words to be compared.
func (c *Client) Joins(ctx context.Context) ([]node.JoinRequest, error) {
	return get[[]node.JoinRequest](ctx, c, "joins", none{})
}

// ConfirmJoin says that the words agree.
func (c *Client) ConfirmJoin(ctx context.Context, serial ledger.Nonce) error {
	return c.do(ctx, "confirm-join", serial)
}

// Connect connects a dataset's source.
func (c *Client) Connect(ctx context.Context, s node.Source) error { return c.do(ctx, "connect", s) }

// Disconnect forgets the file of a dataset.
func (c *Client) Disconnect(ctx context.Context, dataset ledger.Code) error {
	return c.do(ctx, "disconnect", dataset)
}

// ResumeVoting lets a keeper sign again that had stopped, and returns the height
// above which it does.
func (c *Client) ResumeVoting(ctx context.Context, next bool) (ledger.Height, error) {
	return get[ledger.Height](ctx, c, "resume-voting", next)
}

// MoveClock moves the node's clock, in rehearsals.
func (c *Client) MoveClock(ctx context.Context, d time.Duration) error { return c.do(ctx, "clock", d) }

// Cut cuts or heals the links to other agencies' nodes, in rehearsals.
func (c *Client) Cut(ctx context.Context, agencies []ledger.AgencyID, on bool) error {
	return c.do(ctx, "cut", cutQuery{agencies, on})
}

// CountEntries counts "entries", "refused", "blocks" or entries of a kind.
func (c *Client) CountEntries(ctx context.Context, what string) (uint64, error) {
	return get[uint64](ctx, c, "count", what)
}

// Stop asks the process to end in order.
func (c *Client) Stop(ctx context.Context) error { return c.do(ctx, "stop", none{}) }

// Show brings the window forward; false when the process has none.
func (c *Client) Show(ctx context.Context) (bool, error) { return get[bool](ctx, c, "show", none{}) }

// Verify verifies the node's whole ledger, with progress.
func (c *Client) Verify(ctx context.Context, progress func(done, total uint64)) (store.Report, error) {
	resp, err := c.post(ctx, "verify", none{})
	if err != nil {
		return store.Report{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return store.Report{}, refused(resp)
	}
	dec := json.NewDecoder(resp.Body)
	for {
		var l verifyLine
		if err := dec.Decode(&l); err != nil {
			return store.Report{}, fmt.Errorf("verify: the node's answer ended early: %w", err)
		}
		switch {
		case l.Failure != nil:
			return store.Report{}, l.Failure.asError()
		case l.Report != nil:
			return *l.Report, nil
		default:
			progress(l.Done, l.Total)
		}
	}
}

// Read runs fn on one snapshot of the node's state.
func (c *Client) Read(ctx context.Context, fn func(rules.Reader) error) error {
	id, err := get[uint64](ctx, c, "snapshot/open", none{})
	if err != nil {
		return err
	}
	defer func() { _ = c.do(context.WithoutCancel(ctx), "snapshot/close", id) }()
	r := &remoteReader{ctx: ctx, client: c, id: id, seen: map[string][]byte{}}
	if err := fn(r); r.err == nil {
		return err
	}
	return r.err // what fn made of missing records means nothing
}

// remoteReader reads a snapshot record by record and remembers what it has seen.
type remoteReader struct {
	ctx    context.Context
	client *Client
	id     uint64
	seen   map[string][]byte
	err    error
}

// Get returns the record at key. After an error it returns nil; Read reports the error.
func (r *remoteReader) Get(key []byte) []byte {
	if v, ok := r.seen[string(key)]; ok || r.err != nil {
		return v
	}
	v, err := get[[]byte](r.ctx, r.client, "snapshot/get", getQuery{r.id, key})
	if err != nil {
		r.err = err
		return nil
	}
	if len(v) == 0 {
		v = nil
	}
	r.seen[string(key)] = v
	return v
}

// Ascend walks the records with a prefix.
func (r *remoteReader) Ascend(prefix, from []byte, fn func(key, value []byte) bool) {
	for r.err == nil {
		page, err := get[ascendPage](r.ctx, r.client, "snapshot/ascend", ascendQuery{r.id, prefix, from})
		if err != nil {
			r.err = err
			return
		}
		for _, rec := range page.Records {
			if !fn(rec.Key, rec.Value) {
				return
			}
			from = append(append([]byte{}, rec.Key...), 0)
		}
		if !page.More {
			return
		}
	}
}
