package notices_test

import (
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/notices"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

func TestNoticesOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s := uitest.New(t, l.Lang, l.Scheme)
			s.Room.Width -= 208 // beside the index of the settings
			off := func() []desk.NoticeKind { return []desk.NoticeKind{desk.NoticeReceipt} }
			s.Show(notices.New(s.Env, off, nil), page.Place{})
			s.Picture(t, "notices-"+l.Name)
		})
	}
}

func TestAKindIsTurnedOffAndOn(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	off := []desk.NoticeKind{desk.NoticeCheck}
	screen := notices.New(s.Env, func() []desk.NoticeKind { return off }, func(now []desk.NoticeKind) { off = now })
	s.Show(screen, page.Place{})
	uitest.Turn(t, s, s.Env.T("notices.request"))
	uitest.Turn(t, s, s.Env.T("notices.check"))
	if len(off) != 1 || off[0] != desk.NoticeRequest {
		t.Errorf("off: %v", off)
	}
}

func TestEveryNoticeLeadsToWhatItIsAbout(t *testing.T) {
	number := desk.EntryID{7}
	for _, k := range desk.NoticeKinds() {
		p := notices.Place(desk.Notice{Pace: k.Pace(), Signals: []desk.Signal{{Kind: k, Request: number}}})
		want := page.Place{Screen: page.Inbox, Request: number}
		switch k {
		case desk.NoticeKey, desk.NoticeKeyEnds:
			want = page.Place{Screen: page.Settings, Section: "mine"}
		case desk.NoticeCheck, desk.NoticePart, desk.NoticeRetention:
			want.Screen = page.Received
		}
		if p != want {
			t.Errorf("%s leads to %+v", k, p)
		}
	}
}

func TestWordsNameAgencyAndCaseOnly(t *testing.T) {
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	l := m.In(i18n.English)
	sig := func(k desk.NoticeKind, agency, number string) desk.Signal {
		return desk.Signal{Kind: k, Key: "a key", Agency: agency, Case: number}
	}
	for _, c := range []struct {
		notice      desk.Notice
		title, text string
	}{
		{desk.Notice{Pace: desk.PaceNow, Signals: []desk.Signal{sig(desk.NoticeDueToday, "Police", "VM-1")}}, "A request for you is due today", "Police VM-1"},
		{desk.Notice{Pace: desk.PaceNow, Signals: []desk.Signal{sig(desk.NoticeKey, "", "")}}, "Your key is suspect", "It signs nothing until two administrators have decided. Settings, My key says more."},
		{desk.Notice{Pace: desk.PaceHour, Signals: []desk.Signal{sig(desk.NoticeRequest, "Police", "VM-1"), sig(desk.NoticeRequest, "Health Fund", ""), sig(desk.NoticeReceipt, "Police", "VM-2")}},
			"In the last hour", "Requests for you to sign: Police VM-1 and Health Fund\nReceipt from the agency that asked: Police VM-2"},
		{desk.Notice{Pace: desk.PaceDay, Signals: []desk.Signal{sig(desk.NoticeDeadline, "P", "1"), sig(desk.NoticeDeadline, "P", "2"), sig(desk.NoticeDeadline, "P", "3"),
			sig(desk.NoticeDeadline, "P", "4"), sig(desk.NoticeDeadline, "P", "5"), sig(desk.NoticeDeadline, "P", "6"), sig(desk.NoticeKeyEnds, "", "")}},
			"Dates to keep", "Due within two working days: P 1, P 2, P 3, P 4 and 2 more\nYour key ends within thirty days"},
	} {
		title, text := notices.Words(l, c.notice)
		if title != c.title || text != c.text {
			t.Errorf("%q, %q", title, text)
		}
		if strings.Contains(text, "a key") {
			t.Errorf("the text shows what is not for people: %q", text)
		}
	}
}
