package delivery_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/p2p"
	"countersign/p2p/delivery"
)

// shelf is an Access over parts in memory, for allowed peers only.
type shelf struct {
	parts   map[ledger.Hash][]byte
	allowed map[p2p.PeerID]bool
	cut     int // slices until it has nothing any more; negative: never
	lie     bool
	kept    [][]byte
	quota   int
}

type ciphertext struct{ *bytes.Reader }

func (c ciphertext) Size() uint64 { return uint64(c.Reader.Size()) }
func (ciphertext) Close() error   { return nil }

func (s *shelf) Open(_ context.Context, p p2p.PeerID, w delivery.Wanted) (delivery.Ciphertext, error) {
	b, ok := s.parts[w.Part.Commitment]
	if !ok || !s.allowed[p] || s.cut == 0 {
		return nil, delivery.ErrAbsent
	}
	s.cut--
	return ciphertext{bytes.NewReader(b)}, nil
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
	if err := tax.Enroll(police.ID(), police.Addresses()...); err != nil {
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
	// The liar serves the true part under its root, but the asker wants another.
	lied, _ := part(t, 2*delivery.SliceSize+1)
	s := &shelf{parts: map[ledger.Hash][]byte{p.Commitment: bad}, allowed: map[p2p.PeerID]bool{police.ID(): true}, cut: -1}
	delivery.Serve(tax, s)
	to := &file{b: make([]byte, p.Size)}
	if err := delivery.Fetch(t.Context(), police, tax.ID(), delivery.Wanted{Part: p}, to, nil); !errors.Is(err, delivery.ErrAbsent) {
		t.Errorf("a damaged part was served: %v", err)
	}
	liar := lyingCaller{police, lied}
	err := delivery.Fetch(t.Context(), liar, tax.ID(), delivery.Wanted{Part: p}, to, nil)
	var lie *delivery.LieError
	if !errors.As(err, &lie) || lie.Peer != tax.ID() || to.have != 0 {
		t.Errorf("err %v, kept %d bytes; want the sender named and nothing kept", err, to.have)
	}
}

// lyingCaller answers every slice with bytes that are no slice.
type lyingCaller struct {
	*p2p.Host
	other ledger.Sealed
}

func (l lyingCaller) Call(_ context.Context, _ p2p.PeerID, _ string, _, response any, _ int) error {
	return delivery.Lie(response, bytes.Repeat([]byte{0xaa}, 4096))
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
