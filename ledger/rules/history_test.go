package rules

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"countersign/ledger"
)

var (
	histories = flag.Int("histories", 25, "how many random histories to play")
	firstSeed = flag.Uint64("seed", 1, "seed of the first random history")
)

// chaos plays a random history in the demo city: people, nodes and thieves do
// what comes to their mind, in blocks of random size.
type chaos struct {
	*valmarine
	rng      *rand.Rand
	requests []ledger.EntryID
	old      []*ledger.Entry
	names    int
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func (c *chaos) anybody() *somebody {
	return pick(c.rng, c.arnaud, c.okafor, c.bauer, c.lindqvist, c.meyer, c.vidal, c.taxOffice, c.policeOffice,
		c.person("police", "admin1"), c.person("police", "admin2"), c.person("civil", "admin1"), c.person("health", "admin1"))
}

// somebodyWhoMay is more often than not one who may do what is tried.
func (c *chaos) somebodyWhoMay(who ...*somebody) *somebody {
	if c.rng.IntN(8) == 0 {
		return c.anybody()
	}
	return pick(c.rng, who...)
}

func (c *chaos) some(f ...ledger.FieldName) []ledger.FieldName {
	out := []ledger.FieldName{pick(c.rng, f...)}
	for _, n := range f {
		if c.rng.IntN(3) > 0 {
			out = append(out, n)
		}
	}
	return fields(out...)
}

func (c *chaos) terms() ledger.Terms {
	return ledger.Terms{
		Fields:   c.some("declared_income", "income_band", "employer_id", "spouse_id"),
		KeepDays: pick[uint16](c.rng, 1, 30, 365, 366), StandingDays: pick[uint16](c.rng, 0, 0, 3, 90),
	}
}

func (c *chaos) part() ledger.Sealed {
	if c.rng.IntN(10) == 0 {
		return c.sealed("police")
	}
	return c.reason()
}

func (c *chaos) optional() *ledger.Sealed {
	if c.rng.IntN(2) == 0 {
		return nil
	}
	s := c.part()
	return &s
}

// request picks one of the requests and the act on it; now and then on an old version.
func (c *chaos) request() (*Request, ledger.Act) {
	r := c.view().Request(pick(c.rng, c.requests[max(0, len(c.requests)-6):]...))
	act := ledger.Act{Request: r.ID, Version: r.Version}
	if c.rng.IntN(10) == 0 {
		act.Version = r.ID
	}
	return r, act
}

func (c *chaos) role() ledger.Role {
	return pick(c.rng, ledger.RoleApprover, ledger.RoleApprover, ledger.RoleApprover, ledger.RoleDPO)
}

// entry makes one entry out of anything.
func (c *chaos) entry() *ledger.Entry {
	if len(c.requests) == 0 || c.rng.IntN(6) == 0 {
		p := c.asking()
		p.Terms, p.Emergency = c.terms(), c.rng.IntN(4) == 0
		e := c.sign(c.somebodyWhoMay(c.vidal), p)
		return e
	}
	if c.rng.IntN(12) == 0 {
		return c.office()
	}
	return c.actOn()
}

func (c *chaos) actOn() *ledger.Entry {
	approvers := []*somebody{c.arnaud, c.okafor, c.bauer}
	r, act := c.request()
	switch c.rng.IntN(16) {
	case 0, 1, 2, 3:
		f := c.some(r.Terms.Fields...)
		return c.sign(c.somebodyWhoMay(approvers...), &ledger.Approve{Act: act, Role: c.role(), Fields: f, Reason: c.optional()})
	case 4:
		return c.sign(c.somebodyWhoMay(approvers...), &ledger.Refuse{Act: act, Role: c.role(), Code: "unfounded", Reason: c.part()})
	case 5:
		return c.sign(c.somebodyWhoMay(approvers...), &ledger.Return{Act: act, Role: c.role(), Code: "complexity", Reason: c.part()})
	case 6:
		return c.sign(c.somebodyWhoMay(c.vidal), &ledger.Answer{Act: act, Terms: c.terms(), Letter: c.part()})
	case 7:
		p := &ledger.Offer{Act: act, Role: c.role()}
		if r.Offer != nil && c.rng.IntN(4) > 0 {
			p.Join = r.Offer.ID
		} else {
			t, l := c.terms(), c.part()
			p.Terms, p.Letter = &t, &l
		}
		return c.sign(c.somebodyWhoMay(approvers...), p)
	case 8:
		return c.sign(c.somebodyWhoMay(c.vidal), pick[ledger.Payload](c.rng, &ledger.Accept{Act: act}, &ledger.Accept{Act: act}, &ledger.Withdraw{Act: act}))
	case 9:
		return c.sign(c.somebodyWhoMay(approvers...), pick[ledger.Payload](c.rng, &ledger.Suspend{Act: act, Reason: c.part()},
			&ledger.Resume{Act: act}, &ledger.Resume{Act: act}, &ledger.Revoke{Act: act, Reason: c.part()}))
	case 10, 11:
		return c.sign(c.somebodyWhoMay(c.taxOffice), &ledger.Release{Act: act, Part: c.sealed("police"), Last: c.rng.IntN(4) == 0})
	case 12:
		if len(r.Releases) == 0 {
			return c.sign(c.somebodyWhoMay(c.taxOffice), pick[ledger.Payload](c.rng, &ledger.LetterMissing{Act: act}, &ledger.LetterFound{Act: act}))
		}
		rel := pick(c.rng, r.Releases...).Entry
		return c.sign(c.somebodyWhoMay(c.policeOffice), pick[ledger.Payload](c.rng, &ledger.Receipt{Act: act, Release: rel},
			&ledger.Receipt{Act: act, Release: rel}, &ledger.DeliveryFailed{Act: act, Release: rel, Code: "mismatch"}))
	case 13:
		if r.AtRest() {
			return c.sign(c.somebodyWhoMay(c.bauer), &ledger.Erase{Act: act, Code: "no-longer-needed"})
		}
		return c.sign(c.somebodyWhoMay(c.policeOffice), pick[ledger.Payload](c.rng, &ledger.Delete{Act: act}, &ledger.DeletionReceipt{Act: act}))
	case 14:
		for _, d := range r.Decisions {
			if d.Suspect {
				return c.sign(c.somebodyWhoMay(approvers...), &ledger.Review{Act: act, Decision: d.Entry, Annul: c.rng.IntN(2) == 0})
			}
		}
		fallthrough
	default:
		if len(c.old) > 0 && c.rng.IntN(3) == 0 {
			return pick(c.rng, c.old...) // a replay, or one sent late
		}
		return c.sign(c.person(pick[ledger.AgencyID](c.rng, "tax", "police"), "office"), &ledger.Tick{})
	}
}

// office is what admins do.
func (c *chaos) office() *ledger.Entry {
	c.names++
	switch c.rng.IntN(7) {
	case 0:
		of := pick(c.rng, c.arnaud, c.okafor, c.bauer)
		return c.sign(c.somebodyWhoMay(c.lindqvist), &ledger.Propose{Revoke: c.revocation(c.lindqvist, of, c.now.Add(-3*day))})
	case 1:
		name := fmt.Sprint("official ", c.names)
		of := pick(c.rng, c.arnaud, c.okafor, c.bauer)
		c.person("tax", name).id = of.id
		e := c.enrolment("tax", name, ledger.RoleApprover, ledger.RoleDPO)
		of.signerOf = c.person("tax", name).signerOf
		return c.sign(c.somebodyWhoMay(c.lindqvist), &ledger.Propose{Enrol: e})
	case 2:
		return c.sign(c.somebodyWhoMay(c.lindqvist, c.arnaud), &ledger.SuspendKey{Official: c.arnaud.id})
	case 3:
		return c.sign(c.somebodyWhoMay(c.lindqvist), &ledger.Propose{Restore: &ledger.Restore{Official: c.arnaud.id}})
	case 4:
		d := income()
		d.Policy = ledger.Policy{Quorum: pick[uint8](c.rng, 1, 2), DPO: c.rng.IntN(3) == 0, RefusalByQuorum: c.rng.IntN(2) == 0,
			DeadlineDays: 3, Emergency: c.rng.IntN(2) == 0, MaxReleases: pick[uint32](c.rng, 0, 2)}
		return c.sign(c.somebodyWhoMay(c.lindqvist), &ledger.Propose{Dataset: d})
	default:
		open := c.view().OpenProposals("tax")
		if len(open) == 0 {
			if c.rng.IntN(10) > 0 {
				return c.actOn()
			}
			return c.sign(c.anybody(), &ledger.Leave{})
		}
		return c.sign(c.somebodyWhoMay(c.meyer), &ledger.Second{Proposal: pick(c.rng, open...).ID})
	}
}

// play plays a history and checks what must hold after every block.
func play(t *testing.T, seed uint64) *chaos {
	c := &chaos{valmarine: newValmarine(t), rng: rand.New(rand.NewPCG(seed, 0))}
	for b := 0; b < 60; b++ {
		var entries []*ledger.Entry
		for i := 1 + c.rng.IntN(8); i > 0; i-- {
			entries = append(entries, c.entry())
		}
		c.wait(time.Duration(c.rng.IntN(int(20 * time.Hour))))
		if c.rng.IntN(25) == 0 {
			c.wait(40 * day)
		}
		before := c.state.Clone()
		res := c.block(entries...)
		c.same(before, entries, res)
		c.old = append(c.old, entries...)
		for _, o := range res.Outcomes {
			if o.Entry.Body.Kind == ledger.KindRequest && o.Code == ledger.Accepted {
				c.requests = append(c.requests, o.Entry.ID())
			}
		}
		if d := c.view().CurrentDataset("TAX-INC-04"); d != nil {
			c.dataset = d.ID
		}
		c.check()
	}
	return c
}

// same demands that a block of the admitted entries alone does the same: what a
// proposer leaves out has no effect.
func (c *chaos) same(before *MapState, entries []*ledger.Entry, res *Result) {
	c.Helper()
	var left []*ledger.Entry
	for _, o := range res.Outcomes {
		left = append(left, o.Entry)
	}
	for i, err := range AdmitEntries(before, c.now, left, Signatures{}, false) {
		if err != nil {
			c.Fatalf("entry %d of those admitted is not admissible without the others: %v", i, err)
		}
	}
	b := c.blocks[len(c.blocks)-1]
	b.Entries = left
	again, err := Apply(before, b, Signatures{})
	if err != nil || again.Digest != res.Digest || again.Log != res.Log {
		c.Fatalf("without the inadmissible entries the block does something else: %v", err)
	}
}

// check tests the indexes against the records.
func (c *chaos) check() {
	c.Helper()
	v := c.view()
	due := map[ledger.EntryID]ledger.Time{}
	c.state.Ascend([]byte(prefixDue), nil, func(k, _ []byte) bool {
		if at, what, id := dueAt(string(k)); what == dueRequest {
			if due[id] != 0 {
				c.Fatal("a request is due twice")
			}
			due[id] = at
		}
		return true
	})
	open := map[ledger.EntryID]bool{}
	for _, r := range v.OpenRequests("tax") {
		open[r.ID] = true
	}
	for _, id := range c.requests {
		r := v.Request(id)
		checkTransitions(c, r)
		c.checkCauses(r)
		if r.Due != due[id] || r.Due != 0 && r.Due <= v.Global().Now {
			c.Fatalf("request is due at %s, the index says %s, it is %s", r.Due, due[id], c.now)
		}
		ended := r.State == Withdrawn || r.State == Lapsed || r.State == Refused || r.State == Closed
		if open[id] == ended {
			c.Fatalf("a request that is %s is in the list of open ones: %v", r.State, open[id])
		}
		if live := r.State == Approved || r.State == Suspended; live && (r.Agreement == nil || len(r.Agreement.Terms.Fields) == 0) {
			c.Fatalf("%s without an agreement", r.State)
		}
	}
}

// checkCauses demands that an entry led only to states that the table says.
func (c *chaos) checkCauses(r *Request) {
	c.Helper()
	for _, h := range r.History {
		e := c.made[h.Entry]
		switch {
		case e == nil && h.Entry.IsZero():
			if h.State != Lapsed && h.State != Expired && h.State != Revoked && h.State != Closed {
				c.Fatalf("time made a request %s", h.State)
			}
		case e.Body.Kind == ledger.KindLeave: // of either party
		case !slices.Contains(rowOf(e.Body.Kind).to, h.State):
			c.Fatalf("%s made a request %s", e.Body.Kind, h.State)
		}
	}
}

// Same blocks, same bytes, on any replica, whatever was asked of it in between.
func TestHistoriesEndInTheSameDigest(t *testing.T) {
	if *histories < 1 {
		t.Fatal("no history to play")
	}
	outcomes := map[ledger.Refusal]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*histories); seed++ {
		ok := t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := play(t, seed)
			replica := &MapState{}
			replica.Write(c.genesis.Changes)
			digest := c.genesis.Digest
			for _, b := range c.blocks {
				many := NewChecker(replica, b.Time)
				for _, e := range b.Entries { // a mempool looks at each alone, and a desk asks
					Admit(replica, b.Time, [][]byte{e.Bytes()}, Signatures{})
					many.Check(e)
				}
				for _, e := range b.Entries {
					if one, after := Check(replica, b.Time, e), many.Check(e); one != after {
						t.Fatalf("%s: asked alone Check says %q, after others %q", e.Body.Kind, one, after)
					}
				}
				b.Digest = digest
				res, err := Apply(replica, b, Signatures{})
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range res.Outcomes {
					outcomes[o.Code]++
				}
				replica.Write(res.Changes)
				digest = res.Digest
			}
			if digest != c.digest || !bytes.Equal(dump(replica), dump(c.state)) {
				t.Fatalf("two replicas end apart: %s and %s", digest, c.digest)
			}
		})
		if !ok {
			t.Fatalf("play it again with -seed=%d -histories=1", seed)
		}
	}
	t.Logf("outcomes: %v", outcomes)
	if outcomes[ledger.Accepted] == 0 || len(outcomes) < 12 && *histories >= 10 {
		t.Fatalf("the histories are too tame: %v", outcomes)
	}
}

func dump(m *MapState) []byte {
	var out []byte
	m.Ascend(nil, nil, func(k, v []byte) bool {
		out = append(append(append(out, k...), 0), v...)
		return true
	})
	return out
}
