package people

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// revoking is the page on which a key is ended for good: why, since when its
// signatures are suspect, and which decisions that puts up for review.
type revoking struct {
	screen *Screen
	row    desk.PersonRow
	code   int
	turn   page.Turn
	since  desk.Time
	noDay  string // what is wrong with the day
	noTime string
	inFull *widgets.Para // the day, with its weekday
	noCode *widgets.Para
	tried  bool // what is merely missing is not blamed before
	from   *widgets.Check
	date   *widgets.Input
	time   *widgets.Input
	found  *page.Slot
	next   *widgets.Button
	dialog *widgets.Dialog
}

func (s *Screen) revoke(r desk.PersonRow) {
	e := s.env
	v := &revoking{screen: s, row: r, code: -1, found: page.NewSlot(), noCode: widgets.NewErrorLine()}
	names := make([]widgets.Choice, 0, len(desk.RevokeCodes()))
	for _, c := range desk.RevokeCodes() {
		names = append(names, widgets.Choice{Label: e.Code(c)})
	}
	why := widgets.NewChoices(names, -1, func(i int) {
		v.code = i
		v.check()
	})
	v.date, v.time, v.inFull = e.PastDay(), widgets.NewInput("18:00"), widgets.NewPara("").Caption().In(widgets.Ink2)
	v.from = widgets.NewCheck(e.T("people.suspect_some"), false, func(bool) { v.look() })
	v.next = widgets.NewButton(widgets.Danger, e.T("sign.continue_passphrase"), v.press).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { v.press() })
	v.date.OnChange(func(string) { v.look() })
	v.time.OnChange(func(string) { v.look() })
	when := widgets.Column(14, widgets.Column(6, widgets.FieldLabel(e.T("people.suspect_since"), ""), v.from),
		widgets.Columns(12, 0, []float32{1.4, 1}, widgets.Labelled(e.T("people.suspect_day"), e.T("people.date_hint"), v.date, v.inFull), widgets.Labelled(e.T("people.suspect_at"), "", v.time)),
		widgets.NewPara(e.T("people.suspect_then")).Caption().In(widgets.Ink2))
	body := widgets.Column(14, widgets.Columns(24, 0, []float32{1, 1}, widgets.Column(6, widgets.FieldLabel(e.T("people.revoke_why"), ""), why, v.noCode), when),
		v.found.Content(), widgets.NewNote(widgets.ToneInfo, e.T("people.two_admins")))
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { v.dialog.Close() }).WithKey("Esc")
	v.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Lead: widgets.NewAvatar(r.Person.Name).Sized(40),
		Title: e.T("people.revoke_title", i18n.P{"who": r.Person.Name}), Subtitle: e.T("sign.key_file", i18n.P{"key": r.Key}) + ". " + e.T("people.revoke_stops"),
		Body: body, Foot: []fyne.CanvasObject{cancel, widgets.Spring(), v.next}, First: why.First()})
	now := e.Now()
	v.date.SetText(now.Format(time.DateOnly))
	v.time.SetText(now.Format("15:04"))
	v.look()
	e.Submit = v.press
	v.dialog.OnClosed(func() { e.Submit = nil })
	v.dialog.Show()
}

// look reads anew which decisions the date puts up for review.
func (v *revoking) look() {
	e := v.screen.env
	v.since, v.noDay, v.noTime = 0, "", ""
	if !v.from.On() {
		v.date.Disable()
		v.time.Disable()
		v.inFull.Set("")
		v.turn.Forget()
		v.say(widgets.ToneInfo, e.T("people.suspect_none"))
		v.check()
		return
	}
	v.date.Enable()
	v.time.Enable()
	at, ok := v.when()
	if !ok {
		v.turn.Forget() // what is still being read is of another date
		v.found.Show(widgets.Column(0))
		v.check()
		return
	}
	v.since = desk.Time(at.UnixMilli())
	v.check()
	since := v.since
	page.ReadLast(e, &v.turn, func(ctx context.Context) ([]desk.Suspect, error) {
		return v.screen.desk.DecisionsSince(ctx, v.row.Person.ID, since)
	}, func(list []desk.Suspect, err error) {
		if err != nil {
			v.say(widgets.ToneRefuse, e.Reason(err))
			return
		}
		v.found.Show(v.decisions(list))
		v.dialog.Refresh() // it takes another height
	})
}

// when reads day and time, and notes what is wrong with either.
func (v *revoking) when() (time.Time, bool) {
	e := v.screen.env
	day, ok := e.Day(v.date.Text())
	v.inFull.Set("")
	switch {
	case !ok:
		v.noDay = e.T("people.bad_day", i18n.P{"example": e.Now().Format(time.DateOnly)})
	case day.After(e.Now()):
		v.noDay = e.T("people.day_to_come")
	default:
		v.inFull.Set(e.Date(day))
	}
	at, ok := page.TimeOn(day, v.time.Text())
	switch {
	case !ok:
		v.noTime = e.T("people.bad_time")
	case v.noDay == "" && at.After(e.Now()):
		v.noTime = e.T("people.time_to_come")
	}
	return at, v.noDay == "" && v.noTime == ""
}

// say shows a word in place of the decisions.
func (v *revoking) say(tone widgets.Tone, text string) {
	v.found.Show(widgets.Column(0, widgets.NewNote(tone, text)))
}

func (v *revoking) decisions(list []desk.Suspect) fyne.CanvasObject {
	e := v.screen.env
	if len(list) == 0 {
		return widgets.Column(0, widgets.NewNote(widgets.ToneApprove, e.T("people.suspect_clear")))
	}
	released := 0
	rows := make([]fyne.CanvasObject, 0, len(list))
	for i, d := range list {
		if d.Released {
			released++
		}
		if i > 0 {
			rows = append(rows, widgets.Rule())
		}
		rows = append(rows, widgets.Inset(10, 14, 10, 14, v.screen.suspectRow(d)))
	}
	return widgets.Fixed(0, 148, widgets.Column(8, widgets.SectionHead(e.N("people.suspect_count", len(list)), widgets.NewText(e.N("people.suspect_released", released)).Caption().In(widgets.Ink2)),
		widgets.Grow(widgets.Card(widgets.Pad(1, widgets.Page(widgets.Column(0, rows...)))))))
}

// suspectRow is one decision of a suspect key.
func (s *Screen) suspectRow(d desk.Suspect, acts ...fyne.CanvasObject) fyne.CanvasObject {
	e := s.env
	reference := d.Row.Case
	if reference == "" {
		reference = e.T("evidence.request_number", i18n.P{"n": desk.CheckCode(d.Row.ID)})
	}
	word, ink := e.T("people.not_released"), widgets.Ink2
	if d.Released {
		word, ink = e.T("people.released"), widgets.Warn
	}
	cells := []fyne.CanvasObject{widgets.Fixed(120, 0, widgets.NewText(reference).Cut()),
		widgets.Grow(widgets.Column(0, widgets.NewText(page.Dataset(d.Row)+", "+d.Row.OtherTitle).Cut(), widgets.NewText(e.DayTime(e.Local(d.At))).Caption().In(widgets.Ink3))),
		widgets.NewText(word).Bold().In(ink)}
	return widgets.Row(12, append(cells, acts...)...)
}

// check blames what cannot be taken beside its field.
func (v *revoking) check() {
	e := v.screen.env
	code := ""
	if v.code < 0 {
		code = e.T("common.choose_one")
	}
	v.date.SetError(v.noDay)
	v.time.SetError(v.noTime)
	v.next.Allow(code+v.noDay+v.noTime == "", strings.TrimSpace(code+" "+v.noDay+" "+v.noTime))
	if !v.tried {
		code = ""
	}
	v.noCode.SetError(code)
	v.dialog.Refresh() // the lines make it higher
}

func (v *revoking) press() {
	if v.next.Disabled() {
		v.tried = true
		v.check()
		return
	}
	s, e := v.screen, v.screen.env
	code := desk.RevokeCodes()[v.code]
	v.dialog.Close()
	page.Read(e, func(ctx context.Context) (*desk.Propose, error) {
		return s.desk.RevokeProposal(ctx, v.row.Person.ID, code, v.since)
	}, func(p *desk.Propose, err error) {
		if err != nil {
			e.Problem(e.T("people.revoke"), err)
			return
		}
		s.sign(desk.Act{Kind: desk.ActPropose, Propose: p, Code: code}, e.T("people.what_revoke", i18n.P{"who": v.row.Person.Name}))
	})
}

// drawNotes are what waits for somebody: proposals to second, decisions to review.
func (s *Screen) drawNotes() {
	e := s.env
	var notes []fyne.CanvasObject
	if s.state.lost {
		notes = append(notes, lostNote(e, s.desk))
	}
	for _, p := range s.state.proposals {
		if p.Act != "enrol" && p.Act != "restore" && p.Act != "revoke-key" {
			continue
		}
		text := "**" + e.T("common.colon", i18n.P{"a": e.T("inbox.proposal_" + p.Act), "b": p.What}) + ".** " + e.T("inbox.proposal_by", i18n.P{"who": page.Initial(p.By.Name), "date": e.DayMonth(e.Local(p.Until))})
		var acts []fyne.CanvasObject
		if s.admin && !p.Mine {
			acts = append(acts, widgets.NewLink(e.T("inbox.read_second"), func() { e.Go(page.Place{Screen: page.Inbox, Request: p.ID}) }).WithIcon(assets.IconSign))
		}
		notes = append(notes, widgets.NewNote(widgets.ToneInfo, text, acts...))
	}
	if n := len(s.state.suspects); n > 0 {
		notes = append(notes, widgets.NewNote(widgets.ToneWarn, e.N("people.to_review", n), widgets.NewLink(e.T("people.review"), s.review)))
	}
	if len(notes) == 0 {
		s.notes.Show(widgets.Column(0))
		return
	}
	s.notes.Show(widgets.Inset(6, 20, 6, 20, widgets.Column(8, notes...)))
}

// review lists the decisions of revoked keys, each to be confirmed or annulled.
func (s *Screen) review() {
	e := s.env
	var d *widgets.Dialog
	var rows []fyne.CanvasObject
	for i, x := range s.state.suspects {
		if i > 0 {
			rows = append(rows, widgets.Rule())
		}
		reference := x.Row.Case
		act := func(annul bool, key string) func() {
			return func() {
				d.Close()
				s.sign(desk.Act{Kind: desk.ActReview, Request: x.Row.ID, Review: &desk.Review{Decision: x.Decision, Annul: annul}},
					strings.TrimSpace(e.T(key, i18n.P{"who": x.By.Name, "case": reference})))
			}
		}
		rows = append(rows, widgets.Inset(10, 14, 10, 14, s.suspectRow(x,
			widgets.NewButton(widgets.DangerOutline, e.T("people.annul"), act(true, "people.what_annul")).Small(),
			widgets.NewButton(widgets.Outline, e.T("people.confirm"), act(false, "people.what_confirm")).Small())))
	}
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.N("people.to_review_title", len(s.state.suspects)), Subtitle: e.T("people.review_text"),
		Body: widgets.Card(widgets.Column(0, rows...)), Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}
