package demo

import (
	"os"
	"path/filepath"
)

// leftoverName names the folders of headless runs: a run that was killed leaves
// its own, and the next one removes it.
const leftoverName = "countersign-demo-*"

// removeLeftovers removes the folders of headless runs whose process is gone: the
// kernel has let go of their lock. What is somebody else's cannot be locked, and
// what has no lock yet is just being made.
func removeLeftovers(temp string) {
	dirs, err := filepath.Glob(filepath.Join(temp, leftoverName))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, fileLock)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		lock, err := tryLock(path)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(dir) // what stays is tried again by the next run
		_ = lock.Close()
	}
}
