package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

func TestAdminPublishes(t *testing.T) {
	t.Parallel()
	a := founded(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dataset, basis := file("dataset.toml", datasetExample), file("basis.toml", strings.ReplaceAll(basisExample, `requesters = ["police"]`, ""))
	a.refused(0, "nothing was signed", "publish", "basis", basis) // of a dataset that is not there
	a.bothSign([]string{"Your agency offers TAX-INC-04, Declared income: personal, conditional.", "declared_income, spouse_id (sensitive) (about somebody else)",
		"2 signatures within 10 working days"}, "publish", "dataset", dataset)
	a.bothSign([]string{"allows any member to ask TAX-INC-04 for: declared_income", "criminal-investigation", "180 days"}, "publish", "basis", basis)
	a.refused(0, "legal-text: no such key", "publish", "basis", file("typo.toml", "legal-text = \"x\"\n"+basisExample))
	a.refused(0, "policy.refusal", "publish", "dataset", file("refusal.toml", strings.ReplaceAll(datasetExample, `"any"`, `"all"`)))
	a.refused(0, "title: is missing", "publish", "dataset", file("title.toml", strings.ReplaceAll(datasetExample, `title = "Declared income"`, "")))
	last := time.Now().AddDate(2, 0, 0).Format(time.DateOnly)
	calendar := strings.ReplaceAll(calendarExample, "2028-12-31", last)
	a.bothSign([]string{"counted in these", "until " + last[:4], "Monday, Tuesday, Wednesday, Thursday, Friday, from"}, "publish", "calendar", file("calendar.toml", calendar))
	for old, why := range map[string]string{`"monday"`: `"someday" is no day of the week`, "Europe/Paris": "unknown time zone", "2026-07-14": `"someday" is no day such as`, last: `last: "someday"`} {
		a.refused(0, why, "publish", "calendar", file("bad.toml", strings.ReplaceAll(calendar, strings.Trim(old, `"`), "someday")))
	}
	a.refused(0, "last: has to come after today", "publish", "calendar", file("past.toml", strings.ReplaceAll(calendar, last, "2020-01-01")))
	a.must(0, []string{"Nothing waits"}, "second")
	a.must(0, []string{"note: only 0 of your officials may approve it now"}, "publish", "dataset", dataset)
	a.must(1, []string{"Declared income", "Nora Lindqvist"}, "second")
}

// guest hands in a newcomer's document at an office and compares the words there.
func (a *office) guest(o node.InviteOptions, join func(ctx context.Context, invitation string, confirm node.Confirm) error) {
	a.t.Helper()
	ctx := a.t.Context()
	invitation, err := a.client.Invite(ctx, o)
	if err != nil {
		a.t.Fatal(err)
	}
	words, done := make(chan [6]string, 1), make(chan error, 1)
	go func() {
		done <- join(ctx, invitation, func(_ context.Context, w [6]string) (bool, error) { words <- w; return true, nil })
	}()
	var theirs [6]string
	select {
	case theirs = <-words:
	case err := <-done:
		a.t.Fatalf("the guest ended before the words were compared: %v", err)
	}
	var guest *node.JoinRequest
	wait(a.t, "the guest's document", func() bool {
		joins, err := a.client.Joins(ctx)
		if err != nil {
			a.t.Fatal(err)
		}
		i := slices.IndexFunc(joins, func(j node.JoinRequest) bool { return j.Words == theirs })
		if i >= 0 {
			guest = &joins[i]
		}
		return guest != nil
	})
	name := guestName(*guest)
	a.refused(0, "six words have not been compared", "admit", name)
	if err := a.client.ConfirmJoin(ctx, guest.Serial); err != nil {
		a.t.Fatal(err)
	}
	if err := <-done; err != nil {
		a.t.Fatal(err)
	}
	a.must(0, []string{"Waits: " + name + "; admit with"}, "members")
}

var voteNumber = regexp.MustCompile(`Vote ([0-9a-f]{8}), asked by Tax Service: (.*)\. For`)

func TestAdminLetsMembersInAndTakesComputersOut(t *testing.T) {
	t.Parallel()
	tax := founded(t)
	dir := filepath.Dir(tax.folder)
	join := func(id, title string) (string, node.AgencyOptions) {
		o, folder := agencyOf(id, title), filepath.Join(dir, id)
		tax.guest(node.InviteOptions{}, func(ctx context.Context, invitation string, confirm node.Confirm) error {
			_, err := node.JoinAgency(ctx, folder, invitation, o, confirm)
			return err
		})
		return folder, o
	}
	folder, o := join("police", "Valmarine Police")
	tax.must(0, []string{"Valmarine Police (police) becomes a member", "Final in block"}, "admit", "police")
	police := running(t, folder, tax.phrase, o)
	wait(t, "the police to be a member there", func() bool {
		out, _, err := police.by(0, "members")
		return err == nil && strings.Contains(out, "Valmarine Police")
	})

	join("health", "Health Fund")
	tax.must(0, []string{"Health Fund (health) becomes a member"}, "admit", "health")
	var number string
	wait(t, "the vote to reach the police", func() bool {
		out, _ := police.must(0, nil, "members")
		if m := voteNumber.FindStringSubmatch(out); m != nil {
			number = m[1]
		}
		return number != ""
	})
	police.refused(0, "yes or no", "vote", number, "perhaps")
	police.must(0, []string{"Your agency votes for this: Health Fund (health) becomes a member", "Final in block"}, "vote", number, "yes")
	police.refused(1, "no open vote", "vote", number, "no")
	police.must(1, []string{"Health Fund"}, "members")

	tax.guest(node.InviteOptions{Agency: "tax", Node: "desk-1"}, func(ctx context.Context, invitation string, confirm node.Confirm) error {
		_, err := node.JoinNode(ctx, filepath.Join(dir, "desk-1"), invitation, node.NodeOptions{Listen: []string{"/ip4/127.0.0.1/tcp/0"}}, confirm)
		return err
	})
	tax.must(0, []string{"The computer desk-1 joins your agency"}, "admit", "desk-1")
	tax.must(1, []string{"The computer desk-1 leaves the network", "Final in block"}, "remove-node", "desk-1")
	tax.refused(0, "nothing was signed", "remove-node", "desk-1")
}

func TestAdminWordsSayAllThatIsSigned(t *testing.T) {
	motion := &ledger.Motion{Act: ledger.MotionExpel, Agency: "police"}
	page := &desk.SignPage{Admin: &desk.AdminPage{Act: string(desk.ActVote), What: "Valmarine Police", Motion: motion}}
	if got := strings.Join(statement(page), " "); got != "Your agency votes against this: Valmarine Police is expelled." {
		t.Errorf("%q", got)
	}
	page = &desk.SignPage{Admin: &desk.AdminPage{Act: "basis", Alone: true, Propose: &ledger.Propose{Basis: &ledger.Basis{
		Code: "L.1", Title: "Law 1", Dataset: "TAX-INC-04", Purpose: "audit", Fields: []ledger.FieldName{"a", "b"}, Requesters: []ledger.AgencyID{"police"}}}}}
	got := strings.Join(statement(page), " ")
	for _, want := range []string{"L.1, Law 1, allows police to ask TAX-INC-04 for: a, b.", "Purpose: audit", "your agency has one admin"} {
		if !strings.Contains(strings.ToLower(got), strings.ToLower(want)) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

// The office moves to a spare, and to nothing else; each computer says what it is.
func TestAdminMovesTheOffice(t *testing.T) {
	t.Parallel()
	tax := founded(t)
	wait(t, "the admins' cards", func() bool {
		out, _ := tax.must(0, nil, "people")
		return strings.Contains(out, "Nora Lindqvist") && strings.Contains(out, "Jan Meyer")
	})
	dir := filepath.Dir(tax.folder)
	further := func(code ledger.NodeCode, o node.NodeOptions) string {
		folder := filepath.Join(dir, string(code))
		o.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
		tax.guest(node.InviteOptions{Agency: "tax", Node: code}, func(ctx context.Context, invitation string, confirm node.Confirm) error {
			_, err := node.JoinNode(ctx, folder, invitation, o, confirm)
			return err
		})
		return folder
	}
	further("desk-1", node.NodeOptions{})
	tax.must(0, []string{"The computer desk-1 joins your agency"}, "admit", "desk-1")
	tax.refused(0, "No computer of the agency can", "move-office", "desk-1")
	vaultFolder := further("vault", node.NodeOptions{Spare: true})
	tax.must(0, []string{"The computer vault joins your agency", "The office can move to it"}, "admit", "vault")
	if err := os.CopyFS(filepath.Join(vaultFolder, "brought"), os.DirFS(filepath.Join(tax.folder, node.KeysFolder))); err != nil {
		t.Fatal(err)
	}
	vault := running(t, vaultFolder, tax.phrase, node.AgencyOptions{})
	vault.admins = tax.admins
	wait(t, "the spare to hold the agency's identities", func() bool {
		s, err := vault.client.Status(t.Context())
		return err == nil && s.Spare && s.Identities
	})
	tax.must(0, []string{"office node, keeps the record, this one", "spare: the office can move to it", "desk-1"}, "computers")
	tax.refused(0, "These can: vault", "move-office", "desk-1")
	tax.refused(0, "it is the office node already", "move-office", "office")
	tax.bothSign([]string{"The computer vault becomes your agency's office computer", "to be connected again"}, "move-office", "vault")
	wait(t, "the office to have moved", func() bool {
		s, err := vault.client.Status(t.Context())
		return err == nil && s.Office && s.OfficeNode == "vault"
	})
	if s, err := tax.client.Status(t.Context()); err != nil || s.Office || s.OfficeNode != "vault" || !s.Spare {
		t.Errorf("the former office node says %+v, %v", s, err)
	}
	out, _, err := vault.by(0, "computers", "--keys", filepath.Join(vaultFolder, "brought"))
	if err != nil || !strings.Contains(out, "vault                office node, this one") || !strings.Contains(out, "keeps the record") {
		t.Errorf("%q, %v", out, err)
	}
	var said strings.Builder
	officeStatus(&said, node.Status{Office: true, Identities: true, MissingSources: []ledger.Code{"TAX-INC-04"}, TakingOver: map[ledger.NodeCode]int{"office": 2},
		Profile: desk.Profile{Folder: "tax"}})
	for _, want := range []string{"this is the agency's office node", "countersignd connect tax TAX-INC-04 FILE KEY-COLUMN", "2 files still to come from office"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q lacks %q", said.String(), want)
		}
	}
}
