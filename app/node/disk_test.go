//go:build unix

package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// childFull names the variable that makes the test program the process whose
// disk is full.
const childFull = "COUNTERSIGN_TEST_DISK_FULL"

// FAULTS 6: nothing can be written; the node says so, takes nothing in and loses
// nothing, and goes on when there is room. The limit on a file's size stands for
// the full disk and needs no rights; it concerns a whole process, so a child has it.
func TestFullDiskIsSaidAndRecoversWhenFreed(t *testing.T) {
	if os.Getenv(childFull) != "" {
		fillAndFree(t)
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestFullDiskIsSaidAndRecoversWhenFreed$", "-test.v")
	c.Env = append(os.Environ(), childFull+"=1")
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "recovered") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func fillAndFree(t *testing.T) {
	tax := foundTown(t)
	first := tax.something()
	if err := tax.node.Submit(t.Context(), first, nil); err != nil {
		t.Fatal(err)
	}
	tax.final(first)
	tax.until("the outbox to be empty", func() bool { return tax.node.outbox.pending() == 0 })

	signal.Ignore(syscall.SIGXFSZ)
	var lifted syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &lifted); err != nil {
		t.Fatal(err)
	}
	next := tax.something()
	full := lifted
	full.Cur = 16
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	errSubmit := tax.node.Submit(t.Context(), next, nil)
	errJournal := tax.node.Journal(t.Context(), desk.JournalLine{At: 1, Act: "open"})
	net, errNetwork := tax.node.Network(t.Context())
	_, errInvite := tax.node.Invite(t.Context(), InviteOptions{})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &lifted); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(errSubmit, desk.ErrDiskFull) { // what the screens have words for
		t.Error("a full disk is not called one:", errSubmit)
	}
	if !isFull(errSubmit) || !isFull(errJournal) || !isFull(errInvite) {
		t.Errorf("full disk: submit %v, journal %v, invite %v", errSubmit, errJournal, errInvite)
	}
	if errNetwork != nil || !net.ReadOnly || !strings.HasPrefix(net.Problem, "disk-full") {
		t.Errorf("the screen is not told: %+v, %v", net, errNetwork)
	}
	if tax.node.outbox.pending() != 0 {
		t.Error("half an entry is kept")
	}
	tax.until("the banner to go", func() bool { return !tax.node.readOnly() })
	if err := tax.node.Submit(t.Context(), next, nil); err != nil {
		t.Fatal(err)
	}
	if f := tax.final(next); f.Code != ledger.Accepted {
		t.Fatal(f.Code)
	}
	if err := tax.node.Journal(t.Context(), desk.JournalLine{At: 2, Act: "open"}); err != nil {
		t.Fatal(err)
	}
	if lines, err := tax.node.Journals(t.Context(), ledger.EntryID{}); err != nil || len(lines) != 1 {
		t.Error("the journal's chain:", lines, err)
	}
	if _, err := tax.node.Verify(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Error(errors.Join(errors.New("verify"), err))
	}
	fmt.Println("recovered")
}
