package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/ledger"
)

// FAULTS 6 on a real file system, where this user may mount one (elsewhere the
// limit on file size stands alone): a keeper whose disk fills up while others
// send entries says so, and orders again when there is room, with nothing lost.
func TestKeeperOnAFullTmpfsGoesOnWhenFreed(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m"); err != nil {
		if !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.EACCES) {
			t.Fatal(err)
		}
		t.Log("not allowed to mount a file system; the limit on file size is tested instead")
		return
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	tax := foundIn(t, filepath.Join(dir, "tax"))
	police := tax.join("police", "Valmarine Police")

	// The last free byte goes.
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; {
		if _, err := ballast.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if err := ballast.Close(); err != nil {
		t.Fatal(err)
	}
	var sent []*ledger.Entry
	for range 3 { // entries of another agency arrive at the full keeper
		e := police.something()
		sent = append(sent, e)
		if err := police.node.Submit(t.Context(), e, nil); err != nil {
			t.Fatal(err)
		}
	}
	tax.until("the banner", func() bool {
		net, err := tax.node.Network(t.Context())
		return err == nil && net.ReadOnly && strings.HasPrefix(net.Problem, "disk-full")
	})
	if err := tax.node.Submit(t.Context(), tax.something(), nil); !isFull(err) {
		t.Error("taken in on a full disk:", err)
	}
	if err := os.Remove(ballast.Name()); err != nil {
		t.Fatal(err)
	}
	for _, e := range sent {
		if f := police.final(e); f.Code != ledger.Accepted {
			t.Error(f.Code)
		}
		tax.final(e)
	}
	tax.until("the banner to go", func() bool {
		net, err := tax.node.Network(t.Context())
		return err == nil && !net.ReadOnly && net.Problem == ""
	})
	a, errA := tax.node.Standing()
	b, errB := police.node.Standing()
	if errA != nil || errB != nil || a.Log != b.Log {
		t.Errorf("the replicas differ: %+v %+v", a, b)
	}
}
