package desk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

// files are the names of an official's own files below a state folder.
func (a *agency) files(t *testing.T, official ledger.OfficialID) (out []string) {
	t.Helper()
	own := "desk-" + official.String()
	err := filepath.WalkDir(a.folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, own) {
			out = append(out, filepath.Base(path))
		}
		return err
	})
	a.city.must(err)
	return out
}

func named(files []string, suffix string) (n int) {
	for _, f := range files {
		if strings.HasSuffix(f, suffix) {
			n++
		}
	}
	return n
}

// What a desk has read stays nowhere on it: not in memory, in a draft, in a search,
// in a case file or among the acts that were signed, whether its official was there
// when the order came or comes back later.
func TestErasureReachesWhatDesksKeep(t *testing.T) {
	for _, there := range []bool{true, false} {
		t.Run(map[bool]string{true: "unlocked", false: "locked"}[there], func(t *testing.T) {
			v := newValmarine(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			v.police.enrol("Sofia Brandt", "", "", ledger.RoleDPO)
			vidal := v.police.people["Marco Vidal"]
			emptied, err := v.vidal.NewCase("SC-2026-0931", "The yellow house")
			v.must(err)
			mixed, err := v.vidal.NewCase("SC-2026-0932", "Two houses")
			v.must(err)
			fresh, err := v.vidal.NewCase("SC-2026-0933", "No house yet")
			v.must(err)
			id, other := v.askIn(emptied.ID, "SC-2026-0931"), v.askIn(mixed.ID, "SC-2026-0932")
			placed := v.askIn("", "SC-2026-0932")
			v.must(v.vidal.PutInCase(ctx, placed, mixed.ID))
			equal(t, "case files before", len(v.cases(v.vidal)), 3)
			copied, kept := v.question(), v.question()
			copied.Copied, kept.Copied = id, other
			for _, ask := range []desk.Ask{copied, kept} {
				_, err := v.vidal.SaveDraft("", ask)
				v.must(err)
			}
			for _, r := range []ledger.EntryID{id, placed} { // signed and never awaited: kept to be signed again
				page, err := v.vidal.Prepare(ctx, desk.Act{Kind: desk.ActWithdraw, Request: r})
				v.must(err)
				_, err = v.vidal.SignUnlocked(ctx, page)
				v.must(err)
			}
			equal(t, "letter before", v.letter(v.vidal, id).LetterState, desk.LetterOpen)

			changes := v.vidal.Changes(ctx)
			if !there {
				v.vidal.Lock()
			}
			for _, r := range []ledger.EntryID{id, placed} {
				v.sign(v.police.desk("Sofia Brandt"), desk.Act{Kind: desk.ActErase, Request: r, Code: "no-longer-needed"})
			}
			if there {
				for told := map[ledger.EntryID]bool{}; !told[id] || !told[placed]; {
					for _, r := range (<-changes).Requests {
						told[r] = true
					}
				}
			} else {
				v.must(v.vidal.Unlock(ctx, vidal, passphrase))
			}

			files := v.police.files(t, vidal)
			equal(t, "acts that were signed", named(files, "signed.sealed"), 0)
			equal(t, "drafts", named(files, ".draft"), 1)
			equal(t, "left over", named(files, ".old"), 0)
			drafts, err := v.vidal.Drafts()
			v.must(err)
			equal(t, "the draft that stays", drafts[0].Ask.Copied, other)
			if _, err := v.vidal.SaveDraft("", copied); !errors.Is(err, desk.ErrErased) {
				t.Errorf("what was copied is kept again: %v", err)
			}
			if _, err := v.vidal.Prepare(ctx, desk.Act{Kind: desk.ActAsk, Ask: &copied}); !errors.Is(err, desk.ErrErased) {
				t.Errorf("what was copied can be signed: %v", err)
			}
			var left []string
			for _, c := range v.cases(v.vidal) {
				left = append(left, c.Number)
				if c.ID == mixed.ID {
					equal(t, "parts of the mixed case file", len(c.Parts), 1)
				}
			}
			equal(t, "case files", len(left), 2)
			for _, number := range []string{mixed.Number, fresh.Number} {
				if !strings.Contains(strings.Join(left, " "), number) {
					t.Errorf("case file %s is gone", number)
				}
			}
			l := v.letter(v.vidal, id)
			equal(t, "letter", l.LetterState, desk.LetterErased)
			equal(t, "case", l.Row.Case+l.Row.CaseFile+l.Note, "")
			equal(t, "the other request's letter", v.letter(v.vidal, other).LetterState, desk.LetterOpen)
			equal(t, "the provider's copy", v.letter(v.arnaud, id).LetterState, desk.LetterOpen)
		})
	}
}

// A search knew what the letter says, and knows it no longer; it does not count it
// among the letters that are still to be looked into.
func TestSearchForgetsWhatIsErased(t *testing.T) {
	v := newValmarine(t)
	id, other := v.ask(), v.askFor(func(a *desk.Ask) { a.Case = "VM-2026-0999" })
	for _, r := range []ledger.EntryID{id, other} {
		v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: r, Code: "excessive", Reason: "Too much"})
	}
	found := func(text string, want int) {
		t.Helper()
		deadline := time.Now().Add(10 * time.Second)
		for {
			f := v.find(v.arnaud, desk.Query{Text: text})
			if f.Unopened == 0 {
				equal(t, text, len(f.Decided), want)
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d letters were never looked into", f.Unopened)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	found("0417", 1)
	found("0999", 1)
	v.sign(v.bauer, desk.Act{Kind: desk.ActErase, Request: other, Code: "data-subject-request"})
	found("0999", 0)
	found("0417", 1)
}

// The one who may is a data protection officer of a party, once it rests; the other
// party finds it unread again, and reads who erased what and why.
func TestErasureIsOpenToADataProtectionOfficerAtRest(t *testing.T) {
	v := newValmarine(t)
	id := v.ask()
	equal(t, "while it waits", v.letter(v.bauer, id).Can.Erase, ledger.WrongState)
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "Too much"})
	for who, want := range map[*desk.Desk]ledger.Refusal{v.bauer: ledger.Accepted, v.arnaud: desk.Hidden, v.vidal: desk.Hidden} {
		equal(t, "at rest", v.letter(who, id).Can.Erase, want)
	}
	unread := func(want bool) {
		t.Helper()
		rows, _, err := v.vidal.Mine(context.Background(), nil)
		v.must(err)
		equal(t, "unread", rows[0].Unread, want)
	}
	unread(false)
	v.mu.Lock()
	v.now = v.now.Add(time.Hour)
	v.mu.Unlock()
	page, err := v.bauer.Prepare(context.Background(), desk.Act{Kind: desk.ActErase, Request: id, Code: "sent-in-error"})
	v.must(err)
	equal(t, "case on the page", page.Case, v.question().Case)
	v.sign(v.bauer, desk.Act{Kind: desk.ActErase, Request: id, Code: "sent-in-error"})
	unread(true)
	l := v.letter(v.vidal, id)
	x := l.Erasures[0]
	equal(t, "by whom", x.Title+", "+x.Who.Name, "Tax Service, Ingrid Bauer")
	equal(t, "whose and why", [2]any{x.Ours, x.Code}, [2]any{false, ledger.Code("sent-in-error")})
	last := l.History[len(l.History)-1]
	equal(t, "in the history", [3]any{last.Kind, last.Code, last.Agency}, [3]any{ledger.KindErase, ledger.Code("sent-in-error"), ledger.AgencyID("tax")})
	equal(t, "again", v.letter(v.bauer, id).Can.Erase, ledger.AlreadyDecided)
	if _, err := v.bauer.Prepare(context.Background(), desk.Act{Kind: desk.ActErase, Request: id, Code: "because"}); !errors.Is(err, ledger.ErrBadForm) {
		t.Errorf("a reason that is none: %v", err)
	}
}

// Letters whose retention is over are shown as what they are, not as missing.
func TestLettersPastTheirRetentionAreErased(t *testing.T) {
	v := newValmarine(t)
	id := v.ask()
	v.sign(v.okafor, desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "Too much"})
	v.mu.Lock()
	v.now = v.now.Add(6 * 365 * 24 * time.Hour)
	v.mu.Unlock()
	l := v.letter(v.arnaud, id)
	equal(t, "letter", l.LetterState, desk.LetterErased)
	equal(t, "ordered by nobody", len(l.Erasures), 0)
}

// A request is found by the beginning of its number, as Evidence shows it.
func TestRequestIsFoundByItsNumber(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	for _, number := range []string{desk.CheckCode(id), id.String(), id.Short()} {
		for _, d := range []*desk.Desk{v.arnaud, v.vidal} {
			got, err := d.FindRequest(ctx, number)
			v.must(err)
			equal(t, number, got, id)
		}
	}
	for _, number := range []string{"", "12", "zzzzzzzz", strings.Repeat("0", 64)} {
		if _, err := v.arnaud.FindRequest(ctx, number); !errors.Is(err, desk.ErrNoRequest) {
			t.Errorf("%q: %v", number, err)
		}
	}
}
