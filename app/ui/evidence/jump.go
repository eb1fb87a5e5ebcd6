package evidence

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// stretch is a part of the record: up to a block or an instant, and not before
// another instant. Zero for all: from the newest to the first.
type stretch struct {
	height   desk.Height
	at, from desk.Time
}

// jump is the dialog in which somebody says which part of the record is to be read.
type jump struct {
	screen           *Screen
	from, upTo, tall *widgets.Input // days, and the number of a block
	dialog           *widgets.Dialog
}

func (s *Screen) askJump() {
	e := s.env
	j := &jump{screen: s, from: e.PastDay(), upTo: e.PastDay(), tall: widgets.NewInput(e.Number(1284))}
	for _, in := range []*widgets.Input{j.from, j.upTo, j.tall} {
		in.Submit = func(string) { j.press() }
	}
	j.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("evidence.jump"), First: j.upTo.Focus(),
		Body: widgets.Column(16, widgets.Columns(16, 12, []float32{1, 1}, widgets.Labelled(e.T("evidence.jump_up_to"), "", j.upTo), widgets.Labelled(e.T("evidence.jump_from"), "", j.from)),
			widgets.Labelled(e.T("evidence.jump_block"), "", j.tall), widgets.NewPara(e.T("evidence.jump_text", i18n.P{"example": e.Now().Format(time.DateOnly)})).Caption().In(widgets.Ink3)),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { j.dialog.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, e.T("evidence.jump_do"), j.press).WithKey("Enter")}})
	j.dialog.Show()
}

// press goes where the fields say, or says beside each field what is wrong with it.
func (j *jump) press() {
	to, ok := j.read()
	if !ok {
		j.dialog.Refresh()
		return
	}
	j.dialog.Close()
	j.screen.begin(to)
}

func (j *jump) read() (to stretch, ok bool) {
	e, ok := j.screen.env, true
	fail := func(in *widgets.Input, key string) {
		in.SetError(e.T(key, i18n.P{"example": e.Now().Format(time.DateOnly)}))
		ok = false
	}
	for _, in := range []*widgets.Input{j.from, j.upTo, j.tall} {
		in.SetError("")
	}
	blank := func(in *widgets.Input) bool { return strings.TrimSpace(in.Text()) == "" }
	if blank(j.from) && blank(j.upTo) && blank(j.tall) {
		fail(j.upTo, "evidence.jump_what")
		return to, ok
	}
	if !blank(j.upTo) {
		if day, is := e.Day(j.upTo.Text()); is {
			to.at = endOf(day)
		} else {
			fail(j.upTo, "people.bad_day")
		}
	}
	if !blank(j.from) {
		day, is := e.Day(j.from.Text())
		switch to.from = desk.Time(day.UnixMilli()); {
		case !is:
			fail(j.from, "people.bad_day")
		case to.at != 0 && to.from > to.at:
			fail(j.from, "evidence.jump_order")
		}
	}
	switch n, is := number(j.tall.Text()); {
	case blank(j.tall):
	case !is:
		fail(j.tall, "evidence.jump_number")
	case !blank(j.upTo):
		fail(j.tall, "evidence.jump_either")
	default:
		to.height = desk.Height(n)
	}
	return to, ok
}

// endOf is the last instant of a day.
func endOf(day time.Time) desk.Time { return desk.Time(day.AddDate(0, 0, 1).UnixMilli() - 1) }

// number reads the number of a block, with or without marks between its thousands.
func number(text string) (int64, bool) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ',' || r == '.' || r == '\'' {
			return -1
		}
		return r
	}, text)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0
}

// jumped tells whether a part of the record alone is listed.
func (s *Screen) jumped() bool { return s.query.Height != 0 || s.query.At != 0 || s.query.From != 0 }

// begin reads a part of the record.
func (s *Screen) begin(to stretch) {
	e := s.env
	s.query.Height, s.query.At, s.query.From = to.height, to.at, to.from
	date := func(t desk.Time) string { return e.Date(e.Local(t)) }
	text := ""
	switch {
	case to.at != 0 && to.from != 0:
		text = e.T("evidence.between", i18n.P{"from": date(to.from), "to": date(to.at)})
	case to.height != 0 && to.from != 0:
		text = e.T("evidence.since_to_block", i18n.P{"from": date(to.from), "n": int64(to.height)})
	case to.height != 0:
		text = e.T("evidence.up_to_block", i18n.P{"n": int64(to.height)})
	case to.at != 0:
		text = e.T("evidence.up_to_day", i18n.P{"date": date(to.at)})
	case to.from != 0:
		text = e.T("evidence.since_day", i18n.P{"date": date(to.from)})
	}
	if text == "" {
		s.since.Content().Hide()
	} else {
		s.since.Show(widgets.Row(8, widgets.Grow(widgets.NewText(text).Caption().Bold().In(widgets.Ink2).Cut()),
			widgets.NewLink(e.T("evidence.newest"), func() { s.begin(stretch{}) }).Small().WithIcon(assets.IconX)))
		s.since.Content().Show()
		s.chosen = desk.EntryID{} // what is read next is the newest of what is listed
	}
	s.side.Refresh() // its head is higher or lower now
	s.reload()
}
