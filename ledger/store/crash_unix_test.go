//go:build unix

package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// childRole makes the test binary play another process.
const childRole, childPath = "COUNTERSIGN_STORE_CHILD", "COUNTERSIGN_STORE_PATH"

func TestMain(m *testing.M) {
	switch os.Getenv(childRole) {
	case "write":
		childWrites(os.Getenv(childPath))
	case "open":
		began := time.Now()
		_, err := Open(os.Getenv(childPath), Options{})
		fmt.Println(errors.Is(err, ErrInUse), time.Since(began) < time.Second, err)
	case "full":
		childFillsDisk(os.Getenv(childPath))
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	c.Stderr = os.Stderr
	return c
}

const crashSeed = 41

// replayScript makes the script's blocks up to a height again.
func replayScript(height int64, each func(rules.Block, *rules.Result)) *script {
	s := newScript(crashSeed)
	b := rules.Block{Height: 1, Digest: s.genesis().Digest}
	for ; int64(b.Height) <= height; b.Height++ {
		block, res := s.next(b, int(b.Height)%7)
		each(block, res)
		b.Digest = res.Digest
	}
	return s
}

// childWrites goes on where the file ends and says each height once it is durable.
func childWrites(path string) {
	st, err := Open(path, Options{})
	if err == nil {
		if _, err = st.Founding(); errors.Is(err, ErrNotFounded) {
			s := newScript(crashSeed)
			err = st.Init(s.document(), s.genesis())
		}
	}
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	tx, release := st.Snapshot()
	b := rules.Block{Height: tx.Height() + 1, Digest: tx.Digest()}
	release()
	s := replayScript(int64(b.Height)-1, func(rules.Block, *rules.Result) {})
	for ; ; b.Height++ {
		block, res := s.next(b, int(b.Height)%7)
		p, err := st.Prepare(block, res, nil)
		if err == nil {
			err = p.Commit()
		}
		if err != nil {
			fmt.Println("failed", err)
			return
		}
		fmt.Println(b.Height)
		b.Digest = res.Digest
	}
}

// TestKillLosesNothingAcknowledged kills the writing process again and again.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	r := rand.New(rand.NewPCG(crashSeed, 5))
	acknowledged := int64(0)
	for round := range 20 {
		c := child(t, "write", path)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := func() *time.Timer {
			return time.AfterFunc(time.Duration(5+r.IntN(100))*time.Millisecond, func() { _ = c.Process.Kill() })
		}
		var timer *time.Timer
		if round%4 == 0 {
			timer = kill() // while it opens; later ones while it writes
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			h, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatalf("the writer says: %s", lines.Text())
			}
			if acknowledged = h; timer == nil {
				timer = kill()
			}
		}
		_ = c.Wait()
		if timer != nil {
			timer.Stop()
		}
		height := checkScript(t, path)
		if height < acknowledged {
			t.Fatalf("block %d was acknowledged, %d is there", acknowledged, height)
		}
	}
	if acknowledged < 20 {
		t.Errorf("only %d blocks were written in all", acknowledged)
	}
}

// checkScript compares a file with the script and returns its height.
func checkScript(t *testing.T, path string) (height int64) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		return 0 // killed before the file was made
	}
	st := open(t, path, Options{})
	defer st.Close()
	if _, err := st.Founding(); errors.Is(err, ErrNotFounded) {
		return 0
	}
	view(t, st, func(tx *Tx) error {
		height = int64(tx.Height())
		position := uint64(0)
		last := tx.Digest()
		replayScript(height, func(b rules.Block, res *rules.Result) {
			for i, e := range b.Entries {
				r, err := tx.EntryAt(position)
				if err != nil || !bytes.Equal(r.Raw, e.Bytes()) || r.Outcome != res.Outcomes[i].Code {
					t.Errorf("entry %d of block %d: %v", i, b.Height, err)
				}
				position++
			}
			last = res.Digest
		})
		if tx.Digest() != last || tx.Head().Size != position {
			t.Errorf("height %d: digest or size is another", height)
		}
		return nil
	})
	return height
}

func TestSecondProcessIsRefusedAtOnce(t *testing.T) {
	s := newScript(42)
	st := s.found(t, Options{})
	out, err := child(t, "open", st.Path()).Output()
	if err != nil || !bytes.HasPrefix(out, []byte("true true ")) {
		t.Errorf("refused, within a second: %s %v", out, err)
	}
}

// childFillsDisk writes under a limit on the file's size, until it is full, and
// goes on when the limit is lifted.
func childFillsDisk(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
	lifted := limit
	limit.Cur = 100 << 10
	fmt.Println(errors.Join(err, fillDisk(path, func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) },
		func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &lifted) })))
}

// fillDisk writes blocks until the disk is full, checks that nothing changed,
// frees it and writes the same block.
func fillDisk(path string, fill, free func() error) error {
	s := newScript(43)
	st, err := Open(path, Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.Init(s.document(), s.genesis()); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	digest := s.genesis().Digest
	for h := 1; h < 10_000; h++ {
		b, res := s.next(rules.Block{Height: nextHeight(st), Digest: digest}, 20)
		p, err := st.Prepare(b, res, nil)
		if err != nil {
			return err
		}
		err = p.Commit()
		if err == nil {
			digest = res.Digest
			continue
		}
		if !errors.Is(err, ErrFull) {
			return fmt.Errorf("not said to be full: %w", err)
		}
		if err := p.Commit(); !errors.Is(err, ErrFull) {
			return fmt.Errorf("the second time: %w", err)
		}
		if nextHeight(st) != b.Height || st.Health() != nil {
			return errors.New("a full disk changed something")
		}
		if err := free(); err != nil {
			return err
		}
		if err := p.Commit(); err != nil {
			return fmt.Errorf("after freeing: %w", err)
		}
		if nextHeight(st) != b.Height+1 {
			return errors.New("the block is not there")
		}
		return nil
	}
	return errors.New("the disk was never full")
}

func nextHeight(st *Store) (h ledger.Height) {
	tx, release := st.Snapshot()
	defer release()
	return tx.Height() + 1
}

func TestFullDiskChangesNothing(t *testing.T) {
	out, err := child(t, "full", filepath.Join(t.TempDir(), "ledger.db")).Output()
	if err != nil || string(out) != "<nil>\n" {
		t.Errorf("%s %v", out, err)
	}
}
