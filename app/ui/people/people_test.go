package people_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

const day = 24 * time.Hour

var rosa, ingrid, gael = desk.OfficialID{1}, desk.OfficialID{2}, desk.OfficialID{3}

type fake struct {
	prepared []desk.Act
	enrolled []string
	since    desk.Time
	suspects []desk.Suspect
	motions  []desk.MotionRow
	guests   []desk.JoinRequest
	noHost   bool
	invited  []desk.InviteOptions
	changed  []string
	dropped  []desk.Act // keys of acts that nobody signed
	signFail error
	lost     bool
	offered  [][2]desk.NewAdmin
	targets  []desk.MotionTarget
	offer    *desk.AdminOffer // of the text "an offer"
	refuses  desk.Refusal     // what the rules say to a motion
	network  desk.Network
	page     *desk.AdminPage // of the sign page
}

func person(id desk.OfficialID, name, title, key string, state desk.PersonState, roles ...desk.Role) desk.PersonRow {
	r := desk.PersonRow{Person: desk.Person{ID: id, Agency: "valmarine-tax", Name: name, Title: title}, Key: key, State: state, Since: uitest.At(-700 * day), Me: id == rosa}
	for _, role := range roles {
		r.Person.Roles = append(r.Person.Roles, desk.RoleGrant{Role: role})
	}
	return r
}

func (f *fake) People(context.Context) ([]desk.PersonRow, error) {
	out := []desk.PersonRow{person(desk.OfficialID{4}, "Hélène Arnaud", "Disclosure officer", "7F3A", desk.PersonInUse, desk.RoleApprover),
		person(ingrid, "Ingrid Bauer", "Data protection officer", "B210", desk.PersonEnding, desk.RoleDPO),
		person(desk.OfficialID{5}, "Tomás Okafor", "Legal counsel", "4E91", desk.PersonInUse, desk.RoleApprover),
		person(rosa, "Rosa Lindqvist", "Head of IT", "03D8", desk.PersonInUse, desk.RoleAdmin),
		person(desk.OfficialID{6}, "Jonas Meyer", "Deputy head of IT", "D77C", desk.PersonInUse, desk.RoleAdmin),
		person(gael, "Gaël Pruvost", "Disclosure officer", "5C19", desk.PersonSuspended, desk.RoleApprover),
		person(desk.OfficialID{7}, "Amina Cissé", "Assessment clerk", "11AB", desk.PersonInvited, desk.RoleRequester),
		person(desk.OfficialID{8}, "Elena Voss", "Former counsel", "21B0", desk.PersonRevoked, desk.RoleApprover)}
	out[0].Person.Roles[0].Scope = desk.Scope{Datasets: []desk.Code{"TAX-INC-04", "TAX-ADR-01"}}
	out[1].Ends, out[1].LastUsed = uitest.At(12*day), uitest.At(-2*day)
	out[1].History = []desk.KeyLine{{Key: "B210", State: "active", Since: uitest.At(-700 * day), Until: uitest.At(12 * day)},
		{Key: "88E1", State: "rotated", Since: uitest.At(-1400 * day), Until: uitest.At(-700 * day)}, {Key: "6A07", State: "rotated", Since: uitest.At(-2100 * day), Until: uitest.At(-1400 * day)}}
	out[6].Proposal = desk.EntryID{9}
	return out, nil
}

func (f *fake) Inbox(context.Context) (desk.InboxGroups, error) {
	return desk.InboxGroups{Proposals: []desk.ProposalRow{{ID: desk.EntryID{9}, Act: "enrol", What: "Amina Cissé", By: desk.Person{Name: "Jonas Meyer"}, Until: uitest.At(6 * day)}}}, nil
}
func (f *fake) Suspects(context.Context) ([]desk.Suspect, error) { return f.suspects, nil }
func (f *fake) DecisionsSince(_ context.Context, _ desk.OfficialID, since desk.Time) ([]desk.Suspect, error) {
	f.since = since
	return decisions(), nil
}

func decisions() []desk.Suspect {
	row := func(ref, title, other string, released bool) desk.Suspect {
		return desk.Suspect{Row: desk.RequestRow{ID: desk.EntryID{7}, Case: ref, Dataset: title, OtherTitle: other}, Decision: desk.EntryID{8}, At: uitest.At(-8 * day), By: desk.Person{Name: "Gaël Pruvost"}, Released: released}
	}
	return []desk.Suspect{row("VM-2026-0398", "Last known address", "Valmarine Police", true), row("VM-2026-0412", "Declared income", "Valmarine Police", false)}
}

func (f *fake) NewEnrolment(_ context.Context, name, _, _ string, _ []desk.RoleGrant, _ string, _ desk.Time) (*desk.Propose, error) {
	f.enrolled = append(f.enrolled, name)
	return &desk.Propose{}, nil
}
func (f *fake) RevokeProposal(_ context.Context, _ desk.OfficialID, _ desk.Code, since desk.Time) (*desk.Propose, error) {
	f.since = since
	return &desk.Propose{}, nil
}
func (f *fake) RestoreProposal(desk.OfficialID) *desk.Propose { return &desk.Propose{} }
func (f *fake) RotateKey(_ context.Context, passphrase string, _, _ desk.Time) (*desk.Rotate, error) {
	if passphrase == "not it" {
		return nil, desk.ErrWrongPassphrase
	}
	return &desk.Rotate{}, nil
}
func (f *fake) DropKey(_ context.Context, act desk.Act) error {
	f.dropped = append(f.dropped, act)
	return nil
}
func (f *fake) EndsIn(days int) desk.Time { return uitest.At(time.Duration(days) * day) }
func (f *fake) ChangePassphrase(old, next string) error {
	f.changed = append(f.changed, old+">"+next)
	return nil
}
func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	f.prepared = append(f.prepared, act)
	return &desk.SignPage{Act: act, CheckCode: "417C 902E", Agency: "Tax Service", Signer: desk.Person{Name: "Rosa Lindqvist"}, Admin: f.page}, nil
}
func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, f.signFail
}
func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) {
	return desk.Final{Height: 9}, nil
}
func (f *fake) Motions(context.Context) ([]desk.MotionRow, error) { return f.motions, nil }
func (f *fake) Invite(_ context.Context, o desk.InviteOptions) (string, error) {
	f.invited = append(f.invited, o)
	return "countersign-invitation-1-qqqq", nil
}
func (f *fake) Joins(context.Context) ([]desk.JoinRequest, error) {
	if f.noHost {
		return nil, desk.ErrNoHost
	}
	return f.guests, nil
}
func (f *fake) ConfirmJoin(context.Context, desk.JoinRequest) (desk.Act, error) {
	return desk.Act{Kind: desk.ActMotion}, nil
}

func stage(t *testing.T, lang i18n.Lang, scheme widgets.Scheme, role desk.Role) *uitest.Stage {
	s := uitest.New(t, lang, scheme)
	s.Room = fyne.NewSize(872, 800) // beside the rail and the index of the settings
	s.Env.Agency, s.Env.Me = "Tax Service", desk.Person{ID: rosa, Agency: "valmarine-tax", Name: "Rosa Lindqvist", Roles: []desk.RoleGrant{{Role: role}}}
	return s
}

func TestPeopleOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := stage(t, look.Lang, look.Scheme, desk.RoleAdmin)
			screen := people.New(s.Env, new(fake))
			s.Show(screen, page.Place{})
			screen.Rune('j')
			s.Picture(t, "people-"+look.Name)
		})
	}
}

// openRevoke opens the page on which the fifth person's key is revoked.
func openRevoke(t *testing.T, s *uitest.Stage, f *fake) {
	t.Helper()
	screen := people.New(s.Env, f)
	s.Show(screen, page.Place{})
	for range 5 {
		screen.Rune('j')
	}
	uitest.Press(t, s, s.Env.T("people.revoke"))
	uitest.Tick(t, s, s.Env.T("people.suspect_some"))
}

// keys presses keys in what has the focus.
func keys(s *uitest.Stage, names ...fyne.KeyName) {
	for _, k := range names {
		s.Window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
	}
}

func TestRevokingOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := stage(t, look.Lang, look.Scheme, desk.RoleAdmin), new(fake)
			openRevoke(t, s, f)
			s.Picture(t, "revoke-"+look.Name)
			s.Window.Canvas().Focus(input(t, s, 0).Focus())
			keys(s, fyne.KeyDown)
			s.Picture(t, "revoke-calendar-"+look.Name)
			keys(s, fyne.KeyEscape)
			uitest.Fill(t, s, 0, "2026-06-12")
			uitest.Fill(t, s, 1, "quarter past")
			s.Picture(t, "revoke-wrong-"+look.Name)
		})
	}
}

// The day is taken from the calendar with the keyboard alone, or typed in any of
// the usual forms; the decisions follow it, and no day to come is taken.
func TestSuspectDayIsChosenOrTyped(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	openRevoke(t, s, f)
	since := func(want time.Time) {
		t.Helper()
		if f.since != desk.Time(want.UnixMilli()) {
			t.Fatalf("looked since %v, want %v", f.since.Std().In(uitest.Zone), want)
		}
	}
	s.Window.Canvas().Focus(input(t, s, 0).Focus())
	keys(s, fyne.KeyDown, fyne.KeyRight, fyne.KeyUp, fyne.KeyLeft, fyne.KeyReturn) // no later than today
	since(time.Date(2026, 6, 3, 14, 32, 0, 0, uitest.Zone))
	if s.Window.Canvas().Focused() != input(t, s, 0).Focus() {
		t.Fatal("the focus is not back in the field")
	}
	keys(s, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageUp, fyne.KeyReturn)
	since(time.Date(2026, 4, 3, 14, 32, 0, 0, uitest.Zone))
	uitest.Fill(t, s, 0, "2/6/2026")
	since(time.Date(2026, 6, 2, 14, 32, 0, 0, uitest.Zone))
	uitest.Fill(t, s, 1, "18 h 05")
	since(time.Date(2026, 6, 2, 18, 5, 0, 0, uitest.Zone))
	if text := s.DialogText(); !strings.Contains(text, "Tue\u00a02\u00a0June\u00a02026") {
		t.Fatalf("the day is not written out: %s", text)
	}
	f.since = 0
	uitest.Fill(t, s, 0, "2026-06-12")
	if f.since != 0 || !strings.Contains(s.DialogText(), "This day has not come yet") {
		t.Fatalf("a day to come: since %v, %s", f.since, s.DialogText())
	}
}

// input is the n-th input of the dialog that is open.
func input(t *testing.T, s *uitest.Stage, n int) *widgets.Input {
	t.Helper()
	var found []*widgets.Input
	uitest.Walk(s.Window.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		if in, ok := o.(*widgets.Input); ok {
			found = append(found, in)
		}
	})
	if n >= len(found) {
		t.Fatalf("only %d inputs", len(found))
	}
	return found[n]
}

func TestRevokingSaysWhatItPutsUpForReview(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	screen := people.New(s.Env, f)
	s.Show(screen, page.Place{})
	for range 5 {
		screen.Rune('j')
	}
	uitest.Press(t, s, "Revoke")
	uitest.Tick(t, s, "Some of its signatures may not be theirs")
	if f.since != desk.Time(uitest.Now().UnixMilli()) {
		t.Fatalf("looked since %v", f.since)
	}
	if b := uitest.Button(s.Window.Canvas().Overlays().Top(), "Continue"); b == nil || !b.Disabled() {
		t.Fatal("goes on without a reason")
	}
}

func TestOnlyAdministratorsActOnOthers(t *testing.T) {
	s := stage(t, i18n.English, widgets.SchemeLight, desk.RoleApprover)
	screen := people.New(s.Env, new(fake))
	s.Show(screen, page.Place{})
	screen.Rune('j')
	for _, label := range []string{"Enrol someone", "Revoke", "Suspend", "Make new key"} {
		if uitest.Button(s.Window.Content(), label) != nil {
			t.Errorf("an approver sees %q on another's page", label)
		}
	}
}

func TestEnrollingNeedsANameARoleAndAPassphrase(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	s.Show(people.New(s.Env, f), page.Place{})
	uitest.Press(t, s, "Enrol someone")
	s.Picture(t, "enrol-en-light")
	b := uitest.Button(s.Window.Canvas().Overlays().Top(), "Continue")
	if b == nil || !b.Disabled() || b.Reason() != "Write the name first" {
		t.Fatal("goes on without a name")
	}
	uitest.Fill(t, s, 0, "Amina Cissé")
	uitest.Tick(t, s, "Requester")
	uitest.Fill(t, s, 3, "a long passphrase")
	uitest.Fill(t, s, 4, "a long passphrase")
	uitest.Press(t, s, "Continue")
	if len(f.enrolled) != 1 || len(f.prepared) != 1 || f.prepared[0].Kind != desk.ActPropose {
		t.Fatalf("enrolled %v, prepared %v", f.enrolled, f.prepared)
	}
}

// The key is made before its sign page opens. Whoever leaves that page, or cannot
// sign, leaves no key behind; whoever signs keeps it.
func TestAKeyThatNobodySignsForIsClearedAway(t *testing.T) {
	enrol := func(s *uitest.Stage, f *fake) {
		s.Show(people.New(s.Env, f), page.Place{})
		uitest.Press(t, s, "Enrol someone")
		uitest.Fill(t, s, 0, "Amina Cissé")
		uitest.Tick(t, s, "Requester")
		uitest.Fill(t, s, 3, "a long passphrase")
		uitest.Fill(t, s, 4, "a long passphrase")
		uitest.Press(t, s, "Continue")
	}
	rotate := func(s *uitest.Stage, f *fake) {
		s.Show(people.NewMine(s.Env, f), page.Place{})
		uitest.Press(t, s, "Make new key")
		uitest.Fill(t, s, 0, "a long passphrase")
		uitest.Press(t, s, "Make new key")
	}
	leave := func(s *uitest.Stage) { s.Window.Canvas().Overlays().Top().(*widgets.Dialog).Escape() }
	sign := func(s *uitest.Stage) {
		uitest.Fill(t, s, 0, "a long passphrase")
		uitest.Press(t, s, "Sign")
	}
	for _, c := range []struct {
		name    string
		begin   func(*uitest.Stage, *fake)
		kind    desk.ActKind
		end     func(*uitest.Stage)
		fail    error
		dropped int
	}{
		{"enrol, left", enrol, desk.ActPropose, leave, nil, 1},
		{"enrol, cannot be signed", enrol, desk.ActPropose, sign, desk.ErrDiskFull, 1},
		{"enrol, signed", enrol, desk.ActPropose, sign, nil, 0},
		{"rotate, left", rotate, desk.ActRotate, leave, nil, 1},
		{"rotate, cannot be signed", rotate, desk.ActRotate, sign, desk.ErrDiskFull, 1},
		{"rotate, signed", rotate, desk.ActRotate, sign, nil, 0},
	} {
		s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), &fake{signFail: c.fail}
		c.begin(s, f)
		c.end(s)
		if len(f.dropped) != c.dropped || len(f.prepared) != 1 || c.dropped == 1 && f.dropped[0].Kind != c.kind {
			t.Errorf("%s: prepared %v, cleared away %v", c.name, f.prepared, f.dropped)
		}
	}
}

func TestMyKey(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := stage(t, look.Lang, look.Scheme, desk.RoleAdmin)
			s.Show(people.NewMine(s.Env, new(fake)), page.Place{})
			s.Picture(t, "mine-"+look.Name)
		})
	}
}

func TestAWrongPassphraseMakesNoKey(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	s.Show(people.NewMine(s.Env, f), page.Place{})
	uitest.Press(t, s, "Make new key")
	uitest.Fill(t, s, 0, "not it")
	uitest.Press(t, s, "Make new key")
	if len(f.prepared) != 0 || !strings.Contains(s.DialogText(), "does not open the key") {
		t.Fatalf("prepared %v, the page says %q", f.prepared, s.DialogText())
	}
}

func TestChangingThePassphrase(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	s.Show(people.NewMine(s.Env, f), page.Place{})
	uitest.Press(t, s, "Change the passphrase")
	uitest.Fill(t, s, 0, "the old passphrase")
	uitest.Fill(t, s, 1, "the new passphrase")
	uitest.Fill(t, s, 2, "the new passphrase")
	uitest.Press(t, s, "Change the passphrase")
	if len(f.changed) != 1 || f.changed[0] != "the old passphrase>the new passphrase" {
		t.Fatalf("changed %v", f.changed)
	}
}

func TestMembersOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := stage(t, look.Lang, look.Scheme, desk.RoleAdmin), new(fake)
			f.guests = []desk.JoinRequest{{Words: [6]string{"harbour", "violet", "ninety", "saddle", "orchid", "lantern"}, At: uitest.Now().Add(-12 * time.Minute), Node: &desk.NodeDocument{Code: "TS-DISC-03"}}}
			motion := desk.MotionRow{By: "Civil Registry", About: "Harbour Office"}
			motion.Motion.Motion.Act, motion.Motion.Until = "admit", uitest.At(20*day)
			voted := motion
			voted.About, voted.Voted = "Library", true
			f.motions = []desk.MotionRow{motion, voted}
			s.Show(people.NewMembers(s.Env, f), page.Place{})
			s.Picture(t, "members-"+look.Name)
		})
	}
}

func TestVotingAndInviting(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	f.motions = []desk.MotionRow{{By: "Civil Registry", About: "Harbour Office"}}
	s.Show(people.NewMembers(s.Env, f), page.Place{})
	uitest.Press(t, s, "Invite an agency")
	uitest.Press(t, s, "Copy")
	if len(s.Copied) != 1 || !strings.HasPrefix(s.Copied[0], "countersign-invitation") {
		t.Fatalf("copied %v", s.Copied)
	}
	uitest.Press(t, s, "Close")
	uitest.Press(t, s, "Vote for")
	if len(f.prepared) != 1 || f.prepared[0].Kind != desk.ActVote || !f.prepared[0].Yes {
		t.Fatalf("prepared %v", f.prepared)
	}
}

// What is decided, lapsed, overtaken or taken back asks for no vote.
func TestNobodyIsAskedToVoteOnWhatIsOver(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	words := map[desk.MotionState]string{desk.MotionCarried: "Decided", desk.MotionLapsed: "Not carried", desk.MotionBack: "Taken back", desk.MotionOvertaken: "Overtaken"}
	for state, word := range words {
		row := desk.MotionRow{By: "Civil Registry", About: "Harbour Office", State: state, Votes: []desk.MemberVote{{Title: "Civil Registry", Yes: true}}, Waiting: []string{"Metro"}}
		row.Motion.Motion.Act, row.Motion.Motion.Code = desk.MotionExpel, "not-reachable"
		row.Motion.At, row.Motion.Until, row.Motion.Carried, row.Motion.Back = uitest.At(-9*day), uitest.At(21*day), uitest.At(-2*day), uitest.At(-1*day)
		f.motions = []desk.MotionRow{row}
		s.Show(people.NewMembers(s.Env, f), page.Place{})
		if uitest.Button(s.Window.Content(), "Vote for") != nil {
			t.Errorf("%s: a vote is asked for", state)
		}
		ended := map[desk.MotionState]string{desk.MotionCarried: "on 2 June · decided on 9 June", desk.MotionBack: "on 2 June · taken back on 10 June",
			desk.MotionLapsed: "on 2 June · was open until 2 July", desk.MotionOvertaken: "open until 2 July"}[state]
		for _, w := range []string{word, strings.NewReplacer(" June", "\u00a0June", " July", "\u00a0July").Replace(ended), "Expel Harbour Office: It does not answer", "for: Civil Registry · not yet: Metro"} {
			if !strings.Contains(s.Text(), w) {
				t.Errorf("%s does not say %q: %s", state, w, s.Text())
			}
		}
	}
	f.motions = []desk.MotionRow{{By: "Tax Service", About: "Harbour Office", State: desk.MotionOpen, Voted: true, CanBack: true}}
	s.Show(people.NewMembers(s.Env, f), page.Place{})
	uitest.Press(t, s, "Take back")
	if len(f.prepared) != 1 || f.prepared[0].Kind != desk.ActVote || f.prepared[0].Yes {
		t.Fatalf("prepared %v", f.prepared)
	}
}

func TestANodeThatLetsNobodyInOffersNoInvitation(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	f.noHost = true
	s.Show(people.NewMembers(s.Env, f), page.Place{})
	if uitest.Button(s.Window.Content(), "Invite an agency") != nil {
		t.Fatal("a dead button")
	}
}

func TestWhatIsMissingIsBlamedBesideItsFieldOnceSomebodyGoesOn(t *testing.T) {
	s, f := stage(t, i18n.English, widgets.SchemeLight, desk.RoleAdmin), new(fake)
	s.Show(people.New(s.Env, f), page.Place{})
	uitest.Press(t, s, "Enrol someone")
	wanted := []string{"Write the name first", "Tick at least one role", "At least 12 characters."}
	for _, text := range wanted {
		if strings.Contains(s.DialogText(), text) {
			t.Errorf("%q is said before anybody has begun", text)
		}
	}
	uitest.Button(s.Window.Canvas().Overlays().Top(), "Continue").Tapped(nil)
	for _, text := range wanted {
		if !strings.Contains(s.DialogText(), text) {
			t.Errorf("%q is not said: %q", text, s.DialogText())
		}
	}
	uitest.Fill(t, s, 3, "a long passphrase")
	if text := s.DialogText(); strings.Contains(text, wanted[2]) || !strings.Contains(text, "The two are not the same.") {
		t.Errorf("the page says %q", text)
	}
}
