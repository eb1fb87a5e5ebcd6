package node

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"

	"countersign/app/desk"
	"countersign/ledger/store"
)

// trouble is what went wrong by itself, by the thing that failed: each is
// forgotten when that thing works again.
type trouble struct {
	mu   sync.Mutex
	what map[string]error
}

// The things that fail by themselves.
const (
	troubleDisk    = "disk"    // writing to the profile folder
	troubleChain   = "chain"   // the record is not the one that the invitation vouched for
	troubleJournal = "journal" // its chain does not hold: it was set aside
)

func newTrouble() *trouble { return &trouble{what: map[string]error{}} }

// set notes an error, or forgets it with nil; it tells whether that was news.
func (t *trouble) set(what string, err error) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.what[what]
	if err == nil {
		delete(t.what, what)
	} else {
		t.what[what] = err
	}
	return (old == nil) != (err == nil)
}

func (t *trouble) get(what string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.what[what]
}

// noteWrite remembers that something could not be written to the profile
// folder and passes every failure on; one for want of room wraps desk.ErrDiskFull.
func (n *Node) noteWrite(err error) error {
	if err != nil && isFull(err) && n.trouble.set(troubleDisk, err) {
		n.log.Error("the disk is full: nothing new is taken in until there is room", "err", err)
		n.feed.publish(peersChanged)
	}
	if err != nil && isFull(err) && !errors.Is(err, desk.ErrDiskFull) {
		return fmt.Errorf("%w: %w", desk.ErrDiskFull, err)
	}
	return err
}

// isFull tells whether a write failed for want of room: a full disk, a quota, or
// a limit on the size of files.
func isFull(err error) bool {
	const windowsDiskFull, windowsHandleDiskFull = syscall.Errno(112), syscall.Errno(39)
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		errors.Is(err, store.ErrFull) || errors.Is(err, desk.ErrDiskFull) ||
		runtime.GOOS == "windows" && (errors.Is(err, windowsDiskFull) || errors.Is(err, windowsHandleDiskFull))
}

// readOnly tells whether nothing can be written now: the disk is full.
func (n *Node) readOnly() bool {
	return n.trouble.get(troubleDisk) != nil || !n.Sealed() && isFull(n.eng().Health())
}

// probeBytes is how much room there has to be before a full disk counts as
// freed: a signed entry with its letters.
const probeBytes = 1 << 20

// probe notices that a disk fills up before something is lost, and tries whether
// one that was full takes something again.
func (n *Node) probe() {
	if free, err := freeBytes(n.folder); err == nil && free < probeBytes {
		_ = n.noteWrite(fmt.Errorf("%d bytes are left: %w", free, syscall.ENOSPC))
		return
	}
	if n.trouble.get(troubleDisk) == nil {
		return
	}
	if err := tryWrite(n.folder); err == nil && n.trouble.set(troubleDisk, nil) {
		n.log.Info("the disk has room again")
		n.feed.publish(peersChanged)
		n.office.look(nil, true)
	}
}

func tryWrite(folder string) error {
	f, err := os.CreateTemp(folder, ".room-*")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, probeBytes))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
