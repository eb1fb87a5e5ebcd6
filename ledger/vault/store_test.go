package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/vault"
)

func store(t testing.TB, dir string, l vault.Limits) *vault.Store {
	t.Helper()
	s, problems, err := vault.OpenStore(dir, l)
	if err != nil || len(problems) > 0 {
		t.Fatalf("open store: %v, %v", err, problems)
	}
	return s
}

// someBytes stands for a ciphertext: the store never looks inside.
func someBytes(n int) ([]byte, ledger.Sealed) {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b, ledger.Sealed{Commitment: ledger.Sum(b), Root: vault.Root(b), Size: uint64(n),
		Epochs: []ledger.AgencyEpoch{{Agency: "tax"}}}
}

// onDisk tells whether bytes stand in any file below dir.
func onDisk(t testing.TB, dir string, needle []byte) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, needle)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const at = ledger.Time(1_000_000)

func TestPartNamedIsKeptAndUnnamedIsSweptAfterTenMinutes(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	a, sa := someBytes(5000)
	b, sb := someBytes(5000)
	for _, p := range []struct {
		b []byte
		s ledger.Sealed
	}{{a, sa}, {b, sb}} {
		if err := s.Put(vault.PartOf(p.s, "peer", at), p.b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Name(sa.Commitment); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(at.Add(10*time.Minute - time.Second)); n != 0 || err != nil {
		t.Fatalf("swept %d early, %v", n, err)
	}
	s = store(t, dir, vault.Limits{}) // the time counts from arrival, not from the start
	if n, err := s.Sweep(at.Add(10 * time.Minute)); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if got, p, err := s.Bytes(sa.Commitment); err != nil || !bytes.Equal(got, a) || p.From != "peer" {
		t.Fatalf("the named part: %v", err)
	}
	if held, named := s.Has(sa.Commitment); !held || !named {
		t.Fatal("the named part is not kept for good")
	}
	if _, err := s.Get(sb.Commitment); !errors.Is(err, vault.ErrAbsent) {
		t.Fatalf("the swept part gave %v", err)
	}
	if err := s.Name(sb.Commitment); !errors.Is(err, vault.ErrAbsent) {
		t.Fatalf("naming the swept part gave %v", err)
	}
	if onDisk(t, dir, b[100:200]) {
		t.Fatal("the swept part is on the disk")
	}
}

func TestPeerKeepsWithinItsQuota(t *testing.T) {
	s := store(t, t.TempDir(), vault.Limits{PeerParts: 2, PeerBytes: 10_000, Bytes: 14_000})
	put := func(from string, n int) error {
		b, sealed := someBytes(n)
		return s.Put(vault.PartOf(sealed, from, at), b)
	}
	if err := put("a", 4000); err != nil {
		t.Fatal(err)
	}
	if err := put("a", 6001); !errors.Is(err, vault.ErrQuota) {
		t.Fatalf("bytes over the quota gave %v", err)
	}
	if err := put("a", 4000); err != nil {
		t.Fatal(err)
	}
	if err := put("a", 10); !errors.Is(err, vault.ErrQuota) {
		t.Fatalf("a third part gave %v", err)
	}
	if err := put("b", 6001); !errors.Is(err, vault.ErrQuota) {
		t.Fatalf("more than all may have gave %v", err)
	}
	if err := put("", 9000); err != nil {
		t.Fatalf("our own part gave %v", err)
	}
}

func TestOnlyThePartThatIsNamedIsTaken(t *testing.T) {
	s := store(t, t.TempDir(), vault.Limits{})
	b, sealed := someBytes(5000)
	b[7] ^= 1
	if err := s.Put(vault.PartOf(sealed, "peer", at), b); !errors.Is(err, vault.ErrMismatch) {
		t.Fatalf("got %v", err)
	}
	big, sealed := someBytes(vault.MaxLetterBytes + 1)
	if err := s.Put(vault.PartOf(sealed, "peer", at), big); !errors.Is(err, vault.ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
}

func TestErasedPartLeavesNoByte(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	b, sealed := someBytes(5000)
	if err := s.Put(vault.PartOf(sealed, "", at), b); err != nil {
		t.Fatal(err)
	}
	if err := s.Name(sealed.Commitment); err != nil {
		t.Fatal(err)
	}
	f, err := s.Get(sealed.Commitment)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !onDisk(t, dir, b[100:200]) {
		t.Fatal("the part was never on the disk")
	}
	if err := s.Erase(sealed.Commitment); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, b[100:200]) {
		t.Fatal("the part is still on the disk")
	}
	open := make([]byte, 100) // who has the file open reads zeros: it was overwritten, not only removed
	if _, err := f.ReadAt(open, 100); err != nil || !bytes.Equal(open, make([]byte, 100)) {
		t.Fatalf("the file's blocks hold %x, %v", open, err)
	}
	if err := s.Erase(sealed.Commitment); err != nil {
		t.Fatalf("erasing twice: %v", err)
	}
}

func TestDamagedFilesAreReportedAndNotFatal(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	kept, ks := someBytes(5000)
	pending, ps := someBytes(5000)
	_ = s.Put(vault.PartOf(ks, "", at), kept)
	_ = s.Name(ks.Commitment)
	_ = s.Put(vault.PartOf(ps, "p", at), pending)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			return os.Truncate(path, 3000)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s, problems, err := vault.OpenStore(dir, vault.Limits{})
	if err != nil || len(problems) != 1 || !errors.Is(problems[0], vault.ErrDamaged) {
		t.Fatalf("opened with %v, %v", problems, err)
	}
	if _, err := s.Get(ks.Commitment); !errors.Is(err, vault.ErrDamaged) {
		t.Fatalf("got %v", err)
	}
	if err := s.Erase(ks.Commitment); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(vault.PartOf(ks, "", at), kept); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Bytes(ks.Commitment); err != nil {
		t.Fatalf("a part that came again: %v", err)
	}
}

func TestFlippedBitInAPartIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	b, sealed := someBytes(5000)
	_ = s.Put(vault.PartOf(sealed, "", at), b)
	paths, _ := filepath.Glob(filepath.Join(dir, "pending", "*.part"))
	whole, _ := os.ReadFile(paths[0])
	for i := 0; i < len(whole); i += 97 {
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		_ = os.WriteFile(paths[0], bad, 0o600)
		if _, _, err := s.Bytes(sealed.Commitment); !errors.Is(err, vault.ErrDamaged) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

func TestStreamedReleaseIsKeptOrLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	police, b, data := identity(t), binding(), bytes.Repeat([]byte("1,2,3\n"), 100_000)
	seal := func(m *vault.Manifest) (ledger.Sealed, error) {
		return s.Write(at, func(w io.Writer) (ledger.Sealed, error) {
			return vault.SealRelease(w, b, m, bytes.NewReader(data), []vault.Recipient{to("police", 0, police)})
		})
	}
	sealed, err := seal(manifest(t, data))
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Get(sealed.Commitment)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Verify(); err != nil {
		t.Fatal(err)
	}
	r, err := vault.OpenRelease(f, int64(f.Size()), ids(police), vault.Expected{Binding: b, Sealed: sealed})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r.Data()); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes came back, %v", len(got), err)
	}
	if onDisk(t, dir, data[:60]) {
		t.Fatal("plaintext is on the disk")
	}
	if _, err := seal(manifest(t, data[1:])); !errors.Is(err, vault.ErrSourceChanged) {
		t.Fatalf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "partial", "*")); len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
}

// Who wants a part that is being fetched waits until that download ends, however it
// ends, or until its own patience does.
func TestAwaitingADownload(t *testing.T) {
	const slice = 16 << 10
	b, sealed := someBytes(slice)
	s := store(t, t.TempDir(), vault.Limits{})
	if err := s.Await(t.Context(), sealed.Commitment); err != nil {
		t.Fatal("nothing runs:", err)
	}
	ends := map[string]func(d *vault.Download) error{
		"stopped": (*vault.Download).Close,
		"erased":  func(*vault.Download) error { return s.Erase(sealed.Commitment) },
		"finished": func(d *vault.Download) error {
			return errors.Join(d.WriteSlice(0, b), d.Finish())
		},
	}
	for _, name := range []string{"stopped", "erased", "finished"} {
		d, err := s.Begin(vault.PartOf(sealed, "peer", at), slice)
		if err != nil {
			t.Fatal(name, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Await(gone, sealed.Commitment); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: awaiting in vain gave %v", name, err)
		}
		waited := make(chan error, 1)
		go func() { waited <- s.Await(t.Context(), sealed.Commitment) }()
		if err := ends[name](d); err != nil {
			t.Fatal(name, err)
		}
		if err := <-waited; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if held, _ := s.Has(sealed.Commitment); !held {
		t.Error("the finished part is not here")
	}
}

// A download stops at seeded points, sometimes without a word, and goes on.
func TestDownloadGoesOnAfterEveryCut(t *testing.T) {
	const slice = 16 << 10
	for seed := range uint64(20) {
		rng := mathrand.New(mathrand.NewPCG(seed, 1))
		b, sealed := someBytes(1 + rng.IntN(40*slice))
		dir := t.TempDir()
		part := vault.PartOf(sealed, "peer", at)
		s := store(t, dir, vault.Limits{})
		for tries := 0; ; tries++ {
			d, err := s.Begin(part, slice)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if _, err := s.Begin(part, slice); !errors.Is(err, vault.ErrInUse) {
				t.Fatalf("a second download gave %v", err)
			}
			for range 1 + rng.IntN(20) {
				first, n := d.Missing()
				if n == 0 {
					break
				}
				i := first + rng.IntN(n)
				if err := d.WriteSlice(i, b[i*slice:min(len(b), (i+1)*slice)]); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
			if _, n := d.Missing(); n == 0 {
				if err := d.Finish(); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				break
			}
			if rng.IntN(2) == 0 {
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			} else if tries > 200 {
				t.Fatalf("seed %d: no progress", seed)
			}
			s = store(t, dir, vault.Limits{}) // the process was killed or started again
		}
		f, err := s.Get(sealed.Commitment)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := f.Verify(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		_ = f.Close()
		if _, named := s.Has(sealed.Commitment); !named {
			t.Fatal("a fetched part is not kept for good")
		}
	}
}

func TestDownloadThatADiskLostStartsAnew(t *testing.T) {
	const slice = 16 << 10
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	b, sealed := someBytes(2 * slice)
	part := vault.PartOf(sealed, "peer", at)
	d, err := s.Begin(part, slice)
	if err != nil {
		t.Fatal(err)
	}
	if _, n := d.Missing(); n != 2 {
		t.Fatalf("%d slices are missing", n)
	}
	_ = d.WriteSlice(0, b[:slice])
	_ = d.WriteSlice(1, make([]byte, slice)) // a verified slice that the disk lost
	if err := d.Finish(); !errors.Is(err, vault.ErrDamaged) {
		t.Fatalf("got %v", err)
	}
	if d, err = s.Begin(part, slice); err != nil || d.Done() != 0 {
		t.Fatalf("began again with %d slices, %v", d.Done(), err)
	}
	if err := d.WriteSlice(2, nil); !errors.Is(err, vault.ErrBadContent) {
		t.Fatalf("a slice beyond the end gave %v", err)
	}
	if err := d.Finish(); !errors.Is(err, vault.ErrAbsent) {
		t.Fatalf("finishing half a part gave %v", err)
	}
}

func TestDownloadTakesBytesInOrder(t *testing.T) {
	const slice = 16 << 10
	s := store(t, t.TempDir(), vault.Limits{})
	b, sealed := someBytes(5*slice + 7)
	d, err := s.Begin(vault.PartOf(sealed, "peer", at), slice)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		at int64
		n  int
	}{{1, slice}, {-slice, slice}, {0, slice - 1}, {5 * slice, 8}, {6 * slice, slice}} {
		if _, err := d.WriteAt(make([]byte, bad.n), bad.at); !errors.Is(err, vault.ErrBadContent) {
			t.Errorf("%d bytes at %d gave %v", bad.n, bad.at, err)
		}
	}
	for d.Have() < sealed.Size {
		from := d.Have()
		if _, err := d.WriteAt(b[from:min(sealed.Size, from+2*slice)], int64(from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Finish(); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Bytes(sealed.Commitment); err != nil || !bytes.Equal(got, b) {
		t.Fatalf("got %v", err)
	}
}

func TestErasingStopsADownload(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	b, sealed := someBytes(40 << 10)
	d, err := s.Begin(vault.PartOf(sealed, "peer", at), 16<<10)
	if err != nil {
		t.Fatal(err)
	}
	_ = d.WriteSlice(0, b[:16<<10])
	if err := s.Erase(sealed.Commitment); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteSlice(1, b[16<<10:32<<10]); !errors.Is(err, vault.ErrGone) {
		t.Fatalf("writing gave %v", err)
	}
	if err := d.Finish(); !errors.Is(err, vault.ErrGone) {
		t.Fatalf("finishing gave %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "partial", "*")); len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
}

func TestFileNamesAreOurOwnHashes(t *testing.T) {
	dir := t.TempDir()
	s := store(t, dir, vault.Limits{})
	b, sealed := someBytes(5000)
	_ = s.Put(vault.PartOf(sealed, "../../evil", at), b)
	_ = s.Name(sealed.Commitment)
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() && !strings.HasPrefix(d.Name(), sealed.Commitment.String()) {
			t.Errorf("a file %s", path)
		}
		return err
	})
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %v", info.Mode())
	}
}

func TestCommitmentsTellKeptFromPending(t *testing.T) {
	s := store(t, t.TempDir(), vault.Limits{})
	a, sa := someBytes(5000)
	b, sb := someBytes(5000)
	for _, p := range []struct {
		bytes  []byte
		sealed ledger.Sealed
	}{{a, sa}, {b, sb}} {
		if err := s.Put(vault.PartOf(p.sealed, "peer", at), p.bytes); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Name(sa.Commitment); err != nil {
		t.Fatal(err)
	}
	kept, pending, err := s.Commitments()
	if err != nil || len(kept) != 1 || kept[0] != sa.Commitment || len(pending) != 1 || pending[0] != sb.Commitment {
		t.Fatalf("kept %v, pending %v, %v", kept, pending, err)
	}
}
