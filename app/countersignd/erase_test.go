package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// erase runs the command as a script would, signed by whom as names.
func (a *office) erase(as string, words ...string) (said string, err error) {
	a.t.Helper()
	self, err := os.Executable()
	if err != nil {
		a.t.Fatal(err)
	}
	var all bytes.Buffer
	c := exec.Command(self, append([]string{"erase", a.folder, "--as", as, "--passphrase-file", a.phrase, "--yes"}, words...)...)
	c.Stdout, c.Stderr = &all, &all
	err = c.Run()
	return all.String(), err
}

// deskOf is the desk of an official whose key lies in the office's folder.
func (a *office) deskOf(name string) *desk.Desk {
	a.t.Helper()
	d := desk.New(a.client, desk.Options{Keys: filepath.Join(a.folder, node.KeysFolder), State: a.t.TempDir()})
	files, err := d.Identities()
	if err != nil {
		a.t.Fatal(err)
	}
	for _, f := range files {
		if err := d.Unlock(a.t.Context(), f.Official, everybodys); err != nil {
			a.t.Fatal(err)
		}
		if me, _ := d.MeNow(a.t.Context()); me.Name == name {
			a.t.Cleanup(d.Lock)
			return d
		}
	}
	a.t.Fatal("no key of", name)
	return nil
}

// sign has a desk sign what the rules have to accept.
func (a *office) sign(d *desk.Desk, act desk.Act) ledger.EntryID {
	a.t.Helper()
	var page *desk.SignPage
	var last error
	wait(a.t, "the rules to accept "+string(act.Kind), func() bool {
		page, last = d.Prepare(a.t.Context(), act)
		return last == nil && page.Check == ledger.Accepted
	})
	ticket, err := d.SignUnlocked(a.t.Context(), page)
	if err != nil {
		a.t.Fatal(err)
	}
	if final, err := d.Await(a.t.Context(), ticket); err != nil || final.Code != ledger.Accepted {
		a.t.Fatal(final.Code, err)
	}
	return ticket.Entry
}

func TestEraseCommand(t *testing.T) {
	t.Parallel()
	tax := founded(t)
	dir := filepath.Dir(tax.folder)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tax.bothSign(nil, "publish", "dataset", file("dataset.toml", datasetExample))
	tax.bothSign(nil, "publish", "basis", file("basis.toml", strings.ReplaceAll(basisExample, `requesters = ["police"]`, "")))
	tax.bothSign(nil, "enrol", "Ingrid Bauer", "--roles", "approver,dpo", "--new-passphrase-file", tax.phrase)

	o, folder := agencyOf("police", "Valmarine Police"), filepath.Join(dir, "police")
	o.Admins[0].Card.Name, o.Admins[1].Card.Name = "Nora Lindqvist", "Jan Meyer" // as bothSign says
	tax.guest(node.InviteOptions{}, func(ctx context.Context, invitation string, confirm node.Confirm) error {
		_, err := node.JoinAgency(ctx, folder, invitation, o, confirm)
		return err
	})
	tax.must(0, nil, "admit", "police")
	police := running(t, folder, tax.phrase, o)
	wait(t, "the police to be a member there", func() bool {
		out, _, err := police.by(0, "members")
		return err == nil && strings.Contains(out, "Valmarine Police")
	})
	police.bothSign(nil, "enrol", "Marco Vidal", "--roles", "requester", "--new-passphrase-file", tax.phrase)

	vidal, bauer := police.deskOf("Marco Vidal"), tax.deskOf("Ingrid Bauer")
	ask := &desk.Ask{Fields: []ledger.FieldName{"declared_income"}, Subjects: []string{"P-4711"}, KeepDays: 30, Case: "VM-1"}
	wait(t, "the catalogue", func() bool {
		err := police.client.Read(t.Context(), func(r rules.Reader) error {
			v := rules.NewView(r)
			d, b := v.CurrentDataset("TAX-INC-04"), v.Bases()
			if d == nil || len(b) == 0 {
				return errors.New("not here yet")
			}
			ask.Dataset, ask.Basis, ask.Purpose = d.ID, b[0].ID, b[0].Basis.Purpose
			return nil
		})
		return err == nil
	})
	id := police.sign(vidal, desk.Act{Kind: desk.ActAsk, Ask: ask})
	number := desk.CheckCode(id)
	me, _ := bauer.Me()
	officer := me.ID.String()[:12]

	refused := func(as, why string, words ...string) {
		t.Helper()
		said, err := tax.erase(as, words...)
		if err == nil || !strings.Contains(said, why) {
			t.Fatalf("%v by %s: %v, and not %q: %s", words, as, err, why, said)
		}
	}
	wait(t, "the request to reach the tax service", func() bool { _, err := bauer.Letter(t.Context(), id); return err == nil })
	refused(officer, "wrong-state. It is not at rest", number, "--reason", "sent-in-error")
	refused(officer, `"because" is none of no-longer-needed, data-subject-request`, number, "--reason", "because")
	refused(officer, "no request of this agency has this number", "00000000", "--reason", "sent-in-error")
	tax.sign(bauer, desk.Act{Kind: desk.ActRefuse, Request: id, Code: "excessive", Reason: "Too much."})
	refused(tax.admins[0][:12], "missing-role. Only a data protection officer", number, "--reason", "sent-in-error")

	said, err := tax.erase(officer, number, "--reason", "data-subject-request")
	if err != nil {
		t.Fatal(err, said)
	}
	for _, want := range []string{"VM-1", "What Valmarine Police has of it is not touched, and they are told.", "It cannot be undone.", "Reason: data-subject-request.",
		"Final in block", "This computer has destroyed what it kept of request " + short(id) + ": 2 sealed parts."} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	refused(officer, "already-decided. Your agency has had its copies erased already", number, "--reason", "sent-in-error")
	if l, err := bauer.Letter(t.Context(), id); err != nil || l.LetterState != desk.LetterErased || l.ErasedHere.Parts != 2 {
		t.Errorf("the letter: %+v, %v", l, err)
	}
}
