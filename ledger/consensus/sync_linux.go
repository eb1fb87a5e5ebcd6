package consensus

import (
	"os"
	"syscall"
)

// syncData makes a file's content durable, where its size stays: without its
// times, which would cost a turn of the file system's journal.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return err
		}
	}
}
