package delivery_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/vault"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// shelf is an Access over parts in memory, for allowed peers only.
type shelf struct {
	mu      sync.Mutex
	parts   map[ledger.Hash][]byte
	allowed map[p2p.PeerID]bool
	cut     int // slices until it has nothing any more; negative: never
	kept    [][]byte
	quota   int

	onOpen func(n int) // called before the n-th slice is served
	opened int
}

type ciphertext struct{ *bytes.Reader }

func (c ciphertext) Size() uint64 { return uint64(c.Reader.Size()) }
func (ciphertext) Close() error   { return nil }

func (s *shelf) Open(_ context.Context, p p2p.PeerID, w delivery.Wanted) (delivery.Ciphertext, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.onOpen != nil {
		s.onOpen(s.opened)
		s.opened++
	}
	b, ok := s.parts[w.Part.Commitment]
	if !ok || !s.allowed[p] || s.cut == 0 {
		return nil, errors.New("not yours, or not here: the peer must not learn which")
	}
	s.cut--
	return ciphertext{bytes.NewReader(b)}, nil
}

func (s *shelf) cutAt(onOpen func(n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onOpen, s.opened = onOpen, 0
}

func (s *shelf) Keep(_ context.Context, _ p2p.PeerID, _ *ledger.Entry, parts [][]byte) error {
	if s.quota == 0 {
		return delivery.ErrQuota
	}
	s.quota--
	s.kept = append(s.kept, parts...)
	return nil
}

// file is a Receiver in memory that remembers how far it came.
type file struct {
	b    []byte
	have uint64
}

func (f *file) Have() uint64 { return f.have }
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	if uint64(off) != f.have {
		return 0, io.ErrShortWrite
	}
	f.have += uint64(len(p))
	return copy(f.b[off:], p), nil
}

var network = [32]byte{7}

func hosts(t *testing.T) (tax, police *p2p.Host) {
	t.Helper()
	make1 := func(seed byte) (*p2p.Host, ed25519.PublicKey) {
		key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))
		h, err := p2p.New(p2p.Config{Key: key, Network: network, Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
		return h, key.Public().(ed25519.PublicKey)
	}
	tax, _ = make1(1)
	police, _ = make1(2)
	if err := tax.Enroll(police.ID()); err != nil { // one side dials: two at once can collide
		t.Fatal(err)
	}
	if err := police.Enroll(tax.ID(), tax.Addresses()...); err != nil {
		t.Fatal(err)
	}
	return tax, police
}

func part(t *testing.T, size int) (ledger.Sealed, []byte) {
	t.Helper()
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = r.Read(b)
	return ledger.Sealed{Commitment: ledger.Sum(b), Root: delivery.Root(b), Size: uint64(size),
		Epochs: []ledger.AgencyEpoch{{Agency: "police"}}}, b
}

func TestATransferGoesOnWhereItWasCut(t *testing.T) {
	tax, police := hosts(t)
	for _, size := range []int{1, 100, delivery.SliceSize, 3*delivery.SliceSize + 777} {
		p, b := part(t, size)
		s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: b}, allowed: map[p2p.PeerID]bool{police.ID(): true}}
		delivery.Serve(tax, s)
		to := &file{b: make([]byte, size)}
		cuts := 0
		for to.have < uint64(size) {
			s.cut = 1
			err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: p}, to, nil)
			if err != nil && !errors.Is(err, delivery.ErrAbsent) {
				t.Fatalf("size %d, after %d cuts: %v", size, cuts, err)
			}
			if cuts++; cuts > 10 {
				t.Fatalf("size %d: no progress at %d", size, to.have)
			}
		}
		if !bytes.Equal(to.b, b) {
			t.Errorf("size %d: another file arrived", size)
		}
	}
}

func TestAWrongSliceIsNeverKeptAndItsSenderIsNamed(t *testing.T) {
	tax, police := hosts(t)
	p, b := part(t, 2*delivery.SliceSize)
	bad := bytes.Clone(b)
	bad[delivery.SliceSize+9] ^= 1
	s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: bad}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
	delivery.Serve(tax, s)
	to := &file{b: make([]byte, p.Size)}
	if err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: p}, to, nil); !errors.Is(err, delivery.ErrAbsent) {
		t.Errorf("a damaged part was served: %v", err)
	}
	// A disk that goes bad while the tree is in memory.
	s.parts[p.Commitment] = b
	if err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: p}, to, nil); err != nil {
		t.Fatal(err)
	}
	s.parts[p.Commitment] = bad
	to = &file{b: make([]byte, p.Size)}
	if err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: p}, to, nil); !errors.Is(err, delivery.ErrAbsent) || to.have != delivery.SliceSize {
		t.Errorf("a damaged part was served up to %d: %v", to.have, err)
	}
}

// liar changes the answers of an honest peer.
type liar struct {
	*p2p.Host
	change func(data []byte) []byte
}

func (l liar) Call(ctx context.Context, p p2p.PeerID, protocol string, request, response any, max int) error {
	if err := l.Host.Call(ctx, p, protocol, request, response, max); err != nil {
		return err
	}
	return delivery.Lie(response, l.change)
}

func TestLyingSenderIsNamedAndNothingOfTheLieIsKept(t *testing.T) {
	tax, police := hosts(t)
	p, b := part(t, 2*delivery.SliceSize+99)
	s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: b}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
	delivery.Serve(tax, s)
	const seed = 4
	r := rand.New(rand.NewPCG(seed, seed))
	lies := map[string]func([]byte) []byte{
		"nothing":      func([]byte) []byte { return nil },
		"nonsense":     func([]byte) []byte { return bytes.Repeat([]byte{0xaa}, 4096) },
		"a byte less":  func(d []byte) []byte { return d[:len(d)-1] },
		"a byte more":  func(d []byte) []byte { return append(d, 0) },
		"other length": func(d []byte) []byte { d[0] ^= 1; return d },
		"huge length":  func(d []byte) []byte { return append(bytes.Repeat([]byte{0xff}, 8), d[8:]...) },
	}
	for i := range 40 {
		lies[fmt.Sprint("flipped bit, seed ", seed, ", number ", i)] = func(d []byte) []byte {
			d[r.IntN(len(d))] ^= 1 << r.IntN(8)
			return d
		}
	}
	for name, change := range lies {
		to := &file{b: make([]byte, p.Size)}
		honest := r.IntN(3) // slices before the lie
		calls := 0
		err := delivery.Fetch(t.Context(), liar{police, func(d []byte) []byte {
			if calls++; calls <= honest {
				return d
			}
			return change(d)
		}}, tax.ID(), delivery.Wanted{Part: p}, to, nil)
		var lie *delivery.LieError
		if !errors.As(err, &lie) || lie.Peer != tax.ID() || to.have != uint64(honest)*delivery.SliceSize || lie.Offset != to.have {
			t.Errorf("%s: err %v, kept %d bytes after %d honest slices", name, err, to.have, honest)
		}
		if !bytes.Equal(to.b[:to.have], b[:to.have]) {
			t.Errorf("%s: a wrong byte was kept", name)
		}
	}
}

// slow lets no slice above a size arrive in time.
type slow struct {
	*p2p.Host
	most int
}

func (l slow) Call(ctx context.Context, p p2p.PeerID, protocol string, request, response any, max int) error {
	if err := l.Host.Call(ctx, p, protocol, request, response, max); err != nil {
		return err
	}
	if delivery.SliceLength(response) > l.most {
		return os.ErrDeadlineExceeded
	}
	return nil
}

func TestSlowLineGetsSmallerSlices(t *testing.T) {
	tax, police := hosts(t)
	p, b := part(t, delivery.SliceSize+3)
	s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: b}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
	delivery.Serve(tax, s)
	to := &file{b: make([]byte, p.Size)}
	if err := delivery.Fetch(t.Context(), slow{police, 100 << 10}, tax.ID(), delivery.Wanted{Part: p}, to, nil); err != nil || !bytes.Equal(to.b, b) {
		t.Fatalf("got %d bytes, %v", to.have, err)
	}
	to = &file{b: make([]byte, p.Size)}
	if err := delivery.Fetch(t.Context(), slow{police, 0}, tax.ID(), delivery.Wanted{Part: p}, to, nil); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a line that carries nothing gave %v", err)
	}
}

// The part goes into the vault's own files, over links that are cut at seeded
// moments; after each cut another store takes up what the disk has.
func TestTransferIntoTheVaultSurvivesCutsAtAnyPoint(t *testing.T) {
	tax, police := hosts(t)
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 7))
		p, b := part(t, 1+r.IntN(6*delivery.SliceSize))
		s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: b}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
		delivery.Serve(tax, s)
		dir := t.TempDir()
		for tries := 1; ; tries++ {
			store, _, err := vault.OpenStore(dir, vault.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			d, err := store.Begin(vault.PartOf(p, "tax", 1), 64<<10)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			ctx, cut := context.WithCancel(t.Context())
			at := r.IntN(4)
			s.cutAt(func(n int) {
				if n == at && tries < 30 {
					cut()
				}
			})
			err = delivery.Fetch(ctx, police, tax.ID(), delivery.Wanted{Part: p}, d, nil)
			cut()
			if err == nil {
				if err := d.Finish(); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				got, err := store.Get(p.Commitment)
				if err != nil || got.Verify() != nil {
					t.Fatalf("seed %d, after %d tries: %v", seed, tries, err)
				}
				_ = got.Close()
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCopyThatWasSealedAgainIsFetchedByItsOwnRoot(t *testing.T) {
	tax, police := hosts(t)
	first, _ := part(t, 5000)
	_, again := part(t, 6000)
	s := &shelf{parts: map[ledger.Hash][]byte{first.Commitment: again}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
	delivery.Serve(tax, s)
	w, err := delivery.Copy(t.Context(), police, tax.ID(), delivery.Wanted{Part: first})
	if err != nil || w.Part.Size != 6000 || w.Part.Root != delivery.Root(again) || w.Part.Commitment != first.Commitment {
		t.Fatalf("got %+v, %v", w.Part, err)
	}
	to := &file{b: make([]byte, w.Part.Size)}
	if err := delivery.Fetch(t.Context(), police, tax.ID(), w, to, nil); err != nil || !bytes.Equal(to.b, again) {
		t.Fatalf("got %v", err)
	}
	s.allowed = nil
	if _, err := delivery.Copy(t.Context(), police, tax.ID(), delivery.Wanted{Part: first}); !errors.Is(err, delivery.ErrAbsent) {
		t.Fatalf("a stranger got %v", err)
	}
}

func TestAbsentAndNotYoursAreOneAnswer(t *testing.T) {
	tax, police := hosts(t)
	p, b := part(t, 100)
	s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: b}, cut: -1}
	delivery.Serve(tax, s)
	absent, _ := part(t, 101)
	for _, want := range []ledger.Sealed{p, absent} {
		err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: want}, &file{b: make([]byte, want.Size)}, nil)
		if !errors.Is(err, delivery.ErrAbsent) {
			t.Errorf("got %v", err)
		}
	}
}

func TestLettersThatTheEntryDoesNotNameAreRefused(t *testing.T) {
	tax, police := hosts(t)
	p, b := part(t, 4096)
	s := &shelf{quota: 1}
	delivery.Serve(tax, s)
	e := entry(t, p)
	if err := delivery.HandOver(t.Context(), police, tax.ID(), e, [][]byte{b[:4095]}); err == nil {
		t.Error("a shorter letter was kept")
	}
	if err := delivery.HandOver(t.Context(), police, tax.ID(), e, nil); err == nil {
		t.Error("an entry without its letter was kept")
	}
	if err := delivery.HandOver(t.Context(), police, tax.ID(), e, [][]byte{b}); err != nil {
		t.Fatal(err)
	}
	if len(s.kept) != 1 || !bytes.Equal(s.kept[0], b) {
		t.Error("the letter was not kept")
	}
	if err := delivery.HandOver(t.Context(), police, tax.ID(), e, [][]byte{b}); !errors.Is(err, delivery.ErrQuota) {
		t.Errorf("beyond the quota: %v", err)
	}
}

type signer ed25519.PrivateKey

func (s signer) Public() ledger.PublicKey {
	return ledger.PublicKey{Algorithm: ledger.Ed25519, Bytes: ed25519.PrivateKey(s).Public().(ed25519.PublicKey)}
}
func (s signer) Sign(m []byte) ([]byte, error) { return ed25519.Sign(ed25519.PrivateKey(s), m), nil }

func entry(t *testing.T, p ledger.Sealed) *ledger.Entry {
	t.Helper()
	s := signer(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)))
	body := ledger.NewBody(network, s.Public().ID(), ledger.TimeOf(time.Unix(1_780_000_000, 0)), ledger.Nonce{1},
		&ledger.Sheet{Name: "duty-desk", Part: p})
	e, err := ledger.Sign(body, s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Whatever a peer sends as a slice: no panic, and only the part's own bytes pass.
func FuzzSlice(f *testing.F) {
	b := bytes.Repeat([]byte("declared_income\n"), 20_000)
	encoded, root := delivery.Tree(b)
	f.Add(encoded, uint64(0), uint64(len(b)))
	f.Add(encoded[:70_000], uint64(0), uint64(65_536))
	f.Add(encoded[:len(encoded)-100], uint64(32), uint64(319_900)) // cut short, and every group is like the one before
	f.Add(bytes.Repeat([]byte{0xff}, 200), uint64(1<<63), uint64(1<<19))
	f.Fuzz(func(t *testing.T, data []byte, at, n uint64) {
		if n == 0 || n > delivery.SliceSize || at > uint64(len(b)) || n > uint64(len(b))-at {
			return // never asked for
		}
		if got, ok := delivery.VerifySlice(data, uint64(len(b)), at, n, root); ok && !bytes.Equal(got, b[at:at+n]) {
			t.Fatal("other bytes were verified")
		}
	})
}
