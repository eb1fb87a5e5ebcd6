package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// shell runs commands as a person at a terminal would, in a folder of its own.
type shell struct {
	t       *testing.T
	program string
	dir     string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	s := &shell{t: t, program: program(t), dir: t.TempDir()}
	s.write("phrases", "valmarine harbour\nvalmarine lighthouse\n")
	return s
}

func (s *shell) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shell) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// patience bounds a command; two keys of the usual cost are made in some.
const patience = 2 * time.Minute

func (s *shell) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.program, args...)
	cmd.Dir = s.dir
	return cmd
}

// run runs a command to its end and returns what it printed.
func (s *shell) run(args ...string) (stdout, stderr string, ok bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	cmd := s.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if ctx.Err() != nil {
		s.t.Fatalf("%v does not end: %s", args, errs.String())
	}
	return out.String(), errs.String(), err == nil
}

// must runs a command that has to succeed.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	out, errs, ok := s.run(args...)
	if !ok {
		s.t.Fatalf("%v: %s", args, errs)
	}
	return out
}

// refused runs a command that has to fail and say each of the words.
func (s *shell) refused(words string, args ...string) {
	s.t.Helper()
	_, errs, ok := s.run(args...)
	if ok {
		s.t.Errorf("%v: it succeeded", args)
	}
	for _, word := range strings.Split(words, "|") {
		if !strings.Contains(errs, word) {
			s.t.Errorf("%v says %q, not %q", args, errs, word)
		}
	}
}

// started is a command that runs beside the test.
type started struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	errs *bufio.Reader
	done chan error
}

// start starts a command whose standard output goes to a file.
func (s *shell) start(to string, args ...string) *started {
	s.t.Helper()
	r := &started{cmd: s.command(s.t.Context(), args...), done: make(chan error, 1)}
	out, err := os.Create(s.path(to))
	if err != nil {
		s.t.Fatal(err)
	}
	r.cmd.Stdout = out
	if r.in, err = r.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	pipe, err := r.cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	r.errs = bufio.NewReader(pipe)
	if err := r.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		_ = out.Close()
	})
	return r
}

// words reads what a command says up to its question, and returns the six words.
func (s *shell) words(r *started) string {
	s.t.Helper()
	type said struct {
		text string
		err  error
	}
	got := make(chan said, 1)
	go func() {
		var all string
		for {
			line, err := r.errs.ReadString('?')
			if all += line; err != nil || strings.Contains(line, "telephone") {
				got <- said{all, err}
				return
			}
		}
	}()
	select {
	case g := <-got:
		if g.err != nil {
			s.t.Fatalf("no question: %v, after %q", g.err, g.text)
		}
		for line := range strings.Lines(g.text) {
			if words := strings.Fields(line); len(words) == 6 && strings.HasPrefix(line, "    ") {
				return strings.Join(words, " ")
			}
		}
		s.t.Fatalf("no six words in %q", g.text)
	case <-time.After(patience):
		s.t.Fatal("no question is asked")
	}
	return ""
}

// answer answers a question and waits for the command's end.
func (s *shell) answer(r *started, text string) error {
	s.t.Helper()
	if _, err := io.WriteString(r.in, text+"\n"); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, r.errs) // the rest, so that nothing blocks
		r.done <- r.cmd.Wait()
	}()
	select {
	case err := <-r.done:
		return err
	case <-time.After(patience):
		s.t.Fatal("the command does not end")
		return nil
	}
}

// profile founds a rehearsal of the Tax Service in a folder: its keys are made quickly.
func (s *shell) profile(folder string) {
	s.t.Helper()
	o := node.AgencyOptions{Agency: "tax", Title: "Tax Service", Keeper: true, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, WorkFactor: 10,
		Parameters: ledger.DefaultParameters()}
	o.Parameters.Rehearsal = true
	for i := range o.Admins {
		o.Admins[i] = node.AdminOptions{Passphrase: "valmarine harbour", Card: vault.Card{Name: fmt.Sprint("Admin ", i+1)}}
	}
	if _, err := node.Found(s.path(folder), o); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shell) runs(folder string) {
	s.t.Helper()
	r := s.start(folder+".out", "run", folder)
	go func() { _, _ = io.Copy(io.Discard, r.errs) }() // a pipe that nobody reads would hold the node up once it is full
	wait(s.t, "the node on "+folder+" to answer", func() bool {
		_, _, ok := s.run("status", folder)
		return ok
	})
}

// invitation waits for an invitation in the file of that name, and returns it.
func (s *shell) invitation() (b []byte) {
	s.t.Helper()
	wait(s.t, "an invitation in its file", func() bool {
		b, _ = os.ReadFile(s.path("invitation"))
		return bytes.HasSuffix(b, []byte("\n"))
	})
	return b
}

// What the README says about a network of one's own, word for word.
func TestFoundInviteAndJoinAsTheReadmeSays(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("init", "tax", "--agency", "tax", "--title", "Tax Service", "--admins", "N. Lindqvist,J. Meyer",
		"--passphrase-file", "phrases", "--listen", "/ip4/127.0.0.1/tcp/0")
	s.runs("tax")

	invite := s.start("invitation", "invite", "tax")
	if b := s.invitation(); bytes.Count(b, []byte("\n")) != 1 {
		t.Fatalf("the file of the invitation has more than a line: %s", b)
	}
	join := s.start("join.out", "join", "police", "invitation", "--agency", "police", "--title", "Police",
		"--passphrase-file", "phrases", "--listen", "/ip4/127.0.0.1/tcp/0")
	guest := s.words(join)
	if host := s.words(invite); host != guest {
		t.Fatalf("the host reads %q, the guest %q", host, guest)
	}
	if _, err := os.Stat(s.path("police")); err == nil {
		t.Error("something is written before both sides have confirmed")
	}
	if err := s.answer(invite, "yes"); err != nil {
		t.Error("invite:", err)
	}
	if err := s.answer(join, "yes"); err != nil {
		t.Error("join:", err)
	}
	s.runs("police")

	var status node.Status
	if err := json.Unmarshal([]byte(s.must("status", "police", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	if status.Profile.Agency != "police" || status.Keeper {
		t.Errorf("status: %+v", status.Profile)
	}
	if out := s.must("verify", "tax"); !strings.Contains(out, "Everything checks") {
		t.Error(out)
	}
	entriesAreListed(t, s)
	s.must("stop", "police")
	s.must("stop", "tax")
}

// entriesAreListed lists and searches the record of a network of two agencies.
func entriesAreListed(t *testing.T, s *shell) {
	t.Helper()
	all := strings.Split(strings.TrimSpace(s.must("entries", "tax")), "\n")
	if len(all) < 2 || !strings.Contains(s.must("entries", "tax", "sheet", "TAX"), "sheet") {
		t.Errorf("entries: %q", all)
	}
	var last struct{ ID, Kind, Agency string }
	if err := json.Unmarshal([]byte(strings.SplitN(s.must("entries", "tax", "--json", "--limit", "1"), "\n", 2)[0]), &last); err != nil || len(last.ID) != 64 || last.Agency == "" {
		t.Errorf("an entry as JSON: %+v, %v", last, err)
	}
	if out := s.must("entries", "tax", last.ID[:8]); strings.Count(out, "\n") != 1 || !strings.Contains(out, strings.ToUpper(last.ID[:8])+"  "+last.Kind) {
		t.Errorf("by its number: %q", out)
	}
	for _, none := range [][]string{{"nobody"}, {"--to", "2020-01-01"}, {"--only", "refused"}, {"--only", "members", "tax"}, {"sheet", "police"}} {
		if out := s.must(append([]string{"entries", "tax"}, none...)...); out != "Nothing on the record fits.\n" {
			t.Errorf("%v: %q", none, out)
		}
	}
	s.refused("it is decisions, receipts", "entries", "tax", "--only", "blocks")
	s.refused("a day such as", "entries", "tax", "--from", "yesterday")
	s.refused("--from is after --to", "entries", "tax", "--from", "2026-06-02", "--to", "2026-06-01")
	s.refused("at least 1", "entries", "tax", "--limit", "0")
}

// A guest whose words are not the host's is sent away, and nothing is written.
func TestWordsThatDifferWriteNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.profile("tax")
	s.runs("tax")
	invite := s.start("invitation", "invite", "tax", "--node", "desk-1")
	s.invitation()
	join := s.start("join.out", "join", "desk", "invitation", "--listen", "/ip4/127.0.0.1/tcp/0")
	s.words(join)
	s.words(invite)
	if s.answer(join, "no") == nil || s.answer(invite, "no") == nil {
		t.Error("one of them went on")
	}
	if _, err := os.Stat(s.path("desk")); err == nil {
		t.Error("a profile was written")
	}
}

// Whatever is wrong with a command is said in words, and nothing is changed.
func TestBadInputIsSaidPlainly(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.write("short", "a\nb\n")
	s.write("one", "valmarine harbour\n")
	founding := []string{"init", "other", "--agency", "tax", "--title", "Tax Service"}
	s.refused("at least 12 characters", append(founding, "--passphrase-file", "short")...)
	s.refused("two lines are needed", append(founding, "--passphrase-file", "one")...)
	s.write("open", "valmarine harbour\nvalmarine lighthouse\n")
	if err := os.Chmod(s.path("open"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.refused("others may read it|chmod 600", append(founding, "--passphrase-file", "open")...)
	s.refused("two names are needed", append(founding, "--passphrase-file", "phrases", "--admins", "N. Lindqvist")...)
	s.refused("no terminal", founding...)
	s.refused("--agency", "init", "other", "--agency", "Tax Service", "--title", "Tax", "--passphrase-file", "phrases")
	s.refused("--title", "init", "other", "--agency", "tax", "--title", "Tax\u202eService", "--passphrase-file", "phrases")
	for _, command := range [][]string{{"status", "other"}, {"verify", "other"}, {"run", "other"}, {"stop", "other"}, {"invite", "other"}, {"connect", "other", "A", "b", "c"},
		{"disconnect", "other", "A"}, {"entries", "other"}} {
		s.refused("no profile here|countersignd init", command...)
	}
	if _, err := os.Stat(s.path("other")); err == nil {
		t.Error("a refused command left a folder")
	}

	s.profile("tax")
	s.runs("tax")
	s.refused("holds a profile already|Nothing was changed", "init", "tax", "--agency", "tax", "--title", "Tax")
	s.refused("Another process holds this folder", "run", "tax")
	s.refused("--valid", "invite", "tax", "--valid", "-3h")
	s.refused("choose another code|No invitation", "invite", "tax", "--node", "office")
	s.refused("1 to 32 letters", "invite", "tax", "--node", "desk 1")

	s.write("income.csv", "person,income\nP-1,41280\n")
	s.refused("offers no such data set|Nothing was connected", "connect", "tax", "TAX-INC-04", "income.csv", "person")
	s.refused("1 to 32 letters", "connect", "tax", "TAX INC", "income.csv", "person")
	s.refused("no file is connected with this data set|Nothing was changed", "disconnect", "tax", "TAX-INC-04")

	s.write("torn", "countersign-invite-1:RsRQ7WWnJ4FVbgFuBPlysslE4QU")
	s.write("letter", "Dear colleagues,")
	for _, file := range []string{"torn", "letter"} {
		s.refused("not an invitation to Countersign, or part of it is missing", "join", "police", file, "--agency", "police", "--title", "Police")
	}
	s.refused("no such file", "join", "police", "missing", "--agency", "police", "--title", "Police")
	s.refused("holds a profile already", "join", "tax", "torn", "--agency", "police", "--title", "Police")
	if _, err := os.Stat(s.path("police")); err == nil {
		t.Error("a refused join left a folder")
	}
	s.must("stop", "tax")
	s.refused("no node is running", "status", "tax")
}

// FAULTS 7: every file of a profile, cut off or gone, is named with what is safe
// and what to do; what can be made again is.
func TestDamagedFolderSaysWhichFileAndWhatToDo(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for file, words := range map[string]string{
		"profile.json":  "profile.json|damaged or missing|put it back from a copy",
		"founding.cbor": "founding.cbor|damaged or missing|put it back from a copy",
		"node.key":      "node.key|damaged or missing|put it back from a copy",
	} {
		folder := strings.TrimSuffix(file, filepath.Ext(file))
		s.profile(folder)
		path := s.path(filepath.Join(folder, file))
		if err := os.Truncate(path, 40); err != nil {
			t.Fatal(err)
		}
		s.refused(words, "run", folder)
		if file == "profile.json" {
			continue // without it the folder holds no node
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		s.refused(words, "run", folder)
	}
}

// FAULTS 4: a keeper whose record of its last signature is torn signs nothing, says
// so, and signs again once an admin has decided.
func TestKeeperSignsAgainWhenItsAdminSaysSo(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.profile("tax")
	if err := os.Truncate(s.path("tax/keeper.state"), 100); err != nil {
		t.Fatal(err)
	}
	s.runs("tax")
	status := func() (out node.Status) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.must("status", "tax", "--json")), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if st := status(); st.Height != 0 || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], "resume-voting") {
		t.Fatalf("block %d, problems %q", st.Height, st.Problems)
	}
	if no := s.start("no", "resume-voting", "tax"); s.answer(no, "no") == nil || status().Height != 0 {
		t.Error("it went on without a yes")
	}
	if err := s.answer(s.start("yes", "resume-voting", "tax"), "yes"); err != nil {
		t.Fatal(err)
	}
	wait(t, "the admins' cards to be final", func() bool { return status().Log.Size >= 2 })
	if st := status(); len(st.Problems) != 0 {
		t.Error("problems:", st.Problems)
	}
	if err := s.answer(s.start("again", "resume-voting", "tax"), "yes"); err == nil {
		t.Error("a keeper that signs was let sign")
	}
	s.must("stop", "tax")
}
