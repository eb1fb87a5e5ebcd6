package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// The official's laptop is stolen: two admins revoke the key, the agency's next
// identity goes to those who stay, and the decision since then is annulled.
func TestRevocationOpensTheNextEpochForThoseWhoStay(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	since := ledger.TimeOf(v.now)
	v.sign(v.arnaud, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})

	admin, second := v.tax.desk("admin1"), v.tax.desk("admin2")
	since = min(since, ledger.TimeOf(v.now))
	list, err := admin.DecisionsSince(ctx, v.arnaudID, since)
	v.must(err)
	equal(t, "decisions since", len(list), 1)
	p, err := admin.RevokeProposal(ctx, v.arnaudID, "key-compromise", since)
	v.must(err)
	proposal := v.sign(admin, desk.Act{Kind: desk.ActPropose, Propose: p}).ID
	inbox, err := second.Inbox(ctx)
	v.must(err)
	equal(t, "proposals", len(inbox.Proposals), 1)
	equal(t, "act", inbox.Proposals[0].Act, "revoke-key")
	equal(t, "whom", inbox.Proposals[0].What, "Hélène Arnaud")
	equal(t, "mine", inbox.Proposals[0].Mine, false)
	people, err := admin.People(ctx)
	v.must(err)
	for _, row := range people {
		if row.Person.ID == v.arnaudID {
			equal(t, "proposal about her", row.Proposal, proposal)
		}
	}
	page, err := second.Prepare(ctx, desk.Act{Kind: desk.ActSecond, Target: proposal})
	v.must(err)
	equal(t, "page", [3]string{page.Admin.Act, page.Admin.Whom.Name, page.Admin.By.Name}, [3]string{"revoke-key", "Hélène Arnaud", inbox.Proposals[0].By.Name})
	v.sign(second, page.Act)
	equal(t, "epoch", v.view().CurrentEpoch("tax").Number, uint32(1))

	// She can read nothing that is sealed from now on, and sign nothing.
	later := v.ask()
	equal(t, "her letter", v.letter(v.arnaud, later).LetterState, desk.LetterNotYours)
	equal(t, "his letter", v.letter(v.okafor, later).LetterState, desk.LetterOpen)
	equal(t, "her key", v.letter(v.arnaud, id).Can.Refuse, ledger.KeyNotActive)

	suspects, err := v.okafor.Suspects(ctx)
	v.must(err)
	equal(t, "suspects", len(suspects), 1)
	equal(t, "by", suspects[0].By.Name, "Hélène Arnaud")
	for _, d := range []*desk.Desk{v.okafor, v.bauer} {
		v.sign(d, desk.Act{Kind: desk.ActReview, Request: id, Review: &desk.Review{Decision: suspects[0].Decision, Annul: true}})
	}
	equal(t, "annulled", v.view().Request(id).Decisions[0].Annulled, true)
	for _, row := range mustPeople(v, admin) {
		if row.Person.ID == v.arnaudID {
			equal(t, "state", row.State, desk.PersonRevoked)
		}
	}
}

func mustPeople(v *valmarine, d *desk.Desk) []desk.PersonRow {
	v.t.Helper()
	rows, err := d.People(context.Background())
	v.must(err)
	return rows
}

// A new official gets the agency's identity from an unlocked admin's desk.
func TestEnrolledOfficialCanReadAtOnce(t *testing.T) {
	v := newValmarine(t)
	id := v.ask()
	v.tax.enrol("Gaël Pruvost", "Disclosure officer", "Disclosures", ledger.RoleApprover)
	l := v.letter(v.tax.desk("Gaël Pruvost"), id)
	equal(t, "letter", l.LetterState, desk.LetterOpen)
	equal(t, "can", l.Can.Approve, ledger.Accepted)
}

// The old key signs the new one; the next unlock takes the new key.
func TestRotatedKeyIsTakenAtTheNextUnlock(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	if _, err := v.okafor.RotateKey(ctx, "wrong", 0, 0); !errors.Is(err, desk.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	r, err := v.okafor.RotateKey(ctx, passphrase, ledger.TimeOf(v.now.Add(24*time.Hour)), 0)
	v.must(err)
	before, err := v.okafor.Identities()
	v.must(err)
	v.sign(v.okafor, desk.Act{Kind: desk.ActRotate, Rotate: r})
	after, err := v.okafor.Identities()
	v.must(err)
	equal(t, "people who can unlock", len(after), len(before))
	v.okafor.Lock()
	v.must(v.okafor.Unlock(ctx, v.okaforID, passphrase))
	id := v.ask()
	page, err := v.okafor.Prepare(ctx, desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "Too much"})
	v.must(err)
	equal(t, "key", page.Key, r.Key.ID())
	v.sign(v.okafor, page.Act)
	equal(t, "state", v.view().Request(id).State, rules.Refused)
}

// Locking closes everything at once, and a wrong passphrase opens nothing.
func TestLockedDeskShowsNothing(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	id := v.ask()
	v.letter(v.arnaud, id)
	page, err := v.arnaud.Prepare(ctx, desk.Act{Kind: desk.ActApprove, Request: id, Fields: []ledger.FieldName{"income_band"}})
	v.must(err)
	v.arnaud.Lock()
	if _, ok := v.arnaud.Me(); ok {
		t.Error("somebody is still there")
	}
	for name, err := range map[string]error{
		"letter": errorOf(v.arnaud.Letter(ctx, id)), "inbox": errorOf(v.arnaud.Inbox(ctx)), "reveal": errorOf(v.arnaud.Reveal(ctx, id)),
		"sign": errorOf(v.arnaud.Sign(ctx, page, passphrase)), "people": errorOf(v.arnaud.People(ctx)), "drafts": errorOf(v.arnaud.Drafts()),
	} {
		if !errors.Is(err, desk.ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := v.arnaud.Unlock(ctx, v.arnaudID, "wrong"); !errors.Is(err, desk.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
}

func errorOf[T any](_ T, err error) error { return err }

// A suspended official signs nothing until two admins restore the key.
func TestSuspendedKeyIsRestored(t *testing.T) {
	v := newValmarine(t)
	id := v.ask()
	admin := v.tax.desk("admin1")
	v.sign(admin, desk.Act{Kind: desk.ActSuspendKey, Official: v.okaforID})
	equal(t, "can", v.letter(v.okafor, id).Can.Approve, ledger.KeyNotActive)
	v.tax.proposeAndSecond(admin.RestoreProposal(v.okaforID))
	equal(t, "can", v.letter(v.okafor, id).Can.Approve, ledger.Accepted)
}

// A key that is made and not signed for leaves no file behind, whether the page
// is closed or the desk locked; one that is signed for stays.
func TestAKeyThatNobodySignedForIsDestroyed(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	admin := v.tax.desk("admin1")
	enrol := func() desk.Act {
		t.Helper()
		p, err := admin.NewEnrolment(ctx, "Amina Cissé", "Clerk", "", []ledger.RoleGrant{{Role: ledger.RoleRequester}}, passphrase, 0)
		v.must(err)
		return desk.Act{Kind: desk.ActPropose, Propose: p}
	}
	rotate := func() desk.Act {
		t.Helper()
		r, err := admin.RotateKey(ctx, passphrase, 0, 0)
		v.must(err)
		return desk.Act{Kind: desk.ActRotate, Rotate: r}
	}
	before := files(t, v.tax.keys())
	for name, begin := range map[string]func() desk.Act{"enrol": enrol, "rotate": rotate} {
		act := begin()
		equal(t, name+": key files while it waits", files(t, v.tax.keys()), before+1)
		v.must(admin.DropKey(ctx, act))
		equal(t, name+": key files after the page was closed", files(t, v.tax.keys()), before)

		begin()
		admin.Lock()
		equal(t, name+": key files after the desk was locked", files(t, v.tax.keys()), before)
		v.must(admin.Unlock(ctx, v.tax.people["admin1"], passphrase))
	}
	act := enrol()
	v.sign(admin, act)
	v.must(admin.DropKey(ctx, act))
	admin.Lock()
	equal(t, "key files after it was signed", files(t, v.tax.keys()), before+1)
}
