package compose

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

func (s *Screen) draw() {
	s.drawHead()
	s.drawFoot()
	s.drawPreview()
	if s.form != nil {
		s.form.mark()
	}
}

// Widths of the page: of the preview, and under which the form has no room beside it.
const (
	previewWidth = 400
	twoSides     = 920
)

// sides puts the preview at the right of the form, and leaves it out where there
// is no room for it.
type sides struct {
	small    bool
	narrowed func(small bool)
}

// MinSize implements fyne.Layout: both sides scroll.
func (l *sides) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(360, 300) }

// Layout implements fyne.Layout.
func (l *sides) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	unit := theme.Size(widgets.SizeScale)
	left := size.Width - previewWidth*unit
	small := size.Width < twoSides*unit
	if small {
		left = size.Width
	}
	put := func(o fyne.CanvasObject, x, width float32, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
	}
	put(objects[0], 0, left, true)
	put(objects[1], left, 1, !small)
	put(objects[2], left+1, previewWidth*unit-1, !small)
	if small != l.small {
		l.small = small
		l.narrowed(small)
	}
}

// narrow moves the preview below the form, or back beside it.
func (s *Screen) narrow(small bool) {
	s.small = small
	if s.form != nil {
		s.drawPreview()
	}
}

// drawPreview shows what the other agency will see.
func (s *Screen) drawPreview() {
	below := fyne.CanvasObject(widgets.Column(0))
	switch {
	case s.small && s.set() != nil:
		below = widgets.Column(18, widgets.Rule(), s.preview())
	case s.small:
	case s.set() == nil:
		s.side.Show(widgets.EmptyState(assets.IconEye, widgets.ToneNeutral, s.env.T("compose.title"), s.env.T("compose.missing_dataset")))
	default:
		s.side.Show(widgets.Page(widgets.Inset(18, 20, 20, 20, s.preview())))
	}
	if s.form != nil {
		s.form.below.Show(below)
	}
}

func (s *Screen) drawHead() {
	e := s.env
	row := []fyne.CanvasObject{widgets.NewText(e.T("compose.title")).Heading()}
	if !s.saved.IsZero() {
		row = append(row, widgets.NewText(e.T("compose.saved", i18n.P{"time": e.Time(s.saved.In(e.Zone))})).In(widgets.Ink2))
	}
	row = append(row, widgets.Spring())
	if v := s.set(); v != nil && v.Asked.MedianDays > 0 {
		row = append(row, widgets.NewGlyph(assets.IconClock, widgets.Ink2).Sized(16),
			widgets.NewText(e.N("compose.usually", v.Asked.MedianDays, i18n.P{"agency": v.Title})).In(widgets.Ink2))
	}
	s.head.Show(widgets.Column(0, widgets.Fixed(0, 55, widgets.Inset(0, 24, 0, 24, widgets.Row(12, row...))), widgets.Rule()))
}

func (s *Screen) drawFoot() {
	e := s.env
	row := []fyne.CanvasObject{}
	if v := s.set(); v != nil && s.answer.Needed > 0 {
		row = append(row, widgets.NewGlyph(assets.IconUsers, widgets.Ink2).Sized(16), widgets.Grow(widgets.NewPara(
			e.T("compose.needs", i18n.P{"n": s.answer.Needed, "of": s.answer.Eligible, "agency": v.Title})).In(widgets.Ink2).StrongIn(widgets.Ink)))
	} else {
		row = append(row, widgets.Spring())
	}
	send := widgets.NewButton(widgets.Primary, e.T("compose.send"), s.Send).WithIcon(assets.IconSign).WithKey("Ctrl Enter").
		OnWhy(func(string) { s.Send() })
	if p := s.stops(); p != nil {
		send.Allow(false, s.problem(*p))
	}
	row = append(row, widgets.NewButton(widgets.Ghost, e.T("compose.discard"), s.discard),
		widgets.NewButton(widgets.Outline, e.T("compose.save_draft"), s.Save).WithKey("Ctrl S"), send)
	s.foot.Show(widgets.OnGround(widgets.Surface, widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 24, widgets.Row(8, row...)))))
}

// askable are the data sets that the agency has a legal basis to ask for, with
// those bases alone.
func askable(sets []desk.DatasetView, us desk.AgencyID) []desk.DatasetView {
	var out []desk.DatasetView
	for _, v := range sets {
		all := v.Bases
		v.Bases = nil
		for _, b := range all {
			if len(b.Basis.Requesters) == 0 || slices.Contains(b.Basis.Requesters, us) {
				v.Bases = append(v.Bases, b)
			}
		}
		if !v.Ours && len(v.Bases) > 0 && v.Dataset.Sharing != "not-shared" {
			out = append(out, v)
		}
	}
	return out
}

// again copies a request that has ended into a new draft. Looking at whom it was
// about is recorded like any other look.
func (s *Screen) again(ctx context.Context, id desk.EntryID, sets []desk.DatasetView) (desk.Ask, error) {
	l, err := s.desk.Letter(ctx, id)
	if err != nil {
		return desk.Ask{}, err
	}
	a := desk.Ask{Purpose: l.PurposeCode, Rows: l.Rows, From: l.From, To: l.To, KeepDays: l.KeepDays, StandingDays: l.StandingDays, Case: l.Row.Case, CaseFile: l.Row.CaseFile, Note: l.Note}
	for _, f := range l.Fields {
		a.Fields = append(a.Fields, f.Name)
	}
	for _, v := range sets {
		if v.Dataset.Code != l.Row.Code || v.Provider != l.ProviderID {
			continue
		}
		a.Dataset = v.Edition
		for _, b := range v.Bases {
			if b.Basis.Code == l.BasisCode {
				a.Basis = b.ID
			}
		}
	}
	if l.LetterState == desk.LetterOpen {
		a.Copied = id
		a.Subjects, err = s.desk.Reveal(ctx, id)
	}
	return a, err
}

// partOf begins a request as a further part of a case file: its number, and whom
// its first part is about. Looking at that is recorded like any other look.
func (s *Screen) partOf(ctx context.Context, id string, cases []desk.Case) (desk.Ask, error) {
	a := desk.Ask{}
	i := slices.IndexFunc(cases, func(c desk.Case) bool { return c.ID == id })
	if i < 0 {
		return a, desk.ErrNoCase
	}
	a.Case = cases[i].Number
	for _, p := range cases[i].Parts {
		if p.Row.Subjects == 0 { // its letter is not open here
			continue
		}
		var err error
		a.Copied = p.Row.ID
		a.Subjects, err = s.desk.Reveal(ctx, p.Row.ID)
		return a, err
	}
	return a, nil
}
