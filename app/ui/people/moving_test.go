package people_test

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/ledger"
	"countersign/ledger/rules"
)

func (f *fake) MotionTargets(context.Context) ([]desk.MotionTarget, error) { return f.targets, nil }
func (f *fake) CheckMotion(context.Context, desk.Motion) (desk.Refusal, error) {
	return f.refuses, nil
}
func (f *fake) ReadOffer(_ context.Context, text string) (desk.AdminOffer, error) {
	if f.offer == nil || text != "an offer" {
		return desk.AdminOffer{}, desk.ErrBadOffer
	}
	return *f.offer, nil
}
func (f *fake) RulesMotion(version uint64, from desk.Height) desk.Act {
	return desk.Act{Kind: desk.ActMotion, Motion: &desk.Motion{Act: desk.MotionRulesVersion, Agency: "valmarine-tax", Version: version, AtHeight: from}}
}
func (f *fake) Network(context.Context) (desk.Network, error) { return f.network, nil }

// movers is a desk from which most can be put to the vote.
func movers() *fake {
	check := func(suspend, reinstate desk.Refusal) map[ledger.MotionAct]ledger.Refusal {
		return map[ledger.MotionAct]ledger.Refusal{desk.MotionSuspend: suspend, desk.MotionReinstate: reinstate, desk.MotionExpel: desk.Accepted, desk.MotionReplaceKeeper: desk.WrongState}
	}
	words := [6]string{"harbour", "violet", "ninety", "saddle", "orchid", "lantern"}
	return &fake{
		targets: []desk.MotionTarget{
			{Agency: "valmarine-civil", Title: "Civil Registry", Standing: rules.StandingSuspended, Check: check(desk.WrongState, desk.Accepted)},
			{Agency: "valmarine-health", Title: "Health Fund", Standing: rules.StandingMember, Keeper: true, Check: check(desk.Accepted, desk.WrongState), Open: []ledger.MotionAct{desk.MotionSuspend}},
			{Agency: "valmarine-police", Title: "Valmarine Police", Standing: rules.StandingMember, Check: check(desk.Accepted, desk.WrongState)}},
		offer: &desk.AdminOffer{Agency: "valmarine-health", Title: "Health Fund", Words: words,
			Cards:  [2]desk.Card{{Name: "Ilse Brandt", Title: "Registrar", Unit: "Cover"}, {Name: "Paul Roy"}},
			Motion: desk.Motion{Act: desk.MotionNewAdmins, Agency: "valmarine-health", Admins: make([]ledger.AdminDocument, 2)}},
		network: desk.Network{Height: 1284, Rules: desk.RulesState{Version: 1, Known: 2}},
	}
}

// put opens the page on which something is put to the vote, at one of its kinds.
func put(t *testing.T, s *uitest.Stage, f *fake, kind int) {
	t.Helper()
	if d, open := s.Window.Canvas().Overlays().Top().(*widgets.Dialog); open {
		d.Close()
	}
	s.Show(people.NewMembers(s.Env, f), page.Place{})
	uitest.Press(t, s, s.Env.T("members.put"))
	for range kind {
		keys(s, fyne.KeyDown)
	}
}

// The kinds, in the order of the page.
const (
	kindSuspend = iota
	kindReinstate
	kindExpel
	kindReplaceKeeper
	kindNewAdmins
	kindRules
)

// choose picks from the list and, where there is a second, one of the reasons.
func choose(t *testing.T, s *uitest.Stage, agency, why int) {
	t.Helper()
	uitest.Walk(s.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if p, ok := o.(*widgets.Pick); ok {
			p.Choose(agency)
		}
	})
	lists := 0
	uitest.Walk(s.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if c, ok := o.(*widgets.Choices); ok {
			if lists++; lists == 2 {
				c.Pick(why)
			}
		}
	})
}

func proceed(t *testing.T, s *uitest.Stage) *widgets.Button {
	t.Helper()
	b := uitest.Button(s.Window.Canvas().Overlays().Top(), s.Env.T("sign.continue_passphrase"))
	if b == nil {
		t.Fatal("there is no way to go on")
	}
	return b
}

func TestPuttingToTheVoteOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := stage(t, look.Lang, look.Scheme, desk.RoleAdmin)
			put(t, s, movers(), kindSuspend)
			choose(t, s, 2, 3)
			s.Picture(t, "put-suspend-"+look.Name)
			put(t, s, movers(), kindReinstate)
			choose(t, s, 1, 0)
			proceed(t, s).Tapped(nil)
			s.Picture(t, "put-reinstate-wrong-"+look.Name)
			put(t, s, movers(), kindExpel)
			proceed(t, s).Tapped(nil)
			s.Picture(t, "put-expel-missing-"+look.Name)
			put(t, s, movers(), kindReplaceKeeper)
			s.Picture(t, "put-replace-keeper-none-"+look.Name)
			put(t, s, movers(), kindNewAdmins)
			uitest.Fill(t, s, 0, "an offer")
			proceed(t, s).Tapped(nil)
			s.Picture(t, "put-new-admins-"+look.Name)
			put(t, s, movers(), kindRules)
			uitest.Fill(t, s, 0, "3")
			uitest.Fill(t, s, 1, "1,200")
			s.Picture(t, "put-rules-"+look.Name)
		})
	}
}

// Each kind goes to its sign page with what was chosen, and says it in words.
func TestEachKindIsPutToTheVote(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  int
		fill  func(*testing.T, *uitest.Stage)
		act   desk.MotionAct
		about desk.AgencyID
		code  desk.Code
		says  string
	}{
		{"suspend", kindSuspend, func(t *testing.T, s *uitest.Stage) { choose(t, s, 2, 3) }, desk.MotionSuspend, "valmarine-police", "not-reachable", "Suspend Valmarine Police: It does not answer"},
		{"reinstate", kindReinstate, func(t *testing.T, s *uitest.Stage) { choose(t, s, 0, 0) }, desk.MotionReinstate, "valmarine-civil", "remedied", "Reinstate Civil Registry: It has been put right"},
		{"expel", kindExpel, func(t *testing.T, s *uitest.Stage) { choose(t, s, 1, 2) }, desk.MotionExpel, "valmarine-health", "terms-broken", "Expel Health Fund"},
		{"new admins", kindNewAdmins, func(t *testing.T, s *uitest.Stage) {
			uitest.Fill(t, s, 0, " an offer\n")
			uitest.Tick(t, s, "I called, and all six words are the same")
		}, desk.MotionNewAdmins, "valmarine-health", "", "New administrators for Health Fund"},
		{"rules", kindRules, func(t *testing.T, s *uitest.Stage) {
			uitest.Fill(t, s, 0, "2")
			uitest.Fill(t, s, 1, "120,000")
		}, desk.MotionRulesVersion, "valmarine-tax", "", "Version 2 of the rules from block 120,000 on"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), movers()
			put(t, s, f, c.kind)
			if b := proceed(t, s); !b.Disabled() || b.Reason() == "" {
				t.Fatal("goes on before anything is chosen")
			}
			c.fill(t, s)
			if b := proceed(t, s); b.Disabled() {
				t.Fatalf("does not go on: %s", b.Reason())
			}
			s.Env.Submit()
			if len(f.prepared) != 1 || f.prepared[0].Kind != desk.ActMotion {
				t.Fatalf("prepared %v", f.prepared)
			}
			if m := f.prepared[0].Motion; m.Act != c.act || m.Agency != c.about || m.Code != c.code {
				t.Errorf("the motion is %+v", m)
			}
			if text := s.Text(); !strings.Contains(text, "I ask the members to vote: "+c.says) {
				t.Errorf("the sign page says %q", text)
			}
		})
	}
}

// What the rules would refuse is said beside its field and goes no further.
func TestWhatTheRulesWouldRefuseIsNotPutToTheVote(t *testing.T) {
	for _, c := range []struct {
		name, says string
		kind       int
		change     func(*fake)
		fill       func(*testing.T, *uitest.Stage)
	}{
		{"suspended already", "It is suspended already.", kindSuspend, nil, func(t *testing.T, s *uitest.Stage) { choose(t, s, 0, 0) }},
		{"no keeper", "No other keeper can be replaced now.", kindReplaceKeeper, nil, func(*testing.T, *uitest.Stage) {}},
		{"we are suspended", "The agency is suspended.", kindSuspend, func(f *fake) {
			for i := range f.targets {
				f.targets[i].Check[desk.MotionSuspend] = ledger.AgencySuspended
			}
		}, func(*testing.T, *uitest.Stage) {}},
		{"no offer", "This is no offer of two administrators", kindNewAdmins, nil, func(t *testing.T, s *uitest.Stage) { uitest.Fill(t, s, 0, "a letter") }},
		{"admins there", "An administrator’s key of this agency works", kindNewAdmins, func(f *fake) { f.refuses = desk.WrongState },
			func(t *testing.T, s *uitest.Stage) { uitest.Fill(t, s, 0, "an offer") }},
		{"words not compared", "Call the agency and compare the words first.", kindNewAdmins, nil, func(t *testing.T, s *uitest.Stage) { uitest.Fill(t, s, 0, "an offer") }},
		{"rules in force", "Write a number above 1.", kindRules, nil, func(t *testing.T, s *uitest.Stage) { uitest.Fill(t, s, 0, "1") }},
		{"a block that is past", "Write the number of a block after 1,284.", kindRules, nil, func(t *testing.T, s *uitest.Stage) {
			uitest.Fill(t, s, 0, "2")
			uitest.Fill(t, s, 1, "1284")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), movers()
			if c.change != nil {
				c.change(f)
			}
			put(t, s, f, c.kind)
			c.fill(t, s)
			b := proceed(t, s)
			b.Tapped(nil)
			if !b.Disabled() || !strings.HasPrefix(b.Reason(), c.says) || !strings.Contains(s.Text(), c.says) || len(f.prepared) != 0 {
				t.Errorf("goes on: %v, reason %q, says %q", !b.Disabled(), b.Reason(), s.Text())
			}
		})
	}
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), movers()
	put(t, s, f, kindSuspend)
	choose(t, s, 1, 0)
	if !strings.Contains(s.Text(), "The members vote on this already.") {
		t.Errorf("a second vote on the same: %q", s.Text())
	}
	f.network.Rules.Known = 1
	put(t, s, f, kindRules)
	uitest.Fill(t, s, 0, "2")
	if !strings.Contains(s.Text(), "it stops at that block unless it is updated before") {
		t.Errorf("newer than the program: %q", s.Text())
	}
}

// Escape leaves the page from wherever the focus is, and nothing was signed.
func TestEscapeLeavesThePageOfAMotion(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), movers()
	put(t, s, f, kindSuspend)
	stops := 0
	first := s.Window.Canvas().Focused()
	for {
		keys(s, fyne.KeyEscape)
		if s.Window.Canvas().Overlays().Top() != nil {
			t.Fatalf("Escape does not leave the page from stop %d, %T", stops, s.Window.Canvas().Focused())
		}
		put(t, s, f, kindSuspend)
		stops++
		for range stops {
			s.Window.Canvas().FocusNext()
		}
		if s.Window.Canvas().Focused() == first || stops > 14 {
			break
		}
	}
	if len(f.prepared) != 0 || stops < 5 {
		t.Errorf("%d stops, prepared %v", stops, f.prepared)
	}
}

// The sign page of new administrators has the six words and both cards, for who
// proposes and for who votes.
func TestNewAdministratorsAreSignedForByWordsAndNames(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := stage(t, look.Lang, look.Scheme, desk.RoleAdmin), movers()
			m := f.offer.Motion
			f.page = &desk.AdminPage{Act: string(desk.ActVote), What: "Health Fund", Motion: &m, Words: f.offer.Words, Admins: f.offer.Cards[:], Yes: true}
			row := desk.MotionRow{By: "Civil Registry", About: "Health Fund", State: desk.MotionOpen, Words: f.offer.Words, Admins: f.offer.Cards[:], Yes: 1, Needed: 2,
				Votes: []desk.MemberVote{{Title: "Civil Registry", Yes: true}}, Waiting: []string{"Tax Service"}}
			row.Motion.Motion, row.Motion.Until = m, uitest.At(20*day)
			f.motions = []desk.MotionRow{row}
			s.Show(people.NewMembers(s.Env, f), page.Place{})
			s.Picture(t, "motion-new-admins-"+look.Name)
			uitest.Press(t, s, s.Env.T("members.vote_yes"))
			s.Picture(t, "vote-new-admins-"+look.Name)
			uitest.Press(t, s, s.Env.T("common.cancel"))
			f.page.Act, f.page.Yes = string(desk.ActMotion), false
			put(t, s, f, kindNewAdmins)
			uitest.Fill(t, s, 0, "an offer")
			uitest.Tick(t, s, s.Env.T("members.same_words"))
			uitest.Press(t, s, s.Env.T("sign.continue_passphrase"))
			s.Picture(t, "sign-new-admins-"+look.Name)
			for _, word := range append([]string{"Ilse Brandt", "Registrar", "Cover", "Paul Roy"}, f.offer.Words[:]...) {
				if !strings.Contains(s.Text(), word) {
					t.Errorf("the page leaves out %q: %s", word, s.Text())
				}
			}
		})
	}
}

func (f *fake) WithoutAdmins(context.Context) (bool, error) { return f.lost, nil }
func (f *fake) OfferAdmins(_ context.Context, pair [2]desk.NewAdmin) (desk.AdminOffer, error) {
	f.offered = append(f.offered, pair)
	return desk.AdminOffer{Text: "countersign-admins-1:qqqq", Words: [6]string{"harbour", "violet", "ninety", "saddle", "orchid", "lantern"}}, nil
}

// An agency that has lost its administrators says so to its officials, and two
// people make an offer there, each with a passphrase of their own.
func TestAnAgencyWithoutAdministratorsOffersNewOnes(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := stage(t, look.Lang, look.Scheme, desk.RoleApprover), &fake{lost: true}
			s.Show(people.NewMine(s.Env, f), page.Place{})
			s.Picture(t, "lost-"+look.Name)
			uitest.Press(t, s, s.Env.T("members.offer_admins"))
			for i, text := range []string{"Ilse Brandt", "Registrar", "first passphrase", "first passphrase", "Paul Roy", "", "short", ""} {
				uitest.Fill(t, s, i, text)
			}
			s.Env.Submit()
			s.Picture(t, "offer-wrong-"+look.Name)
			if len(f.offered) != 0 {
				t.Fatal("offered with a passphrase that is too short")
			}
			uitest.Fill(t, s, 6, "second passphrase")
			uitest.Fill(t, s, 7, "second passphrase")
			s.Env.Submit()
			s.Picture(t, "offer-made-"+look.Name)
			if len(f.offered) != 1 || f.offered[0][0].Card.Title != "Registrar" || f.offered[0][1].Passphrase != "second passphrase" {
				t.Fatalf("offered %+v", f.offered)
			}
			uitest.Press(t, s, s.Env.T("common.copy"))
			if len(s.Copied) != 1 || !strings.HasPrefix(s.Copied[0], "countersign-admins-1:") {
				t.Errorf("copied %v", s.Copied)
			}
		})
	}
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleApprover), new(fake)
	s.Show(people.NewMine(s.Env, f), page.Place{})
	if uitest.Button(s.Window.Content(), "Offer new administrators") != nil {
		t.Error("it is offered although administrators are there")
	}
}
