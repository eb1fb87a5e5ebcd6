package desk_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// admit has a third agency join by the votes of the first two.
func (c *city) admit(id ledger.AgencyID, title string) *agency {
	c.t.Helper()
	a := c.newAgency(id)
	join, err := keyring.Join(c.network, a.introduction(title))
	c.must(err)
	f := c.sign(c.agencies["tax"].desk("admin1"), desk.Act{Kind: desk.ActMotion, Motion: &ledger.Motion{Act: ledger.MotionAdmit, Agency: id, Document: join}})
	c.sign(c.agencies["police"].desk("admin1"), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})
	a.settle()
	return a
}

func (c *city) motions(d *desk.Desk) []desk.MotionRow {
	c.t.Helper()
	rows, err := d.Motions(context.Background())
	c.must(err)
	return rows
}

func TestMotionsSayWhoVotedAndHowManyAreNeeded(t *testing.T) {
	c := newCity(t)
	tax, health := c.agencies["tax"], c.admit("health", "Health Fund")
	f := c.sign(tax.desk("admin1"), desk.MotionAbout(ledger.MotionSuspend, "police", "not-reachable"))
	m := c.motions(health.desk("admin1"))[0]
	if m.State != desk.MotionOpen || m.About != "Valmarine Police" || m.By != "Tax Service" || m.Yes != 1 || m.Needed != 2 || m.Asked != 2 ||
		len(m.Votes) != 1 || m.Votes[0].Title != "Tax Service" || !m.Votes[0].Yes || strings.Join(m.Waiting, ",") != "Health Fund" || m.CanYes != ledger.Accepted || m.CanBack {
		t.Fatalf("as Health has it: %+v", m)
	}
	if m := c.motions(c.agencies["police"].desk("admin1"))[0]; m.CanYes != ledger.VoteClosed {
		t.Errorf("the agency concerned may vote: %q", m.CanYes)
	}
	if m := c.motions(tax.desk("admin1"))[0]; !m.CanBack || m.CanYes != ledger.AlreadyDecided {
		t.Errorf("who moved it: %+v", m)
	}
	c.sign(health.desk("admin1"), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})
	if m := c.motions(tax.desk("admin1"))[0]; m.State != desk.MotionCarried || m.CanBack {
		t.Errorf("carried: %+v", m)
	}
	if a := c.view().Agency("police"); a.Standing != rules.StandingSuspended {
		t.Errorf("police is %s", a.Standing)
	}
}

func TestAMotionTakenBackOrOvertakenSaysSo(t *testing.T) {
	c := newCity(t)
	tax, police, health := c.agencies["tax"], c.agencies["police"], c.admit("health", "Health Fund")
	back := c.sign(tax.desk("admin1"), desk.MotionAbout(ledger.MotionExpel, "police", "terms-broken"))
	page, err := tax.desk("admin2").Prepare(t.Context(), desk.Act{Kind: desk.ActVote, Target: back.ID})
	if err != nil || !page.Admin.Back {
		t.Fatalf("taking back: %+v, %v", page, err)
	}
	c.sign(tax.desk("admin2"), desk.Act{Kind: desk.ActVote, Target: back.ID})
	if m := c.motions(health.desk("admin1"))[0]; m.State != desk.MotionBack {
		t.Errorf("%+v", m)
	}
	open := c.sign(tax.desk("admin1"), desk.MotionAbout(ledger.MotionSuspend, "police", "terms-broken"))
	c.sign(police.desk("admin1"), desk.Act{Kind: desk.ActLeave})
	m := c.motions(health.desk("admin1"))[0]
	if m.Motion.ID != open.ID || m.State != desk.MotionOvertaken || m.CanYes != ledger.WrongState {
		t.Errorf("of an agency that has left: %+v", m)
	}
	c.now = c.now.AddDate(0, 0, ledger.MotionLifeDays+1)
	if m := c.motions(health.desk("admin1"))[0]; m.Motion.ID != open.ID || m.State != desk.MotionLapsed {
		t.Errorf("after its time: %+v", m)
	}
}

// An agency without a usable admin: two people make their keys there, another
// member puts their offer to the vote, all compare six words, and then the two
// administer the agency, read what it reads, and are known by name.
func TestNewAdminsByVoteOfTheMembers(t *testing.T) {
	c := newCity(t)
	tax, police, health := c.agencies["tax"], c.agencies["police"], c.admit("health", "Health Fund")
	desks := desk.New(police.node, desk.Options{Keys: police.keys(), WorkFactor: 4})
	pair := [2]desk.NewAdmin{{Card: vault.Card{Name: "Ilse Brandt", Title: "Registrar"}, Passphrase: passphrase}, {Card: vault.Card{Name: "Paul Roy"}, Passphrase: passphrase}}
	if _, err := desks.OfferAdmins(t.Context(), pair); !errors.Is(err, desk.ErrHasAdmins) {
		t.Fatalf("while there are admins: %v", err)
	}
	for _, name := range []string{"admin2", "admin1"} {
		c.sign(police.desk("admin1"), desk.Act{Kind: desk.ActSuspendKey, Official: police.people[name]})
	}
	before := files(t, police.keys())
	bad := pair
	bad[1].Card.Name = ""
	if _, err := desks.OfferAdmins(t.Context(), bad); err == nil || files(t, police.keys()) != before {
		t.Fatalf("an offer without a name: %v, %d key files", err, files(t, police.keys())-before)
	}
	offer, err := desks.OfferAdmins(t.Context(), pair)
	c.must(err)
	files, err := desks.Identities()
	c.must(err)
	if i := slices.IndexFunc(files, func(f desk.KeyFile) bool { return f.Official == offer.Motion.Admins[0].Official }); i < 0 || files[i].Name != "Ilse Brandt" {
		t.Errorf("the page for unlocking does not name who was offered: %+v", files)
	}

	read, err := tax.desk("admin1").ReadOffer(t.Context(), "  "+offer.Text[:40]+"\n "+offer.Text[40:])
	c.must(err)
	if read.Words != offer.Words || read.Title != "Valmarine Police" || read.Cards[0].Name != "Ilse Brandt" {
		t.Fatalf("read as %+v", read)
	}
	for _, spoilt := range []string{"", offer.Text[:len(offer.Text)-4], strings.Replace(offer.Text, "admins-1", "admins-2", 1), offer.Text[:60] + "AAAA" + offer.Text[64:]} {
		if _, err := tax.desk("admin1").ReadOffer(t.Context(), spoilt); !errors.Is(err, desk.ErrBadOffer) {
			t.Errorf("an offer that was spoilt: %v", err)
		}
	}
	f := c.sign(tax.desk("admin1"), read.Act())
	m := c.motions(health.desk("admin1"))[0]
	if m.Words != offer.Words || len(m.Admins) != 2 || m.Admins[1].Name != "Paul Roy" {
		t.Fatalf("as Health has it: %+v", m)
	}
	page, err := health.desk("admin1").Prepare(t.Context(), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})
	if err != nil || page.Admin.Words != offer.Words || len(page.Admin.Admins) != 2 {
		t.Fatalf("the page that is signed: %+v, %v", page, err)
	}
	c.sign(health.desk("admin1"), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})

	for i, name := range []string{"new1", "new2"} {
		police.people[name] = read.Motion.Admins[i].Official
		police.grant(read.Motion.Admins[i].Official, read.Motion.Admins[i].Recipient) // of the epochs so far, as the office node does
	}
	if me := police.desk("new1"); me != nil {
		who, _ := me.Me()
		if who.Name != "Ilse Brandt" || who.Title != "Registrar" {
			t.Errorf("the new admin is %+v", who)
		}
	}
	p := police.desk("new1").RestoreProposal(police.people["admin1"])
	second := c.sign(police.desk("new1"), desk.Act{Kind: desk.ActPropose, Propose: p})
	c.sign(police.desk("new2"), desk.Act{Kind: desk.ActSecond, Target: second.ID})
	if got := len(c.view().Admins("police", ledger.TimeOf(c.now))); got != 3 {
		t.Errorf("%d usable admins", got)
	}
	if rows, err := tax.desk("admin1").Motions(t.Context()); err != nil || rows[0].State != desk.MotionCarried {
		t.Errorf("%+v, %v", rows, err)
	}
}

func files(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestRulesVersionIsPutToTheVoteOfAll(t *testing.T) {
	c := newCity(t)
	tax, police := c.agencies["tax"], c.agencies["police"]
	f := c.sign(tax.desk("admin1"), tax.desk("admin1").RulesMotion(2, c.height+10))
	m := c.motions(police.desk("admin1"))[0]
	if m.Asked != 2 || m.Needed != 2 || m.Motion.Motion.Version != 2 {
		t.Fatalf("%+v", m)
	}
	c.sign(police.desk("admin1"), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})
	if g := c.view().Global(); g.NextVersion != 2 {
		t.Errorf("next is %d", g.NextVersion)
	}
	page, err := tax.desk("admin1").Prepare(t.Context(), tax.desk("admin1").RulesMotion(1, c.height+10))
	if err != nil || page.Check != ledger.WrongState {
		t.Errorf("a version in force: %v, %v", page.Check, err)
	}
}

func TestTheRulesSayBeforehandAboutWhomAMotionIsPossible(t *testing.T) {
	c := newCity(t)
	tax, health := c.agencies["tax"], c.admit("health", "Health Fund")
	f := c.sign(tax.desk("admin1"), desk.MotionAbout(ledger.MotionSuspend, "police", "not-reachable"))
	targets := func(d *desk.Desk) map[ledger.AgencyID]desk.MotionTarget {
		t.Helper()
		list, err := d.MotionTargets(t.Context())
		c.must(err)
		out := map[ledger.AgencyID]desk.MotionTarget{}
		for _, x := range list {
			out[x.Agency] = x
		}
		return out
	}
	list := targets(health.desk("admin1"))
	if _, us := list["health"]; us || len(list) != 2 {
		t.Fatalf("Health may judge %v", list)
	}
	police := list["police"]
	if police.Check[ledger.MotionSuspend] != ledger.Accepted || police.Check[ledger.MotionReinstate] != ledger.WrongState ||
		police.Check[ledger.MotionReplaceKeeper] != ledger.WrongState || len(police.Open) != 1 || police.Open[0] != ledger.MotionSuspend {
		t.Errorf("about Police: %+v", police)
	}
	if got := list["tax"].Check[ledger.MotionExpel]; got != ledger.KeeperNotReady {
		t.Errorf("expelling the only keeper: %q", got)
	}
	c.sign(health.desk("admin1"), desk.Act{Kind: desk.ActVote, Target: f.ID, Yes: true})
	police = targets(health.desk("admin1"))["police"]
	if police.Check[ledger.MotionSuspend] != ledger.WrongState || police.Check[ledger.MotionReinstate] != ledger.Accepted || len(police.Open) != 0 {
		t.Errorf("once it is suspended: %+v", police)
	}
	if got := targets(c.agencies["police"].desk("admin1"))["tax"].Check[ledger.MotionSuspend]; got != ledger.AgencySuspended {
		t.Errorf("by a suspended agency: %q", got)
	}
	if code, err := health.desk("admin1").CheckMotion(t.Context(), *health.desk("admin1").RulesMotion(1, c.height+10).Motion); err != nil || code != ledger.WrongState {
		t.Errorf("the rules in force: %q, %v", code, err)
	}
}

func TestAnAgencyWithoutAdminsKnowsThatItIs(t *testing.T) {
	c := newCity(t)
	police := c.agencies["police"]
	locked := desk.New(police.node, desk.Options{Keys: police.keys(), WorkFactor: 4})
	for _, name := range []string{"admin2", "admin1"} {
		if lost, err := locked.WithoutAdmins(t.Context()); err != nil || lost {
			t.Fatalf("lost %v, %v", lost, err)
		}
		c.sign(police.desk("admin1"), desk.Act{Kind: desk.ActSuspendKey, Official: police.people[name]})
	}
	if lost, err := locked.WithoutAdmins(t.Context()); err != nil || !lost {
		t.Errorf("lost %v, %v", lost, err)
	}
}
