package rules

import (
	"errors"
	"testing"

	"countersign/ledger"
)

// admitted also holds the door of a pool against the walk.
func (c *city) admitted(e *ledger.Entry) error {
	c.Helper()
	err := Admit(c.state, c.now.Add(1000), [][]byte{e.Bytes()}, Signatures{})[0]
	d, bad := NewDoor(c.state)
	if bad != nil {
		c.Fatal(bad)
	}
	for range 2 { // the second time from memory
		if at := d.Admit(c.state, c.now.Add(1000), e, Signatures{}, false); at != err {
			c.Errorf("the door says %v, the walk %v", at, err)
		}
	}
	return err
}

func TestInadmissibleEntriesLeaveNoTrace(t *testing.T) {
	v := newValmarine(t)
	good := v.sign(v.vidal, v.asking())
	seen := v.sign(v.vidal, v.asking())
	v.block(seen)
	body := ledger.NewBody(ledger.Sum([]byte("elsewhere")), v.vidal.Public().ID(), v.now, v.nonce(), v.asking())
	elsewhere, err := ledger.Sign(body, v.vidal)
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := ledger.Unsigned(ledger.NewBody(v.network, v.vidal.Public().ID(), v.now, v.nonce(), v.asking()))
	if err != nil {
		t.Fatal(err)
	}
	stranger := v.sign(&somebody{signerOf: newSigner("stranger")}, &ledger.Leave{})
	for _, c := range []struct {
		entry *ledger.Entry
		want  error
	}{{good, nil}, {seen, ErrSeen}, {elsewhere, ledger.ErrWrongNetwork}, {unsigned, ledger.ErrBadSignature}, {stranger, ErrUnknownAuthor}} {
		if err := v.admitted(c.entry); !errors.Is(err, c.want) {
			t.Errorf("got %v, want %v", err, c.want)
		}
	}
	before := v.digest
	res := v.block(seen, elsewhere, unsigned, stranger)
	if len(res.Dropped) != 4 || len(res.Changes) != 0 || res.Digest != before {
		t.Fatalf("%+v", res)
	}
	errs := Admit(v.state, v.now.Add(1), [][]byte{nil, {0xff}, good.Bytes(), good.Bytes()}, Signatures{})
	if errs[0] == nil || errs[1] == nil || errs[2] != nil || !errors.Is(errs[3], ErrSeen) {
		t.Fatal(errs)
	}
	res, err = Apply(v.state, Block{Height: 99, Time: v.now + 1, Entries: []*ledger.Entry{nil, good}, Digest: v.digest}, Signatures{})
	if err != nil || len(res.Dropped) != 1 || len(res.Outcomes) != 1 || res.Outcomes[0].Index != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
}

// The ID leaves the signature out: one ID with two signatures is one entry.
func TestSecondSignatureOfTheSameBodyIsSeen(t *testing.T) {
	v := newValmarine(t)
	e := v.sign(v.vidal, v.asking())
	v.block(e)
	forged := append([]byte(nil), e.Bytes()...)
	forged[len(forged)-1] ^= 1
	if err := Admit(v.state, v.now+1, [][]byte{forged}, Signatures{})[0]; !errors.Is(err, ErrSeen) {
		t.Fatal(err)
	}
}

func TestEnrolmentEarlierInTheSameBlockCounts(t *testing.T) {
	v := newValmarine(t)
	propose := v.sign(v.lindqvist, &ledger.Propose{Enrol: v.enrolment("tax", "rossi", ledger.RoleApprover)})
	second := v.sign(v.meyer, &ledger.Second{Proposal: propose.ID()})
	r := v.ask()
	decide := v.sign(v.person("tax", "rossi"), v.approval(r, "declared_income"))
	if err := v.admitted(decide); !errors.Is(err, ErrUnknownAuthor) {
		t.Fatal(err)
	}
	res := v.block(propose, second, decide)
	if len(res.Outcomes) != 3 || res.Outcomes[2].Code != ledger.Accepted {
		t.Fatalf("%+v", res)
	}
}

func TestRevokedKeyFillsNoDisk(t *testing.T) {
	v := newValmarine(t)
	v.two("tax", &ledger.Propose{Revoke: v.revocation(v.lindqvist, v.arnaud, 0)})
	var flood []*ledger.Entry
	for i := 0; i < QuotaInactiveKey+4; i++ {
		flood = append(flood, v.sign(v.arnaud, &ledger.Withdraw{Act: ledger.Act{Request: v.dataset, Version: v.dataset}}))
	}
	res := v.block(flood...)
	mustEqual(t, "kept as evidence", len(res.Outcomes), QuotaInactiveKey)
	if !errors.Is(res.Dropped[0].Err, ErrQuota) {
		t.Fatal(res.Dropped[0].Err)
	}
	if err := v.admitted(flood[len(flood)-1]); !errors.Is(err, ErrQuota) {
		t.Fatal(err)
	}
	v.wait(day)
	if err := v.admitted(flood[len(flood)-1]); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "the next day", len(v.block(flood[len(flood)-1]).Outcomes), 1)
	n := 0
	v.state.Ascend([]byte(prefixQuota), nil, func(k, _ []byte) bool { n++; return true })
	mustEqual(t, "counters", n, 2)
}

func TestAgencyHasAThousandRefusedEntriesADay(t *testing.T) {
	v := newValmarine(t)
	var flood []*ledger.Entry
	for i := 0; i < QuotaAgency+5; i++ {
		flood = append(flood, v.sign(v.vidal, &ledger.Withdraw{Act: ledger.Act{Request: v.dataset, Version: v.dataset}}))
	}
	flood = append(flood, v.sign(v.vidal, v.asking()))
	res := v.block(flood...)
	mustEqual(t, "taken in", len(res.Outcomes), QuotaAgency+1)
	mustEqual(t, "the good one", res.Outcomes[QuotaAgency].Code, ledger.Accepted)
	if err := v.admitted(flood[QuotaAgency+1]); !errors.Is(err, ErrQuota) {
		t.Fatal(err)
	}
	if err := v.admitted(v.sign(v.vidal, v.asking())); err != nil {
		t.Fatal(err)
	}
}

func TestGenesisWantsAProvenDocument(t *testing.T) {
	c := found(t, "tax")
	d := c.document("tax")
	if _, err := Genesis(d); err == nil {
		t.Fatal("founded without parameters and proofs")
	}
	c.network = ledger.NetworkID{}
	p := ledger.DefaultParameters()
	d.Parameters = &p
	c.prove(d)
	if _, err := Genesis(d); err != nil {
		t.Fatal(err)
	}
	d.Admins[1].KeyProof = d.Admins[0].KeyProof
	if _, err := Genesis(d); !errors.Is(err, ledger.ProofMissing) {
		t.Fatal(err)
	}
	c.person("tax", "checkpoint").signerOf = c.person("tax", "consensus").signerOf
	d = c.document("tax")
	d.Parameters = &p
	c.prove(d)
	if _, err := Genesis(d); !errors.Is(err, ledger.KeyReused) {
		t.Fatal(err)
	}
}

func TestDamagedStateIsAFailureAndNoRefusal(t *testing.T) {
	v := newValmarine(t)
	r := v.ask()
	v.state.Write([]Change{{Key: []byte(requestKey(r)), Value: []byte{0xff}}})
	e := v.sign(v.vidal, &ledger.Withdraw{Act: ledger.Act{Request: r, Version: r}})
	var damaged *Damaged
	if err := Admit(v.state, v.now.Add(1000), [][]byte{e.Bytes()}, Signatures{})[0]; !errors.As(err, &damaged) {
		t.Fatal(err)
	}
	if _, err := Apply(v.state, Block{Height: 99, Time: v.now + 1, Entries: []*ledger.Entry{e}}, Signatures{}); !errors.As(err, &damaged) {
		t.Fatal(err)
	}
	if _, err := Apply(&MapState{}, Block{Height: 1}, Signatures{}); err == nil {
		t.Fatal("applied on an empty state")
	}
}

func TestSheetsAndJournalHeads(t *testing.T) {
	v := newValmarine(t)
	card := &ledger.Sheet{Name: "card-arnaud", Official: &v.arnaud.id, Part: v.sealedToAll()}
	id := v.do(v.arnaud, card)
	mustEqual(t, "card entry", v.view().Official(v.arnaud.id).CardEntry, id)
	mustEqual(t, "sheet entry", v.view().Sheet("tax", "card-arnaud").Entry, id)
	card.Part = v.sealedToAll()
	v.refused(ledger.MissingRole, v.okafor, card)
	card.Official = &v.okafor.id
	v.refused(ledger.NameTaken, v.okafor, card) // Arnaud's card
	card.Official = &v.arnaud.id
	v.do(v.taxOffice, card) // resealed for new members
	v.addNode("tax", "desk-1", nil)
	card.Part = v.sealedToAll()
	v.refused(ledger.NotOfficeNode, v.person("tax", "desk-1"), card)
	card.Part = v.sealed("tax", "police")
	v.refused(ledger.StaleEpoch, v.lindqvist, card)
	mustEqual(t, "sheets", len(v.view().Sheets("tax")), 1)

	v.do(v.taxOffice, &ledger.JournalHead{Head: ledger.Sum([]byte("a")), Count: 4})
	v.refused(ledger.WrongState, v.taxOffice, &ledger.JournalHead{Head: ledger.Sum([]byte("b")), Count: 4})
	v.do(v.taxOffice, &ledger.JournalHead{Head: ledger.Sum([]byte("b")), Count: 5})
	mustEqual(t, "journal", v.view().Journal("tax").Count, uint64(5))
}

func TestCatalogueBelongsToItsProvider(t *testing.T) {
	v := newValmarine(t)
	police1, police2 := v.person("police", "admin1"), v.person("police", "admin2")
	try := func(want ledger.Refusal, p *ledger.Propose) {
		t.Helper()
		v.refused(want, police2, &ledger.Second{Proposal: v.do(police1, p)})
	}
	try(ledger.NameTaken, &ledger.Propose{Dataset: income()})
	b := incomeBasis()
	try(ledger.NotMemberOfProvider, &ledger.Propose{Basis: b}) // also name-taken
	b.Dataset = "POL-01"
	try(ledger.UnknownDataset, &ledger.Propose{Basis: b})
	own := income()
	own.Code = "POL-01"
	v.two("police", &ledger.Propose{Dataset: own})
	try(ledger.NameTaken, &ledger.Propose{Basis: b})
	b.Code, b.Fields = "P-1", fields("shoe_size")
	try(ledger.UnknownField, &ledger.Propose{Basis: b})
	own.Code, own.Withdraw = "POL-02", true
	try(ledger.UnknownDataset, &ledger.Propose{Dataset: own})
	mustEqual(t, "datasets", len(v.view().Datasets()), 2)
	mustEqual(t, "bases", len(v.view().Bases()), 1)
}
