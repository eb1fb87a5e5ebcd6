package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// DateForm is how a field for a day reads and writes it.
type DateForm struct {
	Words CalendarWords
	Read  func(text string) (time.Time, bool)
	Write func(day time.Time) string
	Start func() time.Time // on which day the calendar stands where none is written
	Last  func() time.Time // the last day that can be taken; nil: any
}

// NewDateInput is a line for a day: it is typed, or taken from a calendar, which
// its button and the Down key open.
func NewDateInput(placeholder string, form DateForm) *Input {
	d := &dateField{form: form}
	e := newEntry()
	e.SetPlaceHolder(placeholder)
	d.open = NewIconButton(assets.IconCalendar, form.Words.Open, d.show)
	e.ActionItem = Inset(0, 4, 0, 0, d.open)
	e.key = func(k *fyne.KeyEvent) bool {
		if k.Name != fyne.KeyDown || e.Disabled() {
			return false
		}
		d.show()
		return true
	}
	d.input = newInput(e)
	d.input.beside = d.open
	return d.input
}

// dateField is the calendar of a field.
type dateField struct {
	form  DateForm
	input *Input
	open  *Button
	pop   *widget.PopUp
}

// show opens the calendar below the field, or above it where there is no room.
func (d *dateField) show() {
	entry, driver := d.input.entry, fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(entry)
	if c == nil || d.pop != nil && d.pop.Visible() {
		return
	}
	day, ok := d.form.Read(d.input.Text())
	if !ok {
		day = d.form.Start()
	}
	var last time.Time
	if d.form.Last != nil {
		last = d.form.Last()
	}
	calendar := NewCalendar(d.form.Words, day, last, func(day time.Time) {
		d.hide()
		d.input.SetText(d.form.Write(day))
	}).OnEscape(d.hide)
	edge := Inset(-4, -4, -4, -4, NewBox(Clear).Outlined(Line).Rounded(12)) // over the toolkit's own padding
	d.pop = widget.NewPopUp(Layers(edge, Pad(8, calendar)), c)
	at, size, gap := driver.AbsolutePositionForObject(entry), d.pop.MinSize(), theme.Padding()
	y := at.Y + entry.Size().Height + gap
	if y+size.Height > c.Size().Height {
		y = max(at.Y-size.Height-gap, 0)
	}
	d.pop.ShowAtPosition(fyne.NewPos(max(min(at.X, c.Size().Width-size.Width), 0), y))
	c.Focus(calendar.Focus())
}

// hide goes back to the field.
func (d *dateField) hide() {
	d.pop.Hide()
	if c := fyne.CurrentApp().Driver().CanvasForObject(d.input.entry); c != nil {
		c.Focus(d.input.entry)
	}
}
