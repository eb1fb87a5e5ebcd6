package desk_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
)

// Drafts are sealed for their writer and survive a lock.
func TestDraftsAreSealedAndSurviveALock(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	ask := v.question()
	dr, err := v.vidal.SaveDraft("", ask)
	v.must(err)
	ask.Note = "third inquiry"
	_, err = v.vidal.SaveDraft(dr.ID, ask)
	v.must(err)
	v.vidal.Lock()
	v.must(filepath.WalkDir(v.police.folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(ask.Subjects[0])) || bytes.Contains(b, []byte(ask.Case)) {
			t.Errorf("%s holds what nobody should read", filepath.Base(path))
		}
		return err
	}))
	v.must(v.vidal.Unlock(ctx, v.police.people["Marco Vidal"], passphrase))
	list, err := v.vidal.Drafts()
	v.must(err)
	equal(t, "drafts", len(list), 1)
	equal(t, "ask", list[0].Ask, ask)
	v.must(v.vidal.DiscardDraft(dr.ID))
	list, err = v.vidal.Drafts()
	v.must(err)
	equal(t, "drafts", len(list), 0)
	if _, err := v.vidal.SaveDraft("../../escape", ask); err == nil {
		t.Error("a draft's number named another file")
	}
}

// What was read stays read after a lock.
func TestMarksSurviveALock(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	v.letter(v.arnaud, id)
	v.arnaud.Lock()
	v.must(v.arnaud.Unlock(ctx, v.arnaudID, passphrase))
	inbox, err := v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "unread", inbox.ToSign[0].Unread, false)
	inbox, err = v.okafor.Inbox(ctx)
	v.must(err)
	equal(t, "unread for him", inbox.ToSign[0].Unread, true)
}

// What is marked unread stays so while its letter is open, over a lock and a restart,
// until another letter has been read and it is read again.
func TestWhatIsMarkedUnreadStaysUnread(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	first, second := v.ask(), v.ask()
	v.letter(v.arnaud, first)
	v.letter(v.arnaud, second)
	unread := func(what string, want ...ledger.EntryID) {
		t.Helper()
		if got := v.find(v.arnaud, desk.Query{Unread: true}).ToSign; !slices.Equal(got, want) {
			t.Errorf("%s: %v is unread, want %v", what, got, want)
		}
	}
	unread("both read")
	v.must(v.arnaud.MarkRead(ctx, first, false))
	unread("marked unread", first)
	equal(t, "its letter, still open", v.letter(v.arnaud, first).Row.Unread, true)
	unread("its letter was read anew", first)
	v.arnaud.Lock()
	v.must(v.arnaud.Unlock(ctx, v.arnaudID, passphrase))
	v.letter(v.arnaud, first) // the first of the list opens by itself
	unread("after a restart", first)
	v.letter(v.arnaud, second)
	unread("another was read", first)
	equal(t, "read again", v.letter(v.arnaud, first).Row.Unread, false)
	unread("read again")

	v.must(v.arnaud.MarkRead(ctx, first, false))
	v.must(v.arnaud.MarkRead(ctx, first, true))
	unread("taken back")
	v.letter(v.arnaud, first)
	unread("read as usual")
	if err := v.arnaud.MarkRead(ctx, ledger.EntryID{1}, false); !errors.Is(err, ledger.UnknownRequest) {
		t.Errorf("a request that there is not: %v", err)
	}
}

// "2 valid, 3 need a look": a list of subjects is checked on this computer.
func TestSubjectsAreReadFromAList(t *testing.T) {
	s, err := desk.ReadSubjects(strings.NewReader("\ufeffnumber;name\r\n1850;Ada\r\n;x\r\n1850;again\r\n27\u202e31;y\r\n2204;Bo\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "header", s.Header, "number")
	equal(t, "valid", s.Valid, []string{"1850", "2204"})
	equal(t, "doubts", s.Doubts, []desk.SubjectDoubt{{Line: 3, Code: desk.CodeMissing},
		{Line: 4, Value: "1850", Code: desk.CodeTwice}, {Line: 5, Value: "27\u202e31", Code: desk.CodeBadText}})
	for _, bad := range []string{"", "\x00\x01", "title\n"} {
		if _, err := desk.ReadSubjects(strings.NewReader(bad)); !errors.Is(err, desk.ErrNoList) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Letters that take long do not hold up the inbox: they follow as a change.
func TestInboxDoesNotWaitForLetters(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	id := v.ask()
	changes := v.arnaud.Changes(ctx)
	v.tax.node.slow(true)
	inbox, err := v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "rows", len(inbox.ToSign), 1)
	equal(t, "case", inbox.ToSign[0].Case, "")
	v.tax.node.slow(false)
	v.opensMeanwhile(t, changes, id)
}

// A letter that nobody has at first is asked for again without anybody doing anything.
func TestInboxAsksAgainForALetterThatWasAway(t *testing.T) {
	v := newValmarine(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	id := v.ask()
	part := v.view().Request(id).Letter.Commitment
	changes := v.arnaud.Changes(ctx)
	v.tax.node.lose(part, true)
	inbox, err := v.arnaud.Inbox(ctx)
	v.must(err)
	equal(t, "case", inbox.ToSign[0].Case, "")
	v.tax.node.lose(part, false)
	v.opensMeanwhile(t, changes, id)
}

// opensMeanwhile waits until a letter has been opened without being asked for.
func (v *valmarine) opensMeanwhile(t *testing.T, changes <-chan desk.Change, id ledger.EntryID) {
	t.Helper()
	c := <-changes
	for len(c.Requests) == 0 { // cards opened meanwhile are a change of people
		c = <-changes
	}
	equal(t, "opened meanwhile", c.Requests, []ledger.EntryID{id})
	inbox, err := v.arnaud.Inbox(context.Background())
	v.must(err)
	equal(t, "case", inbox.ToSign[0].Case, "VM-2026-0417")
}

// The page for unlocking knows who was here, and whose key the record does not name.
func TestUnlockPageNamesWhoWasHere(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	_, err := v.tax.desk("admin1").NewEnrolment(ctx, "Amina Cissé", "Clerk", "", []ledger.RoleGrant{{Role: ledger.RoleRequester}}, passphrase, 0)
	v.must(err)
	files, err := v.arnaud.Identities()
	v.must(err)
	enrolled := 0
	for _, f := range files {
		if f.Enrolled {
			enrolled++
		}
		if f.Official == v.arnaudID {
			equal(t, "name", f.Name+", "+f.Title, "Hélène Arnaud, Disclosure officer")
		}
	}
	equal(t, "files", [2]int{len(files), enrolled}, [2]int{6, 5})
}

// In an emergency the first approval lets the data leave; another signature is
// still due, and the release made meanwhile stays readable.
func TestEmergencyReleaseIsConfirmedLater(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	ds := v.view().Dataset(v.dataset).Dataset
	ds.Policy.Emergency = true
	p, err := v.tax.desk("admin1").DatasetProposal(ds, desk.Sheet{})
	v.must(err)
	v.dataset = v.tax.proposeAndSecond(p)
	a := v.question()
	a.Emergency = true
	id := v.sign(v.vidal, desk.Act{Kind: desk.ActAsk, Ask: &a}).ID
	equal(t, "last needed", v.letter(v.arnaud, id).LastNeeded, true)
	v.sign(v.arnaud, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band", "employer_id"}})
	v.tax.release(id, "income_band,employer_id\nD,512\n", nil)
	l := v.letter(v.okafor, id)
	equal(t, "still due", l.Can.Approve, ledger.Accepted)
	equal(t, "may sign", len(l.MaySign), 2)
	v.sign(v.okafor, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})
	table, err := v.vidal.OpenReceived(ctx, id)
	v.must(err)
	equal(t, "columns", len(table.Columns), 2)
}
