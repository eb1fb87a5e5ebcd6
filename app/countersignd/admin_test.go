package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// office is an agency whose node runs as a process of its own, administered with
// the commands alone.
type office struct {
	t      *testing.T
	folder string
	client *control.Client
	admins [2]string // numbers
	phrase string    // file with everybody's passphrase
}

const everybodys = "valmarine valmarine"

// town is where the offices of a test lie.
func town(t *testing.T) (dir, phrase string) {
	t.Helper()
	dir = t.TempDir()
	phrase = filepath.Join(dir, "passphrase")
	if err := os.WriteFile(phrase, []byte(everybodys+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, phrase
}

func agencyOf(id, title string) node.AgencyOptions {
	o := node.AgencyOptions{Agency: ledger.AgencyID(id), Title: title, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Keeper: id == "tax", WorkFactor: 10}
	for i := range o.Admins {
		o.Admins[i] = node.AdminOptions{Official: ledger.NewOfficialID(), Passphrase: everybodys}
	}
	return o
}

// founded is the Tax Service, which founds a rehearsal and runs.
func founded(t *testing.T) *office {
	t.Helper()
	dir, phrase := town(t)
	o := agencyOf("tax", "Tax Service")
	o.Admins[0].Card.Name, o.Admins[1].Card.Name = "Nora Lindqvist", "Jan Meyer"
	o.Parameters = ledger.DefaultParameters()
	o.Parameters.Rehearsal = true
	folder := filepath.Join(dir, "tax")
	if _, err := node.Found(folder, o); err != nil {
		t.Fatal(err)
	}
	return running(t, folder, phrase, o)
}

// running starts an office's node and waits until it answers.
func running(t *testing.T, folder, phrase string, o node.AgencyOptions) *office {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(self, "run", "--with-parent", folder)
	if _, err := run.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	run.Stderr = t.Output()
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	a := &office{t: t, folder: folder, phrase: phrase}
	for i := range o.Admins {
		a.admins[i] = o.Admins[i].Official.String()
	}
	wait(t, "the node to answer", func() bool {
		select {
		case err := <-ended:
			t.Fatalf("the node ended: %v", err)
		default:
		}
		a.client, err = control.Dial(t.Context(), folder)
		return err == nil
	})
	t.Cleanup(func() {
		_ = a.client.Stop(context.Background())
		a.client.Close()
		<-ended
	})
	return a
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit.C:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// command runs an admin command as a script would.
func (a *office) command(words ...string) (out, said string, err error) {
	a.t.Helper()
	self, err := os.Executable()
	if err != nil {
		a.t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	c := exec.Command(self, append([]string{"admin"}, words...)...)
	c.Stdout, c.Stderr = &stdout, &stderr
	err = c.Run()
	return stdout.String(), stderr.String(), err
}

// by is a command signed by the first or the second admin; at is where the
// folder goes.
func (a *office) by(admin int, words ...string) (out, said string, err error) {
	a.t.Helper()
	at := 1
	if words[0] == "publish" {
		at = 2
	}
	all := append(append(append([]string{}, words[:at]...), a.folder), words[at:]...)
	return a.command(append(all, "--as", a.admins[admin][:12], "--passphrase-file", a.phrase, "--yes")...)
}

// must is by, for a command that has to succeed and to say all of the words.
func (a *office) must(admin int, says []string, words ...string) (out, said string) {
	a.t.Helper()
	out, said, err := a.by(admin, words...)
	if err != nil {
		a.t.Fatalf("%v: %v: %s%s", words, err, out, said)
	}
	for _, s := range says {
		if !strings.Contains(out+said, s) {
			a.t.Fatalf("%v does not say %q: %s%s", words, s, out, said)
		}
	}
	return out, said
}

// refused is by, for a command that has to fail and to say why.
func (a *office) refused(admin int, why string, words ...string) {
	a.t.Helper()
	out, said, err := a.by(admin, words...)
	var failed *exec.ExitError
	if !errors.As(err, &failed) || !strings.Contains(said, why) {
		a.t.Fatalf("%v: %v, and not %q: %s%s", words, err, why, out, said)
	}
}

var secondNumber = regexp.MustCompile(`admin second FOLDER ([0-9a-f]+)`)

// bothSign has the first admin propose and the second one second.
func (a *office) bothSign(says []string, words ...string) {
	a.t.Helper()
	_, said := a.must(0, says, words...)
	found := secondNumber.FindStringSubmatch(said)
	if found == nil {
		a.t.Fatalf("%v says no number to second: %s", words, said)
	}
	a.must(1, append([]string{"You second what Nora Lindqvist proposed"}, says...), "second", found[1])
}

// state is how `admin people --json` has an official.
func (a *office) state(name string) desk.PersonState {
	a.t.Helper()
	out, _ := a.must(0, nil, "people", "--json")
	var rows []desk.PersonRow
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		a.t.Fatalf("%v: %s", err, out)
	}
	for _, r := range rows {
		if r.Person.Name == name {
			return r.State
		}
	}
	return ""
}

func TestAdminLooksAfterPeopleAndKeys(t *testing.T) {
	t.Parallel()
	a := founded(t)
	wait(t, "the admins' cards", func() bool {
		out, _ := a.must(0, nil, "people")
		return strings.Contains(out, "Nora Lindqvist") && strings.Contains(out, "Jan Meyer")
	})
	a.bothSign([]string{"Hélène Arnaud, Disclosure officer", "approver"}, "enrol", "Hélène Arnaud", "--title", "Disclosure officer", "--roles", "approver", "--new-passphrase-file", a.phrase)
	if s := a.state("Hélène Arnaud"); s != desk.PersonInUse {
		t.Fatalf("her key is %q", s)
	}
	a.must(0, []string{"Nothing waits for a second admin"}, "second")
	a.refused(0, "admin-cannot-decide. An admin never decides", "enrol", "Somebody", "--roles", "admin,approver", "--new-passphrase-file", a.phrase)
	a.refused(0, `"chief" is none of requester`, "enrol", "Somebody", "--roles", "chief", "--new-passphrase-file", a.phrase)

	a.must(1, []string{"The key of Hélène Arnaud", "signs nothing from now on"}, "suspend", "hélène arnaud")
	if s := a.state("Hélène Arnaud"); s != desk.PersonSuspended {
		t.Fatalf("her key is %q", s)
	}
	a.bothSign([]string{"which is suspended, may sign again"}, "restore", "Hélène Arnaud")
	a.bothSign([]string{"ends for good. Reason: key-compromise", "It is suspect since"}, "revoke", "Hélène Arnaud", "--reason", "key-compromise", "--since", time.Now().Add(-time.Hour).Format("2006-01-02 15:04"))
	if s := a.state("Hélène Arnaud"); s != desk.PersonRevoked {
		t.Fatalf("her key is %q", s)
	}
	a.refused(0, "no official of your agency", "suspend", "Nobody")
	a.refused(0, "--reason", "revoke", "Jan Meyer", "--reason", "because")

	a.must(0, []string{"You change to a new key"}, "rotate", "--overlap", "1d")
	a.must(0, []string{"in-use"}, "people") // with the new key, which lies beside the old one
	if keys, err := filepath.Glob(filepath.Join(a.folder, node.KeysFolder, "*")); err != nil || len(keys) != 4 {
		t.Errorf("%d key files: %v", len(keys), err)
	}
}

func TestAdminSignsOnlyWhatIsAgreed(t *testing.T) {
	t.Parallel()
	a := founded(t)
	before, err := a.client.CountEntries(t.Context(), ledger.KindSuspendKey.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		why  string
		args []string
	}{
		{"who signs has to be said", "say with --as who signs", []string{"suspend", a.folder, a.admins[1], "--passphrase-file", a.phrase, "--yes"}},
		{"without a terminal there is no consent", "run the same with --yes", []string{"suspend", a.folder, a.admins[1], "--as", a.admins[0], "--passphrase-file", a.phrase}},
		{"without a terminal nothing is asked", "no terminal to ask for the passphrase", []string{"suspend", a.folder, a.admins[1], "--as", a.admins[0]}},
		{"no node runs there", "no profile here", []string{"people", filepath.Dir(a.folder), "--as", a.admins[0]}},
	} {
		if out, said, err := a.command(c.args...); err == nil || !strings.Contains(said, c.why) {
			t.Errorf("%s: %v: %s%s", c.name, err, out, said)
		}
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte(everybodys), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, said, err := a.command("people", a.folder, "--as", a.admins[0], "--passphrase-file", open); err == nil || !strings.Contains(said, "chmod 600") {
		t.Errorf("a file that others may read: %v: %s", err, said)
	}
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("another one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said, err := a.command("people", a.folder, "--as", a.admins[0], "--passphrase-file", wrong); err == nil || !strings.Contains(said, "wrong passphrase\nNothing was signed") {
		t.Errorf("a wrong passphrase: %v: %s", err, said)
	}
	if after, err := a.client.CountEntries(t.Context(), ledger.KindSuspendKey.String()); err != nil || after != before {
		t.Errorf("%d keys were suspended: %v", after-before, err)
	}
}
