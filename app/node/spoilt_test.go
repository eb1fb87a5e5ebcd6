package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// A sealed release that the provider's own disk spoils, or loses, before it has
// arrived is noticed when it is read. The failure goes on record, and the release
// is made again from the source; while the source does not give it, both sides
// are told why.
func TestSpoiltReleaseIsMadeAgainFromTheSource(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *member, ledger.Hash){
		"damaged": func(t *testing.T, tax *member, c ledger.Hash) { damage(t, tax.folder, c) },
		"lost": func(t *testing.T, tax *member, c ledger.Hash) {
			names, err := filepath.Glob(filepath.Join(tax.folder, dirVault, "kept", "*", c.String()+".part"))
			if err != nil || len(names) != 1 || os.Remove(names[0]) != nil {
				t.Fatal(names, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			tax := foundTown(t)
			tax.offerIncome()
			police := tax.join("police", "Valmarine Police")
			police.enrol("vidal", ledger.RoleRequester)
			ctx := t.Context()
			src := Source{Dataset: "TAX-INC-04", File: tax.file("income.csv", income), Key: "person"}
			if err := tax.node.Connect(ctx, src); err != nil {
				t.Fatal(err)
			}
			id := police.ask()
			asked := tax.request(id, "the request", func(*rules.Request) bool { return true })
			tax.until("the letter", func() bool { held, named := tax.node.parts.store.Has(asked.Letter.Commitment); return held && named })
			police.stop()
			tax.act("okafor", desk.Act{Kind: desk.ActApprove, Request: id, Fields: asked.Terms.Fields})
			r := tax.request(id, "the release", func(r *rules.Request) bool { return len(r.Releases) == 1 })
			spoil(t, tax, r.Releases[0].Part.Commitment)
			broken := strings.Replace(income, "person", "number", 1)
			if err := os.WriteFile(src.File, []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}

			police.start()
			tax.request(id, "the failure on record", func(r *rules.Request) bool { return r.Releases[0].Failed == "unavailable" })
			tax.until("the reason", func() bool {
				p, err := tax.node.Progress(ctx, id)
				return err == nil && p.Step == desk.StepProblem && p.Problem == "no-key-column"
			})
			if err := os.WriteFile(src.File, []byte(income), 0o600); err != nil {
				t.Fatal(err)
			}
			r = police.request(id, "the receipt", func(r *rules.Request) bool { return r.State == rules.Fulfilled })
			if len(r.Releases) != 2 || r.Releases[0].Received != 0 || r.Releases[1].Received == 0 {
				t.Errorf("releases %+v", r.Releases)
			}
			table, err := police.desk("vidal").OpenReceived(ctx, id)
			if err != nil || table.Total != 2 {
				t.Errorf("received %+v, %v", table, err)
			}
		})
	}
}
