package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// join has another agency admitted by the votes of those there, and runs it.
func (a *office) join(id, title string, voters ...*office) *office {
	a.t.Helper()
	o, folder := agencyOf(id, title), filepath.Join(filepath.Dir(a.folder), id)
	a.guest(node.InviteOptions{}, func(ctx context.Context, invitation string, confirm node.Confirm) error {
		_, err := node.JoinAgency(ctx, folder, invitation, o, confirm)
		return err
	})
	_, said := a.must(0, []string{title + " (" + id + ") becomes a member"}, "admit", id)
	for _, v := range voters {
		v.votes(said)
	}
	b := running(a.t, folder, a.phrase, o)
	b.sees(title)
	return b
}

// sees waits until `admin members` of an office says all of the words.
func (a *office) sees(words ...string) {
	a.t.Helper()
	wait(a.t, "members to say "+strings.Join(words, ", "), func() bool {
		out, _, err := a.by(0, "members")
		for _, w := range words {
			if err != nil || !strings.Contains(out, w) {
				return false
			}
		}
		return true
	})
}

var toVote = regexp.MustCompile(`(?:admin vote FOLDER|Vote) ([0-9a-f]{8})`)

// votes has an office vote for the motion whose number somebody was told, once
// it is there.
func (a *office) votes(said string) {
	a.t.Helper()
	n := a.number(said)
	a.sees("Vote " + n)
	a.must(0, []string{"Your agency votes for this", "Final in block"}, "vote", n, "yes")
}

func (a *office) number(said string) string {
	a.t.Helper()
	found := toVote.FindStringSubmatch(said)
	if found == nil { // the motion to admit names no number: it is the only one
		out, _ := a.must(0, nil, "members")
		if found = toVote.FindStringSubmatch(out); found == nil {
			a.t.Fatalf("no number of a vote: %s%s", said, out)
		}
	}
	return found[1]
}

func TestMembersJudgeAndHelpOneOfThem(t *testing.T) {
	t.Parallel()
	tax := founded(t)
	police := tax.join("police", "Valmarine Police")
	health := tax.join("health", "Health Fund", police)
	police.sees("Health Fund")

	tax.refused(0, `"because" is none of security-incident`, "suspend-member", "police", "--reason", "because")
	tax.refused(0, `"port" is no member`, "expel-member", "port", "--reason", "ceased")
	_, said := tax.must(0, []string{"You ask the members to vote: Valmarine Police is suspended, because of not-reachable", "Final in block"},
		"suspend-member", "police", "--reason", "not-reachable")
	health.sees("For it 1 of the 2 needed", "Yes: Tax Service; not yet: Health Fund")
	health.votes(said)
	tax.sees("Valmarine Police  suspended", "Decided", "Yes: Tax Service, Health Fund")
	police.sees("Valmarine Police  suspended")
	police.refused(0, "agency-suspended", "suspend-member", "tax", "--reason", "ceased")
	_, said = tax.must(0, nil, "reinstate-member", "Valmarine Police", "--reason", "remedied")
	health.votes(said)
	police.sees("Valmarine Police  member")

	_, said = tax.must(0, nil, "expel-member", "police", "--reason", "terms-broken")
	tax.must(1, []string{"Your agency takes back what it asked the members: Valmarine Police is expelled"}, "vote", tax.number(said), "no")
	tax.must(0, []string{"Taken back by Tax Service"}, "members")
	tax.refused(0, "no open vote", "vote", tax.number(said), "no")

	newAdmins(t, tax, police, health)

	tax.refused(0, "name a later one", "rules-version", "2", "--from-height", "1")
	tax.refused(0, "wrong-state", "rules-version", "1", "--from-height", "100000")
	_, said = tax.must(0, []string{"knows the rules up to version 1: it will stop at block 100000", "the rules change to version 2 at block 100000"}, "rules-version", "2", "--from-height", "100000")
	health.votes(said)
	tax.sees("For it 2 of the 3 needed")
}

// newAdmins has the police lose both their admins and the members give them two.
func newAdmins(t *testing.T, tax, police, health *office) {
	t.Helper()
	phrases := filepath.Join(t.TempDir(), "two")
	if err := os.WriteFile(phrases, []byte(everybodys+"\n"+everybodys+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	offering := []string{"offer-admins", police.folder, "--names", "Ilse Brandt,Paul Roy", "--new-passphrases-file", phrases}
	if out, said, err := police.command(offering...); err == nil || !strings.Contains(said, "has an administrator whose key works") || out != "" {
		t.Fatalf("an agency that has admins offers new ones: %v: %s%s", err, out, said)
	}
	for i := range 2 {
		police.must(i, []string{"signs nothing from now on"}, "suspend", police.admins[i][:12])
	}
	text, said, err := police.command(offering...)
	words := regexp.MustCompile(`    ([a-z]+(?:  [a-z]+){5})\n`).FindStringSubmatch(said)
	if err != nil || words == nil {
		t.Fatalf("offer: %v: %s%s", err, text, said)
	}
	file := filepath.Join(t.TempDir(), "offer")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tax.refused(0, "are not the ones that the agency reads", "new-admins", file)
	tax.refused(0, "are not the ones that the agency reads", "new-admins", file, "--words", "abandon ability able about above absent")
	tax.refused(0, "or part of it is missing", "new-admins", police.phrase, "--words", words[1])
	_, said = tax.must(0, []string{"Valmarine Police offers two new admins: Ilse Brandt; Paul Roy", "New admin: Ilse Brandt", "Valmarine Police gets two new admins"},
		"new-admins", file, "--words", words[1])
	health.sees("New admin: Paul Roy", "six words: "+strings.Join(strings.Fields(words[1]), " "))
	health.votes(said)

	keys, err := filepath.Glob(filepath.Join(police.folder, node.KeysFolder, "*"))
	if err != nil || len(keys) != 4 {
		t.Fatalf("%d key files: %v", len(keys), err)
	}
	var out string
	wait(t, "the new admin to work", func() bool {
		files, err := police.client.Grants(t.Context(), newest(t, police))
		if err != nil || len(files) < 2 { // of the identity so far, and of the next
			return false
		}
		out, _, err = police.command("people", police.folder, "--as", newest(t, police).String()[:12], "--passphrase-file", police.phrase)
		return err == nil && strings.Contains(out, "Ilse Brandt") && strings.Contains(out, "Paul Roy")
	})
	if strings.Count(out, "suspended") != 2 {
		t.Errorf("people: %s", out)
	}
}

// newest is one of the officials whose key works.
func newest(t *testing.T, a *office) ledger.OfficialID {
	t.Helper()
	var id ledger.OfficialID
	if err := a.client.Read(t.Context(), func(r rules.Reader) error {
		v := rules.NewView(r)
		for _, o := range v.Admins("police", ledger.TimeOf(time.Now())) {
			id = o.ID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAKeyThatNobodySignedForGoesAgain(t *testing.T) {
	t.Parallel()
	a := founded(t)
	keys := func() int {
		list, err := filepath.Glob(filepath.Join(a.folder, node.KeysFolder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := keys()
	as := []string{"--as", a.admins[0][:12], "--passphrase-file", a.phrase}
	for _, words := range [][]string{{"rotate", a.folder}, {"enrol", a.folder, "Hélène Arnaud", "--roles", "approver", "--new-passphrase-file", a.phrase}} {
		if _, said, err := a.command(append(words, as...)...); err == nil || !strings.Contains(said, "nothing was signed") { // nobody agrees
			t.Fatalf("%v: %v: %s", words, err, said)
		}
		if n := keys(); n != before {
			t.Errorf("%s leaves %d key files behind", words[0], n-before)
		}
	}
	a.must(0, []string{"Final in block"}, "rotate", "--overlap", "1d")
	if n := keys(); n != before+1 {
		t.Errorf("%d key files after a key was changed", n-before)
	}
}
