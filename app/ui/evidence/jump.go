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

// askJump asks from which day or block on the record is to be read.
func (s *Screen) askJump() {
	e := s.env
	var d *widgets.Dialog
	field := widgets.NewInput(e.PlainDate(e.Now()))
	goOn := func() {
		height, at, ok := s.target(field.Text())
		if !ok {
			field.SetError(e.T("evidence.jump_what"))
			d.Refresh()
			return
		}
		d.Close()
		s.begin(height, at)
	}
	field.Submit = func(string) { goOn() }
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("evidence.jump"), First: field.Focus(),
		Body: widgets.Column(8, widgets.Labelled(e.T("evidence.jump_label"), "", field), widgets.NewPara(e.T("evidence.jump_text", i18n.P{
			"example": e.Now().Format(time.DateOnly)})).Caption().In(widgets.Ink3)),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, e.T("evidence.jump_do"), goOn).WithKey("Enter")}})
	d.Show()
}

// target is the block, or the end of the day, that was typed.
func (s *Screen) target(text string) (height desk.Height, at desk.Time, ok bool) {
	text = strings.TrimSpace(text)
	if day, ok := s.env.Day(text); ok {
		return 0, desk.Time(day.AddDate(0, 0, 1).UnixMilli() - 1), true
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ',' || r == '.' || r == '\'' {
			return -1
		}
		return r
	}, text)
	n, err := strconv.ParseInt(digits, 10, 64)
	return desk.Height(n), 0, err == nil && n > 0
}

// jumped tells whether the list begins below the newest block.
func (s *Screen) jumped() bool { return s.query.Height != 0 || s.query.At != 0 }

// begin reads the record from a block or a time backwards; zero for both: from the newest.
func (s *Screen) begin(height desk.Height, at desk.Time) {
	e := s.env
	s.query.Height, s.query.At = height, at
	text := ""
	switch {
	case height != 0:
		text = e.T("evidence.up_to_block", i18n.P{"n": int64(height)})
	case at != 0:
		text = e.T("evidence.up_to_day", i18n.P{"date": e.Date(e.Local(at))})
	}
	if text == "" {
		s.since.Content().Hide()
	} else {
		s.since.Show(widgets.Row(8, widgets.Grow(widgets.NewText(text).Caption().Bold().In(widgets.Ink2).Cut()),
			widgets.NewLink(e.T("evidence.newest"), func() { s.begin(0, 0) }).Small().WithIcon(assets.IconX)))
		s.since.Content().Show()
		s.chosen = desk.EntryID{} // what is read next is the newest of what is listed
	}
	s.side.Refresh() // its head is higher or lower now
	s.reload()
}
