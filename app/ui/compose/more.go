package compose

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/widgets"
)

// more is what a request can say beside the four parts.
func (f *form) more() fyne.CanvasObject {
	e := f.s.env
	f.drawCase()
	two := []float32{1, 1}
	often := 0
	f.standing = widgets.NewInput(e.T("compose.standing_days"))
	if days := f.s.ask.StandingDays; days > 0 {
		often = 1
		f.standing.SetText(strconv.Itoa(days))
	} else {
		f.standing.Hide()
	}
	f.standing.OnChange(func(string) { f.edit(func(a *desk.Ask) { a.StandingDays = f.standingDays() }) })
	choice := widgets.NewSegmented([]widgets.Segment{{Label: e.T("compose.once")}, {Label: e.T("compose.standing")}}, often, func(i int) {
		if i == 0 {
			f.standing.Hide()
		} else {
			f.standing.Show()
		}
		f.edit(func(a *desk.Ask) { a.StandingDays = f.standingDays() })
	})
	return widgets.Column(12, widgets.Columns(16, 12, two,
		widgets.Labelled(e.T("compose.case_file"), e.T("common.optional"), f.caseFile.Content()), widgets.Labelled(e.T("compose.case"), e.T("common.optional"), f.number),
		widgets.Columns(8, 0, two, widgets.Labelled(e.T("compose.period"), e.T("offer.from"), f.from), widgets.Labelled(" ", e.T("offer.to"), f.to)),
		widgets.Labelled(e.T("compose.rows"), e.T("common.optional"), f.rows),
		widgets.Labelled(e.T("compose.often"), "", choice, f.standing)),
		f.emergency.Content(), widgets.Labelled(e.T("compose.note"), e.T("common.optional"), f.note))
}

// standingDays is for how long data is to be sent again and again; 0: once.
// What is no number of days counts as too many, so it is blamed.
func (f *form) standingDays() int {
	if !f.standing.Visible() {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(f.standing.Text()))
	if err != nil || n < 1 {
		return desk.MaxStandingDays + 1
	}
	return n
}

// drawEmergency offers what the data set's policy allows in an emergency.
func (f *form) drawEmergency(v *desk.DatasetView) {
	if v == nil || !v.Dataset.Policy.Emergency {
		f.s.ask.Emergency = false
		f.emergency.Content().Hide()
		return
	}
	f.emergency.Show(widgets.NewCheck(f.s.env.T("compose.emergency"), f.s.ask.Emergency, func(on bool) {
		f.edit(func(a *desk.Ask) { a.Emergency = on })
	}))
	f.emergency.Content().Show()
}

// drawCase offers the case files that the request can become part of.
func (f *form) drawCase() {
	e, s := f.s.env, f.s
	names := []string{e.T("cases.in_none")}
	chosen := 0
	for i, c := range s.cases {
		name := c.Number
		if c.Title != "" {
			name += " · " + c.Title
		}
		names = append(names, name)
		if c.ID == s.ask.CaseFile {
			chosen = i + 1
		}
	}
	f.caseFile.Show(widgets.NewPick("", names, func(i int) { f.takeCase(i - 1) }).Mark(chosen))
}

// takeCase makes the request part of a case file, under its number; -1 for none.
func (f *form) takeCase(i int) {
	if i < 0 {
		f.edit(func(a *desk.Ask) { a.CaseFile = "" })
		return
	}
	c := f.s.cases[i]
	f.edit(func(a *desk.Ask) { a.CaseFile = c.ID })
	if c.Number != "" {
		f.number.SetText(c.Number)
	}
}
