package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFullTmpfsChangesNothing fills a real file system where this user may
// mount one; elsewhere TestFullDiskChangesNothing stands alone.
func TestFullTmpfsChangesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		if !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.EACCES) {
			t.Fatal(err)
		}
		t.Log("not allowed to mount a file system; the limit on file size is tested instead")
		return
	}
	defer func() { _ = syscall.Unmount(dir, 0) }()
	ballast := filepath.Join(dir, "ballast")
	fill := func() error { return os.WriteFile(ballast, make([]byte, 1<<20), 0o600) }
	if err := fillDisk(filepath.Join(dir, "ledger.db"), fill, func() error { return os.Remove(ballast) }); err != nil {
		t.Error(err)
	}
}
