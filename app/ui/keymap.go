package ui

import (
	"runtime"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// keyGroup is a part of the list of keys.
type keyGroup struct {
	title string
	lines []keyLine
}

// keyLine is what is pressed, keys after one another or at once, and what it does.
type keyLine struct{ keys, does string }

// keyMap is every key that the window of this official has.
func (s *shell) keyMap() []keyGroup {
	e, asks := s.env, s.find(page.Compose) != nil
	anywhere := []keyLine{{"/", e.T("keys.search")}, {"Ctrl K", e.T("keys.goto")}}
	for _, p := range s.places {
		if p.key != 0 {
			anywhere = append(anywhere, keyLine{"G " + string(p.key-'a'+'A'), p.label})
		}
	}
	anywhere = append(anywhere, keyLine{"Ctrl 1…" + strconv.Itoa(len(s.onRail())), e.T("keys.screens")})
	if asks {
		anywhere = append(anywhere, keyLine{"N", e.T("requests.new")})
	}
	anywhere = append(anywhere, keyLine{"Ctrl L", e.T("keys.lock")}, keyLine{"Ctrl Z", e.T("keys.undo")}, keyLine{"Ctrl Shift C", e.T("common.copy_page")}, keyLine{"?", e.T("keys.list")})
	out := []keyGroup{
		{e.T("keys.anywhere"), anywhere},
		{e.T("keys.lists"), []keyLine{{"J ↓", e.T("keys.next")}, {"K ↑", e.T("keys.previous")}, {"Enter", e.T("common.open")}, {"Esc", e.T("keys.back")}}},
		{e.T("keys.request"), []keyLine{{"Space", e.T("keys.tick")}, {"V", e.T("keys.reveal")}, {"E", e.T("nav.evidence")}, {"U", e.T("letter.mark_unread")},
			{"A", e.T("letter.approve")}, {"P", e.T("letter.approve_part")}, {"B", e.T("letter.return")}, {"R", e.T("letter.refuse")}}},
		{e.T("nav.received"), []keyLine{{"X", e.T("received.export")}, {"Del", e.T("keys.delete")}}},
		{e.T("nav.evidence"), []keyLine{{"D", e.T("evidence.jump")}}},
	}
	if asks {
		out = append(out, keyGroup{e.T("requests.new"), []keyLine{{"Ctrl S", e.T("compose.save_draft")}, {"Ctrl Enter", e.T("compose.send")}}})
	}
	return append(out, keyGroup{e.T("keys.signing"), []keyLine{{"Tab", e.T("keys.control")}, {"Enter", e.T("keys.sign")}, {"Esc", e.T("keys.nothing")}}})
}

// keyCaps are the caps of a line, as this computer's keyboard has them.
func keyCaps(keys string) []fyne.CanvasObject {
	var caps []fyne.CanvasObject
	for _, k := range strings.Fields(keys) {
		if k == "Ctrl" && runtime.GOOS == "darwin" {
			k = "Cmd"
		}
		caps = append(caps, widgets.NewKeyCap(k))
	}
	return caps
}

// showKeys lists the keys of the window.
func (s *shell) showKeys() {
	e := s.env
	var d *widgets.Dialog
	draw := func(g keyGroup) fyne.CanvasObject {
		rows := []fyne.CanvasObject{widgets.NewText(g.title).Bold(), widgets.Rule()}
		for _, l := range g.lines {
			rows = append(rows, widgets.Row(8, widgets.Grow(widgets.NewText(l.does).In(widgets.Ink2).Cut()), widgets.Row(4, keyCaps(l.keys)...)))
		}
		return widgets.Column(8, rows...)
	}
	var left, right []fyne.CanvasObject
	for i, g := range s.keyMap() { // the first is as long as two or three of the others
		if i == 0 || i == 3 || i == 4 {
			left = append(left, draw(g))
		} else {
			right = append(right, draw(g))
		}
	}
	note := "keys.note"
	if s.w.settings.CtrlKeysOnly {
		note = "keys.note_off"
	}
	body := widgets.Columns(32, 0, []float32{1, 1}, widgets.Column(20, left...), widgets.Column(20, right...))
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("keys.title"), Body: widgets.Column(20, body, widgets.NewNote(widgets.ToneInfo, e.T(note))),
		Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}
