package node

import (
	"os"
	"path/filepath"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// named waits until a desk shows an official's name.
func (m *member) named(at *desk.Desk, official ledger.OfficialID, want string) {
	m.t.Helper()
	m.until("the name of "+want, func() bool { return at.Person(m.t.Context(), official).Name == want })
}

// A newcomer's desk shows the names of officials enrolled before it joined, the
// first admins' too, and the descriptions of datasets published before.
func TestNewcomerReadsCardsAndSheetsOfBefore(t *testing.T) {
	o := agencyOptions("tax", "Tax Service")
	o.Admins[0].Card, o.Admins[1].Card = vault.Card{Name: "Nadia Lindqvist", Title: "Administrator"}, vault.Card{Name: "Jo Meyer"}
	folder := filepath.Join(t.TempDir(), "tax")
	if _, err := Found(folder, o); err != nil {
		t.Fatal(err)
	}
	tax := memberOf(t, folder, o)
	tax.start()
	tax.named(tax.desk("admin2"), tax.officials["admin1"], "Nadia Lindqvist")
	tax.until("the file of first cards to go", func() bool { return !there(filepath.Join(folder, fileCards)) })
	tax.enrol("arnaud", ledger.RoleApprover)
	tax.offerIncome()

	police := tax.join("police", "Valmarine Police")
	for name, official := range map[string]string{"arnaud": "arnaud", "Nadia Lindqvist": "admin1", "Jo Meyer": "admin2"} {
		police.named(police.desk("admin1"), tax.officials[official], name)
	}
	police.until("the dataset's description", func() bool {
		list, err := police.desk("admin1").Catalogue(t.Context())
		return err == nil && len(list) == 1 && list[0].Text != ""
	})

	// A further desktop of the newcomer takes them from its office node.
	police.enrol("vidal", ledger.RoleRequester)
	n, d := police.opened(police.desktop("desk-1", "vidal"))
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	police.caughtUp(n)
	if err := d.Unlock(t.Context(), police.officials["vidal"], passphrase); err != nil {
		t.Fatal(err)
	}
	police.named(d, tax.officials["arnaud"], "arnaud")

	// With its next identity the newcomer gets copies for that one: what it has
	// lost can be had again.
	p, err := police.desk("admin1").RevokeProposal(t.Context(), police.officials["vidal"], "key-compromise", 0)
	police.both(p, err)
	var card ledger.Sealed
	police.view(func(v rules.View) { card = *v.Official(tax.officials["arnaud"]).Card })
	if err := police.node.parts.store.Erase(card.Commitment); err != nil {
		t.Fatal(err)
	}
	police.stop()
	police.start()
	police.named(police.desk("admin1"), tax.officials["arnaud"], "arnaud")
}

// What agencies write to one another is not for whoever joins later.
func TestNewcomerGetsNoLettersOfBefore(t *testing.T) {
	tax := foundTown(t)
	tax.enrol("arnaud", ledger.RoleApprover)
	tax.offerIncome()
	police := tax.join("police", "Valmarine Police")
	police.enrol("vidal", ledger.RoleRequester)
	id := police.ask()
	tax.request(id, "the request", func(r *rules.Request) bool { return true })
	fire := tax.join("fire", "Fire Service", police)
	fire.until("the record", func() bool { return fire.node.height() >= tax.node.height() })
	var letter ledger.Sealed
	fire.view(func(v rules.View) { letter = v.Request(id).Letter })
	for _, from := range []*member{tax, police} {
		from.until("the letter at "+string(from.agency), func() bool { held, _ := from.node.parts.store.Has(letter.Commitment); return held })
	}
	if _, err := fire.node.Part(t.Context(), id, letter); err == nil {
		t.Error("a newcomer got a letter between others")
	}
	if held, _ := fire.node.parts.store.Has(letter.Commitment); held {
		t.Error("and keeps it")
	}
	if _, err := fire.desk("admin1").Letter(t.Context(), id); err == nil {
		t.Error("and reads it")
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
