package demo

import (
	"os"
	"path/filepath"
	"testing"
)

// The folder of a run that is gone goes; that of a run under way, one that is
// just being made, and other people's things stay.
func TestFoldersOfKilledRunsAreRemoved(t *testing.T) {
	temp := t.TempDir()
	folder := func(name string) string {
		at := filepath.Join(temp, name)
		if err := os.MkdirAll(filepath.Join(at, "tax", "office"), 0o700); err != nil {
			t.Fatal(err)
		}
		return at
	}
	gone, under, young, other := folder("countersign-demo-1"), folder("countersign-demo-2"), folder("countersign-demo-3"), folder("somebody")
	for _, dir := range []string{gone, under, other} {
		lock, err := tryLock(filepath.Join(dir, fileLock))
		if err != nil {
			t.Fatal(err)
		}
		if dir == under {
			defer lock.Close()
		} else if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
	}
	removeLeftovers(temp)
	for dir, stays := range map[string]bool{gone: false, under: true, young: true, other: true} {
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: %v", filepath.Base(dir), err)
		}
	}
}
