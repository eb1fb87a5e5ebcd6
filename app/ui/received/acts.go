package received

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// closed is the page of a file that nobody has opened just now: opening it is
// recorded, so walking through the list opens nothing.
func (s *Screen) closed(row desk.RequestRow) {
	e := s.env
	if row.Deleted {
		s.state(row, assets.IconFileCheck, widgets.ToneApprove, e.T("received.deleted", i18n.P{"date": e.PlainDate(e.Local(row.Changed))}),
			e.T("received.deleted_text", i18n.P{"agency": row.OtherTitle}))
		return
	}
	s.state(row, assets.IconFile, widgets.ToneAccent, page.Dataset(row), e.T("received.open_recorded"),
		widgets.NewButton(widgets.Primary, e.T("received.open"), func() { s.show(row, -1) }).WithIcon(assets.IconProof).WithKey("Enter"))
}

func (s *Screen) state(row desk.RequestRow, icon assets.IconName, tone widgets.Tone, title, text string, acts ...fyne.CanvasObject) {
	s.detail.Show(widgets.Column(0, s.head(row, ""), widgets.Grow(widgets.EmptyState(icon, tone, title, text, acts...))))
}

// failed is the page of a file that could not be shown.
func (s *Screen) failed(row desk.RequestRow, err error) {
	e := s.env
	again := widgets.NewButton(widgets.Outline, e.T("common.retry"), func() { s.show(row, -1) }).WithIcon(assets.IconRotate)
	report := widgets.NewButton(widgets.Outline, e.T("states.copy_problem", i18n.P{"ref": page.Reference(err)}), func() { e.CopyProblem(err) }).WithIcon(assets.IconCopy)
	switch {
	case errors.Is(err, desk.ErrMismatch):
		s.state(row, assets.IconWarn, widgets.ToneRefuse, e.T("received.bad_title"), e.T("received.bad_text"), report, s.deleteButton(row, desk.Accepted))
	case errors.Is(err, desk.ErrPartAway):
		s.state(row, assets.IconHourglass, widgets.ToneWarn, e.T("received.away_title"), e.T("received.away_text", i18n.P{"agency": row.OtherTitle}), again)
	case errors.Is(err, desk.ErrNotYours):
		s.state(row, assets.IconEyeOff, widgets.ToneNeutral, e.T("states.no_permission_title"), e.T("received.not_yours", i18n.P{"agency": e.Agency}))
	case errors.Is(err, desk.ErrNothingReceived):
		s.state(row, assets.IconHourglass, widgets.ToneNeutral, e.T("received.nothing_title"), e.T("received.nothing_text", i18n.P{"agency": row.OtherTitle}), again)
	default:
		s.detail.Show(widgets.Column(0, s.head(row, ""), widgets.Grow(e.Failed(err, func() { s.show(row, -1) }))))
	}
}

func (s *Screen) deleteButton(row desk.RequestRow, why desk.Refusal) fyne.CanvasObject {
	b := widgets.NewButton(widgets.DangerOutline, s.env.T("received.delete"), func() { s.remove(row) }).WithIcon(assets.IconTrash).WithKey("Del")
	if why != desk.Accepted {
		b.Allow(false, s.env.Refusal(why))
	}
	return b.OnWhy(func(reason string) { s.env.Say(widgets.ToneNeutral, reason) })
}

// remove opens the sign page of the deletion; that page asks once.
func (s *Screen) remove(row desk.RequestRow) {
	if s.open != nil && s.open.row.ID == row.ID && s.open.remove != desk.Accepted {
		if s.open.remove != desk.Hidden {
			s.env.Say(widgets.ToneNeutral, s.env.Refusal(s.open.remove))
		}
		return
	}
	signing.Start(s.env, s.desk, desk.Act{Kind: desk.ActDelete, Request: row.ID}, signing.What{}, func(done signing.Signed) {
		signing.Follow(s.env, s.desk, done, s.reload)
	})
}

// export says what a copy means and asks for a place for it.
func (f *file) export() {
	s := f.screen
	e := s.env
	var d *widgets.Dialog
	goOn := widgets.NewButton(widgets.Primary, e.T("received.export"), func() {
		d.Close()
		e.SaveAs(f.table.ExportName(), f.exportTo)
	}).WithIcon(assets.IconUpload)
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("received.export"), Right: s.reference(f.row), Subtitle: f.table.ExportName(),
		Body: widgets.NewNote(widgets.ToneWarn, e.T("received.export_warn")), Foot: []fyne.CanvasObject{cancel, widgets.Spring(), goOn}, First: cancel})
	d.Show()
}

func (f *file) exportTo(path string) {
	s := f.screen
	page.Do(s.env, func(ctx context.Context) error { return s.desk.ExportPart(ctx, f.row.ID, f.table.Part, path) }, func(err error) {
		if err != nil {
			s.env.Problem(s.env.T("received.export"), err)
			return
		}
		s.env.Say(widgets.ToneApprove, s.env.T("received.exported", i18n.P{"path": path}))
	})
}
