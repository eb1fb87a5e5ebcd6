// Package notices owns what the desktop is told beside the window: the words of
// a notice, which name an agency and a case number and nothing else, and the
// page on which an official chooses the kinds they want.
package notices

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// listed is how many cases a line of a digest names.
const listed = 4

// Words are a notice's title and text.
func Words(l *i18n.Locale, n desk.Notice) (title, text string) {
	switch n.Pace {
	case desk.PaceHour:
		title = l.T("notices.hour_title")
	case desk.PaceDay:
		title = l.T("notices.day_title")
	default:
		s := n.Signals[0]
		if s.Kind == desk.NoticeKey {
			return label(l, s.Kind), l.T("notices.key_text")
		}
		return label(l, s.Kind), about(s)
	}
	for i := 0; i < len(n.Signals); {
		from := i
		var names []string
		for ; i < len(n.Signals) && n.Signals[i].Kind == n.Signals[from].Kind; i++ {
			if word := about(n.Signals[i]); word != "" {
				names = append(names, word)
			}
		}
		if text != "" {
			text += "\n"
		}
		text += line(l, label(l, n.Signals[from].Kind), names)
	}
	return title, text
}

// Place is what a notice leads to: the request or file it is about; for a digest
// that of its first line.
func Place(n desk.Notice) page.Place {
	s := n.Signals[0]
	switch s.Kind {
	case desk.NoticeKey, desk.NoticeKeyEnds:
		return page.Place{Screen: page.Settings, Section: "mine"}
	case desk.NoticeCheck, desk.NoticePart, desk.NoticeRetention:
		return page.Place{Screen: page.Received, Request: s.Request}
	}
	return page.Place{Screen: page.Inbox, Request: s.Request}
}

func label(l *i18n.Locale, k desk.NoticeKind) string { return l.T("notices." + string(k)) }

// about is an agency and a case number, as far as they are known here.
func about(s desk.Signal) string {
	if s.Agency == "" || s.Case == "" {
		return s.Agency + s.Case
	}
	return s.Agency + " " + s.Case
}

func line(l *i18n.Locale, label string, names []string) string {
	if len(names) == 0 {
		return label
	}
	if more := len(names) - listed; more > 0 {
		names = append(names[:listed:listed], l.N("notices.more", more))
	}
	return l.T("common.colon", i18n.P{"a": label, "b": l.List(names)})
}

// Screen is the page.
type Screen struct {
	env  *page.Env
	off  func() []desk.NoticeKind
	set  func([]desk.NoticeKind)
	slot *page.Slot
}

// New makes the page. off tells which kinds are not wanted; set takes over a choice.
func New(e *page.Env, off func() []desk.NoticeKind, set func([]desk.NoticeKind)) *Screen {
	return &Screen{env: e, off: off, set: set, slot: page.NewSlot()}
}

func (s *Screen) draw() {
	e := s.env
	nine := e.Time(time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC))
	body := widgets.Column(20, widgets.Column(4, widgets.NewText(e.T("notices.nav")).Sub(), widgets.NewPara(e.T("notices.lead")).In(widgets.Ink2)),
		s.card(e.T("notices.now"), desk.PaceNow), s.card(e.T("notices.hour"), desk.PaceHour), s.card(e.T("notices.day", i18n.P{"time": nine}), desk.PaceDay),
		widgets.NewPara(e.T("notices.badge")).Caption().In(widgets.Ink3))
	s.slot.Show(widgets.Page(widgets.Inset(18, 80, 24, 32, widgets.Column(16, body, widgets.Row(0, e.CopyAct(func() fyne.CanvasObject { return body }), widgets.Spring())))))
}

// card holds a switch for each kind that is told at one pace.
func (s *Screen) card(title string, pace desk.Pace) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, k := range desk.NoticeKinds() {
		if k.Pace() != pace {
			continue
		}
		if len(rows) > 0 {
			rows = append(rows, widgets.Rule())
		}
		name := label(s.env.Locale, k)
		rows = append(rows, widgets.Inset(8, 16, 8, 16, widgets.Row(16, widgets.Grow(widgets.NewPara(name)),
			widgets.NewSwitch(name, !slices.Contains(s.off(), k), func(on bool) { s.turn(k, on) }))))
	}
	return widgets.Column(8, widgets.NewText(title).Bold(), widgets.Card(widgets.Column(0, rows...)))
}

func (s *Screen) turn(k desk.NoticeKind, on bool) {
	off := slices.DeleteFunc(slices.Clone(s.off()), func(have desk.NoticeKind) bool { return have == k })
	if !on {
		off = append(off, k)
	}
	s.set(off)
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.slot.Content() }

// Open implements page.Screen.
func (s *Screen) Open(page.Place) { s.draw() }

// Changed implements page.Screen.
func (s *Screen) Changed(desk.Change) {}

// Rune implements page.Screen.
func (s *Screen) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *Screen) Key(*fyne.KeyEvent) bool { return false }
