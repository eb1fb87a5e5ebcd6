package received

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/cases"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// wideColumns is how many columns fit beside one another; more scroll sideways.
const wideColumns = 7

// liveFor is for how long after its last part a feed counts as live.
const liveFor = 30 * time.Second

// openersShown is how many looks stand on the page.
const openersShown = 4

// file is one opened release on the page.
type file struct {
	screen *Screen
	row    desk.RequestRow
	table  *desk.Table
	remove desk.Refusal // what the rules say to deleting it now
	live   bool         // more parts are to come
	fresh  *page.Slot   // above the table: how old the last part is, or that a new one has come
	values *widgets.DataTable
	show   *widgets.Button
	line   *fyne.Container // what is in the file, and show
}

// opened is what is read when a file is opened.
type opened struct {
	table  *desk.Table
	remove desk.Refusal
	live   bool // more parts are to come
}

// show opens a release and puts it on the page; which is -1 for the last.
func (s *Screen) show(row desk.RequestRow, which int) {
	s.detail.Show(widgets.Column(0, s.head(row, ""), widgets.Inset(24, 32, 0, 32, widgets.Skeleton(6))))
	page.ReadLast(s.env, &s.openTurn, func(ctx context.Context) (opened, error) {
		var out opened
		var err error
		if out.table, err = s.desk.OpenPart(ctx, row.ID, which); err != nil {
			return out, err
		}
		letter, err := s.desk.Letter(ctx, row.ID)
		if err != nil {
			return out, err
		}
		out.remove = letter.Can.Delete
		out.live = live(letter)
		return out, nil
	}, func(o opened, err error) {
		if s.chosen != row.ID {
			return
		}
		if err != nil {
			s.open = nil
			s.failed(row, err)
			return
		}
		s.open = &file{screen: s, row: row, table: o.table, remove: o.remove, live: o.live, fresh: page.NewSlot()}
		s.detail.Show(s.open.content())
		s.markRead(row.ID)
	})
}

// markRead takes the dot from a row; opening has marked it on the desk.
func (s *Screen) markRead(id desk.EntryID) {
	if row := s.row(id); row != nil && row.Unread {
		row.Unread = false
		s.fill()
	}
}

func (f *file) content() fyne.CanvasObject {
	s, t := f.screen, f.table
	e := s.env
	f.values = widgets.NewDataTable(columns(t), t.Rows)
	f.show = widgets.NewLink("", f.toggle)
	f.label()
	name := t.File
	if name == "" {
		name = t.Title
	}
	line := []fyne.CanvasObject{widgets.NewText(name).Bold(), widgets.NewText(e.T("received.file_info", i18n.P{"rows": e.N("count.rows", t.Total), "fields": e.N("count.fields", len(t.Columns))})).In(widgets.Ink2)}
	if t.Parts > 1 {
		line = append(line, f.parts())
	}
	f.line = widgets.Row(8, append(line, widgets.Spring(), f.show)...)
	body := []fyne.CanvasObject{widgets.NewPara(page.Dataset(f.row)).Heading(), f.verified(), f.line}
	if f.live {
		f.age()
		body = append(body, widgets.Fixed(0, 38, f.fresh.Content()))
	}
	body = append(body, f.grid())
	if t.Total > len(t.Rows) {
		body = append(body, widgets.NewPara(e.T("received.first_rows", i18n.P{"n": len(t.Rows), "total": t.Total})).Caption().In(widgets.Ink3))
	}
	for _, field := range t.Struck {
		body = append(body, f.struck(field))
	}
	body = append(body, widgets.Inset(8, 0, 0, 0, widgets.Columns(16, 12, []float32{1.9, 1}, f.retention(), f.looks())))
	scrolled := widgets.Page(widgets.Inset(20, 32, 16, 32, widgets.Column(10, body...)))
	head := s.head(f.row, e.T("received.from", i18n.P{"agency": t.Provider, "date": e.DateTime(e.Local(t.At))}), e.EvidenceAct(f.row.ID), e.CopyAct(func() fyne.CanvasObject { return scrolled }))
	return widgets.Column(0, head, widgets.Grow(scrolled), f.bar())
}

func (s *Screen) head(row desk.RequestRow, quiet string, acts ...fyne.CanvasObject) fyne.CanvasObject {
	if quiet == "" {
		quiet = row.OtherTitle
	}
	return page.Head(s.reference(row), quiet, acts...)
}

// columns share the width by what stands in them.
func columns(t *desk.Table) []widgets.TableColumn {
	out := make([]widgets.TableColumn, len(t.Columns))
	for i, n := range t.Columns {
		widest := len(n)
		for _, row := range t.Rows[:min(len(t.Rows), 20)] {
			widest = max(widest, utf8.RuneCountInString(row[i])+1)
		}
		out[i] = widgets.TableColumn{Title: string(n), Weight: float32(min(max(widest, 8), 28))}
	}
	return out
}

// grid is the table itself; one with many columns scrolls sideways.
func (f *file) grid() fyne.CanvasObject {
	if len(f.table.Columns) <= wideColumns {
		return f.values
	}
	rows := min(max(len(f.table.Rows), 1), 8)
	return container.NewHScroll(widgets.Fixed(float32(len(f.table.Columns))*130, float32(rows)*34+36, f.values))
}

// verified says what was checked on this computer before anything was shown.
func (f *file) verified() fyne.CanvasObject {
	e, t := f.screen.env, f.table
	good := func(text string) fyne.CanvasObject {
		return widgets.TopRow(8, widgets.Inset(2, 0, 0, 0, widgets.NewGlyph(assets.IconCheck, widgets.Approve).Sized(14)), widgets.Grow(widgets.NewPara(text).In(widgets.Ink2)))
	}
	title := widgets.Row(10, widgets.NewGlyph(assets.IconProof, widgets.Approve).Sized(18), widgets.Grow(widgets.NewText(e.T("received.verified")).Bold().Cut()),
		widgets.NewText(e.T("received.checked_here", i18n.P{"time": e.Seconds(t.Checked.In(e.Zone))})).Caption().In(widgets.Ink2))
	facts := widgets.Columns(16, 6, []float32{1.1, 1}, good(e.T("received.signed_by", i18n.P{"who": e.People(t.SignedBy)})),
		good(e.T("received.matches", i18n.P{"n": int64(t.Height)})), good(e.N("received.as_approved", len(t.Columns))),
		good(e.T("received.sealed_for", i18n.P{"agency": t.Unit})))
	return widgets.Layers(widgets.NewBox(widgets.ApproveSoft).Rounded(8), widgets.Inset(14, 18, 14, 18, widgets.Column(8, title, facts)))
}

// struck says which field was crossed out and did not come.
func (f *file) struck(field desk.FieldName) fyne.CanvasObject {
	const here = "\x00"
	before, after, _ := strings.Cut(f.screen.env.T("received.struck", i18n.P{"field": here, "agency": f.table.Provider}), here)
	var parts []fyne.CanvasObject
	if before = strings.TrimSpace(before); before != "" {
		parts = append(parts, widgets.NewText(before).Caption().In(widgets.Ink2))
	}
	parts = append(parts, widgets.NewText(string(field)).Caption().In(widgets.Ink2).Struck(), widgets.Grow(widgets.NewText(strings.TrimSpace(after)).Caption().In(widgets.Ink2).Cut()))
	return widgets.Row(8, parts...)
}

// retention is how long it may be kept and what happens then.
func (f *file) retention() fyne.CanvasObject {
	e, t := f.screen.env, f.table
	if t.Until == 0 || t.KeepDays == 0 {
		return widgets.PaddedCard(widgets.NewPara(e.T("state." + string(f.row.State))).In(widgets.Ink2))
	}
	ink := widgets.Ink
	if t.DaysLeft <= endingDays {
		ink = widgets.Warn
	}
	return widgets.PaddedCard(widgets.Column(8, widgets.Row(10, widgets.NewGlyph(assets.IconHourglass, ink).Sized(16), widgets.NewText(e.N("time.days_left", t.DaysLeft)).Bold().In(ink),
		widgets.Spring(), widgets.NewText(e.T("time.until", i18n.P{"date": e.Date(e.Local(t.Until))})).In(widgets.Ink2)),
		widgets.NewThinBar(float32(t.DaysLeft)/float32(t.KeepDays), retentionTone(t.DaysLeft)),
		widgets.NewPara(e.T("received.then_deleted", i18n.P{"agency": t.Provider})).Caption().In(widgets.Ink2)))
}

// looks are who has opened the file, as the agency's journal has it.
func (f *file) looks() fyne.CanvasObject {
	e, t := f.screen.env, f.table
	opened := 0
	var lines []fyne.CanvasObject
	for _, l := range t.Opened {
		key := "received.opened_by"
		switch l.Act {
		case desk.JournalOpen:
			opened++
		case desk.JournalShow:
			key = "received.shown_by"
		case desk.JournalExport:
			key = "received.exported_by"
		default:
			continue
		}
		if len(lines) < openersShown {
			lines = append(lines, widgets.NewPara(e.T(key, i18n.P{"who": page.Initial(t.People[l.Official].Name), "time": e.When(e.Local(l.At), e.Now())})).Caption().In(widgets.Ink2))
		}
	}
	return widgets.PaddedCard(widgets.Column(2, append([]fyne.CanvasObject{widgets.NewText(e.N("received.opened", opened)).Bold()}, lines...)...))
}

// parts leads through the releases of a standing agreement.
func (f *file) parts() fyne.CanvasObject {
	e, t := f.screen.env, f.table
	step := func(icon assets.IconName, label string, to int) *widgets.Button {
		b := widgets.NewIconButton(icon, label, func() { f.screen.show(f.row, to) })
		return b.Allow(to >= 0 && to < t.Parts, label)
	}
	return widgets.Row(2, step(assets.IconChevLeft, e.T("hint.previous"), t.Part-1),
		widgets.NewText(e.T("received.part", i18n.P{"n": t.Part + 1, "of": t.Parts})).In(widgets.Ink2), step(assets.IconChevRight, e.T("hint.next"), t.Part+1))
}

// live tells whether an agreement goes on sending.
func live(l *desk.Letter) bool { return l.StandingDays > 0 && l.Row.State == desk.Approved }

// age says when the last part of a live feed came.
func (f *file) age() {
	e := f.screen.env
	at := e.Local(f.table.At)
	text, ink := e.T("received.no_new", i18n.P{"time": e.When(at, e.Now())}), widgets.Warn
	if ago := e.Now().Sub(at); ago <= liveFor {
		text, ink = e.T("received.live_age", i18n.P{"ago": e.N("time.seconds_ago", max(int(ago.Seconds()), 0))}), widgets.Info
	}
	f.fresh.Show(widgets.Row(8, widgets.NewDot(ink), widgets.NewText(text).In(ink)))
}

// look sees whether a part has come since the file was opened. It opens none by
// itself: opening is recorded.
func (f *file) look() {
	s := f.screen
	page.Read(s.env, func(ctx context.Context) (*desk.Letter, error) { return s.desk.Letter(ctx, f.row.ID) }, func(l *desk.Letter, err error) {
		if err != nil || s.open != f || len(l.Releases) <= f.table.Parts {
			return
		}
		f.fresh.Show(widgets.Row(8, widgets.NewDot(widgets.Info), widgets.NewText(s.env.T("received.new_part")).In(widgets.Info),
			widgets.NewLink(s.env.T("received.open"), func() { s.show(f.row, -1) })))
	})
}

func (f *file) bar() fyne.CanvasObject {
	s := f.screen
	row := []fyne.CanvasObject{}
	if f.remove != desk.Hidden {
		row = append(row, s.deleteButton(f.row, f.remove))
	}
	row = append(row, widgets.Spring(), widgets.NewButton(widgets.Outline, s.env.T("received.to_case"), f.putInCase).WithIcon(assets.IconLayers),
		widgets.NewButton(widgets.Outline, s.env.T("received.export"), f.export).WithIcon(assets.IconUpload).WithKey("X"))
	return widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 32, widgets.Row(8, row...)))
}

// putInCase puts the request from which the file came into a case file.
func (f *file) putInCase() {
	e := f.screen.env
	cases.Put(e, f.screen.desk, f.row.ID, func() {})
}

// label words the link that covers and uncovers.
func (f *file) label() {
	word, icon := "received.hide_values", assets.IconEyeOff
	if f.values.Covered() {
		word, icon = "received.show_values", assets.IconEye
	}
	f.show.SetLabel(f.screen.env.T(word))
	f.show.SetIcon(icon)
	if f.line != nil {
		f.line.Refresh() // the words are wider or narrower
	}
}

// toggle covers the values, or uncovers them once that is in the journal.
func (f *file) toggle() {
	s := f.screen
	if !f.values.Covered() {
		f.cover()
		return
	}
	page.Do(s.env, func(ctx context.Context) error { return s.desk.ShowValues(ctx, f.row.ID) }, func(err error) {
		switch {
		case s.open != f:
		case err != nil:
			s.env.Problem(s.env.T("received.show_values"), err)
		default:
			f.values.SetCovered(false)
			f.label()
		}
	})
}

func (f *file) cover() {
	f.values.SetCovered(true)
	f.label()
}
