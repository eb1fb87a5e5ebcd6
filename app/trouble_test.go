package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/app/node"
	"countersign/app/ui/stopped"
	"countersign/ledger"
	"countersign/ledger/store"
)

// Every way in which a real folder cannot be opened has its own words in the
// window; FAULTS 7 and 8 at the desktop's door.
func TestFolderThatCannotBeOpenedHasItsKind(t *testing.T) {
	passphrases := [2]node.AdminOptions{{Official: ledger.NewOfficialID(), Passphrase: "valmarine one"}, {Official: ledger.NewOfficialID(), Passphrase: "valmarine two"}}
	folder := filepath.Join(t.TempDir(), "tax")
	o := node.AgencyOptions{Agency: "tax", Title: "Tax Service", Keeper: true, Admins: passphrases, Listen: []string{"/ip4/127.0.0.1/tcp/0"},
		Parameters: ledger.DefaultParameters()}
	o.Parameters.Rehearsal, o.WorkFactor = true, 10
	if _, err := node.Found(folder, o); err != nil {
		t.Fatal(err)
	}
	d := &desktop{args: arguments{profile: folder}}
	kind := func() stopped.Kind {
		t.Helper()
		n, err := d.openNode()
		if err == nil {
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
			return ""
		}
		return d.trouble(err).Kind
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if k := kind(); k != "" {
		t.Fatalf("a good folder: %q", k)
	}
	n, err := d.openNode()
	if err != nil {
		t.Fatal(err)
	}
	if k := kind(); k != stopped.InUse {
		t.Errorf("held by another process: %q", k)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	good := read("ledger.db")
	write("ledger.db", good[:3*4096])
	if k := kind(); k != stopped.Damaged {
		t.Errorf("cut short: %q", k)
	}
	write("ledger.db", []byte(strings.Repeat("something else ", 4000)))
	if k := kind(); k != stopped.Foreign {
		t.Errorf("something else: %q", k)
	}
	r := &remedy{d: d}
	if trouble := r.Fetch(t.Context()); trouble != nil || r.node == nil {
		t.Fatalf("the way out did not help: %+v", trouble)
	}
	if err := r.node.Close(); err != nil {
		t.Fatal(err)
	}
	if aside, err := filepath.Glob(filepath.Join(folder, "ledger.db.damaged-*")); err != nil || len(aside) != 1 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
	profile := read("profile.json")
	write("profile.json", []byte(`{"version": 99}`))
	if k := kind(); k != stopped.Newer {
		t.Errorf("of a newer version: %q", k)
	}
	write("profile.json", profile)
	for err, want := range map[error]stopped.Kind{
		fmt.Errorf("write: %w", syscall.ENOSPC):                                             stopped.Full,
		&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}:                           stopped.Denied,
		fmt.Errorf("%s: %w. Enrol", folder, errHeadless):                                    stopped.Headless,
		fmt.Errorf("%w, which does not answer: %w", store.ErrInUse, os.ErrDeadlineExceeded): stopped.InUse,
		errors.New("something new"):                                                         stopped.Unknown,
	} {
		if k := d.trouble(err).Kind; k != want {
			t.Errorf("%v: %q", err, k)
		}
	}
}
