package network_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/network"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

type fake struct {
	net   desk.Network
	kept  []desk.KeptEntry
	inbox desk.InboxGroups
	err   error
	again []desk.EntryID
}

var case433, case207 = desk.EntryID{0x43}, desk.EntryID{0x20}

func city() *fake {
	member := func(id desk.AgencyID, title string, keeper bool, delay time.Duration) desk.Member {
		return desk.Member{Agency: id, Title: title, Standing: "member", Keeper: keeper, Online: true, Delay: delay, Height: 1287, Addresses: []string{"/ip4/127.0.0.1/udp/46001/quic-v1"}}
	}
	f := &fake{net: desk.Network{Height: 1287, Keepers: 4, Online: 3, Needed: 3, Members: []desk.Member{
		member("valmarine-police", "Valmarine Police", true, 11*time.Millisecond), member("valmarine-tax", "Tax Service", true, 0),
		member("valmarine-civil", "Civil Registry", true, 14*time.Millisecond), member("valmarine-health", "Health Fund", true, 0),
		member("valmarine-pension", "Pension Office", false, 22*time.Millisecond), member("valmarine-schools", "Schools Office", false, 31*time.Millisecond),
		member("valmarine-metro", "Metro", false, 6*time.Millisecond)}}}
	f.net.Members[1].Us = true
	f.leave(3)
	return f
}

func (f *fake) leave(i int) {
	m := &f.net.Members[i]
	m.Online, m.Height, m.Delay, m.Since = false, 1284, 0, uitest.Now().Add(-34*time.Minute)
}

// halfAway is the city with too few keepers online and two signatures kept.
func halfAway() *fake {
	f := city()
	f.leave(0)
	f.net.Online, f.net.Kept = 2, 2
	f.kept = []desk.KeptEntry{
		{Kept: desk.Kept{ID: desk.EntryID{1}, Since: uitest.Now().Add(-26 * time.Minute), ValidUntil: uitest.At(72 * time.Hour)}, Mine: true, Act: &desk.Act{Kind: desk.ActApprove, Request: case433}},
		{Kept: desk.Kept{ID: desk.EntryID{2}, Since: uitest.Now().Add(-80 * time.Hour)}, Mine: true, Expired: true, Act: &desk.Act{Kind: desk.ActReturn, Request: case207}}}
	f.inbox.ToSign = []desk.RequestRow{{ID: case433, State: desk.Submitted, Case: "VM-2026-0433", HoursLeft: 4}}
	f.inbox.Waiting = []desk.RequestRow{{ID: case207, State: desk.Submitted, Case: "TRN-26-0207", DaysLeft: 3}}
	return f
}

func (f *fake) Network(context.Context) (desk.Network, error)          { return f.net, f.err }
func (f *fake) Kept(context.Context) ([]desk.KeptEntry, error)         { return f.kept, nil }
func (f *fake) Inbox(context.Context) (desk.InboxGroups, error)        { return f.inbox, nil }
func (f *fake) Await(context.Context, desk.Ticket) (desk.Final, error) { return desk.Final{}, nil }
func (f *fake) Catalogue(context.Context) ([]desk.DatasetView, error) {
	return []desk.DatasetView{{Provider: "valmarine-health", Contact: "Disclosure desk, 4410"}, {Provider: "valmarine-police", Contact: "Records, 4400"},
		{Provider: "valmarine-health", Contact: "Disclosure desk, 4410"}, {Provider: "valmarine-civil", Contact: "Registry window, 4420"}}, nil
}
func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	return &desk.SignPage{Act: act}, nil
}
func (f *fake) Sign(context.Context, *desk.SignPage, string) (desk.Ticket, error) {
	return desk.Ticket{}, nil
}
func (f *fake) Again(_ context.Context, id desk.EntryID) (*desk.SignPage, error) {
	f.again = append(f.again, id)
	return &desk.SignPage{Act: desk.Act{Kind: desk.ActReturn, Request: case207}, Agency: "Tax Service", Other: "Metro"}, nil
}

func TestNetworkOnScreen(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := uitest.New(t, look.Lang, look.Scheme)
			s.Show(network.New(s.Env, city()), page.Place{})
			s.Picture(t, "online-"+look.Name)
			s.Show(network.New(s.Env, halfAway()), page.Place{})
			s.Picture(t, "waiting-"+look.Name)
		})
	}
}

func TestOnlyLinesFromHereHaveADelay(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	s.Show(network.New(s.Env, city()), page.Place{})
	if text := s.Text(); !strings.Contains(text, "3 of 4 online: decisions become final") || !strings.Contains(text, "3 blocks behind") {
		t.Fatalf("the page says %q", text)
	}
}

func TestAnExpiredSignatureCanBeSignedAgain(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), halfAway()
	s.Show(network.New(s.Env, f), page.Place{})
	uitest.Press(t, s, "Sign again")
	if len(f.again) != 1 || f.again[0] != (desk.EntryID{2}) {
		t.Fatalf("again %v", f.again)
	}
	if s.Window.Canvas().Overlays().Top() == nil {
		t.Fatal("no sign page is open")
	}
}

func TestAStoppedNodeSaysSo(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), city()
	f.net.Problem = "stopped: block 1288: state digest differs"
	s.Show(network.New(s.Env, f), page.Place{})
	s.Picture(t, "stopped-en-light")
	uitest.Press(t, s, "Copy")
	if len(s.Copied) != 1 || s.Copied[0] != f.net.Problem {
		t.Errorf("copied %q", s.Copied)
	}
}

// A clock that is off stops nothing, and the page does not say that it does.
func TestAWrongClockIsSaidAndStopsNothing(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), city()
	f.net.Problem = "clock-off: 12s"
	s.Show(network.New(s.Env, f), page.Place{})
	if text := s.Text(); !strings.Contains(text, "off by 12s") || strings.Contains(text, "does not follow") {
		t.Errorf("the page says %q", text)
	}
}

// FAULTS 6: a full disk is said with what is safe.
func TestAFullDiskIsSaid(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := uitest.New(t, look.Lang, look.Scheme), city()
			f.net.Problem, f.net.ReadOnly = "disk-full: nothing new can be kept until there is room", true
			s.Show(network.New(s.Env, f), page.Place{})
			s.Picture(t, "full-"+look.Name)
		})
	}
}

// FAULTS 13: an agency whose keeper voted twice is named, with both signatures.
func TestADoubleVoteNamesItsAgency(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s, f := uitest.New(t, look.Lang, look.Scheme), city()
			f.net.DoubleVotes = []desk.DoubleVote{{Agency: "valmarine-civil", Title: "Civil Registry", Height: 1284, Seen: 1286, At: uitest.At(-time.Hour), Proof: []byte("both")}}
			s.Show(network.New(s.Env, f), page.Place{})
			s.Picture(t, "double-"+look.Name)
			uitest.Press(t, s, s.Env.T("network.double_copy"))
			if len(s.Copied) != 1 || s.Copied[0] != "Ym90aA==" {
				t.Errorf("copied %q", s.Copied)
			}
		})
	}
}

func TestNoAnswerOfTheNode(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), city()
	f.err = errors.New("dial control socket: connection refused")
	s.Show(network.New(s.Env, f), page.Place{})
	s.Picture(t, "failed-en-light")
	f.err = nil
	uitest.Press(t, s, "Try again")
	if !strings.Contains(s.Text(), "Valmarine Police") {
		t.Fatal("trying again shows nothing")
	}
}

func TestWhoIsAwayIsNamedWithWhomToCall(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	s.Show(network.New(s.Env, halfAway()), page.Place{})
	text := s.Text()
	for contact, times := range map[string]int{"Records, 4400": 1, "Disclosure desk, 4410": 1, "Registry window, 4420": 0} {
		if n := strings.Count(text, contact); n != times {
			t.Errorf("%q stands %d times on the page, not %d: %q", contact, n, times, text)
		}
	}
}
