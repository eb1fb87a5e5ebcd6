package catalogue

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/ui/source"
	"countersign/app/widgets"
	"countersign/assets"
)

// edit opens the page on which an edition is written; nil for a new data set.
func (s *Screen) edit(old *desk.DatasetView) {
	s.editor = newEditor(s, old)
	s.whole.Show(s.editor.content)
	if old == nil {
		s.env.Canvas.Focus(s.editor.code.Focus())
	} else {
		s.env.Canvas.Focus(s.editor.title.Focus())
	}
}

// closeEditor goes back to the catalogue; what was written is gone.
func (s *Screen) closeEditor() {
	if s.editor == nil {
		return
	}
	s.editor = nil
	s.env.Canvas.Unfocus()
	s.whole.Show(s.listing)
	s.reload()
}

// giveUp goes back to the catalogue, and offers what was written once more.
func (s *Screen) giveUp() {
	was := s.editor
	s.closeEditor()
	if was == nil || !was.dirty {
		return
	}
	s.env.Undoable(s.env.T("publish.given_up"), func() {
		if s.editor == nil { // else another edition is being written
			s.editor = was
			s.whole.Show(was.content)
		}
		s.env.Go(page.Place{Screen: page.Catalogue})
	})
}

// Send implements page.Sender: Ctrl+Enter goes on to the sign page.
func (s *Screen) Send() {
	if s.editor != nil {
		s.editor.press()
	}
}

// Save implements page.Sender: an edition has no draft.
func (s *Screen) Save() {}

// propose makes a proposal, has it read and signed, and says whether another
// administrator has to sign it as well.
func (s *Screen) propose(what string, make func() (*desk.Propose, error), signed func()) {
	e := s.env
	page.Read(e, func(context.Context) (*desk.Propose, error) { return make() }, func(p *desk.Propose, err error) {
		if err != nil {
			e.Problem(e.T("publish.sign"), err)
			return
		}
		signing.Start(e, s.desk, desk.Act{Kind: desk.ActPropose, Propose: p}, signing.What{What: what}, func(done signing.Signed) {
			if signed != nil {
				signed()
			}
			signing.Follow(e, s.desk, done, func() {
				if done.Page.Admin != nil && !done.Page.Admin.Alone {
					e.Say(widgets.ToneInfo, e.T("publish.waits"))
				}
				s.reload()
			})
		})
	})
}

// retire publishes the last edition of a data set: nobody may ask any more.
func (s *Screen) retire(v desk.DatasetView) {
	e := s.env
	var d *widgets.Dialog
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc")
	goOn := widgets.NewButton(widgets.Danger, e.T("publish.retire"), func() {
		d.Close()
		last := v.Dataset
		last.Withdraw = true
		s.propose(e.T("publish.what_retire", i18n.P{"dataset": v.Dataset.Title, "code": page.Article(v.Dataset.Code)}),
			func() (*desk.Propose, error) { return s.desk.DatasetProposal(last, desk.Sheet{}) }, nil)
	})
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("publish.retire"), Right: page.Article(v.Dataset.Code), Subtitle: v.Dataset.Title,
		Body: widgets.NewNote(widgets.ToneWarn, e.T("publish.retire_text")), Foot: []fyne.CanvasObject{cancel, widgets.Spring(), goOn}, First: cancel})
	d.Show()
}

// source says from where the data of one's own data set is read.
func (s *Screen) source(v desk.DatasetView) fyne.CanvasObject {
	e := s.env
	slot := page.NewSlot()
	slot.Show(widgets.Column(0))
	show := func(list []desk.SourceState, err error) {
		rows := []fyne.CanvasObject{widgets.SectionHead(e.T("source.title"), nil)}
		switch {
		case errors.Is(err, desk.ErrNotOffice):
			rows = append(rows, widgets.NewPara(e.T("source.elsewhere", i18n.P{"code": string(v.Dataset.Code)})).In(widgets.Ink2))
		case err != nil:
			rows = append(rows, widgets.NewPara(e.Reason(err)).In(widgets.Refuse))
		default:
			rows[0] = widgets.SectionHead(e.T("source.title"), widgets.NewLink(e.T("source.connect"), func() { source.Connect(e, s.desk, v.Dataset.Code, list, s.reload) }).Small().WithIcon(assets.IconLink))
			rows = append(rows, s.sourceOf(v, list))
		}
		slot.Show(widgets.Column(8, rows...))
		slot.Content().Refresh()
	}
	page.Read(e, s.desk.Sources, show)
	return slot.Content()
}

// sourceOf is the file that is connected with a data set, and what is wrong with it.
func (s *Screen) sourceOf(v desk.DatasetView, list []desk.SourceState) fyne.CanvasObject {
	e := s.env
	for _, src := range list {
		if src.Dataset != v.Dataset.Code {
			continue
		}
		line := widgets.NewPara(e.T("source.file", i18n.P{"file": src.File, "key": string(src.Key)})).In(widgets.Ink2)
		forget := widgets.NewLink(e.T("source.disconnect"), func() { s.disconnect(v, src.Source) }).Small().WithIcon(assets.IconX)
		if src.Err != nil {
			return widgets.Column(4, line, widgets.TopRow(8, widgets.Grow(widgets.NewPara(source.Problem(e, src.Err)).Caption().In(widgets.Refuse)), forget))
		}
		return widgets.Column(4, line, widgets.Row(6, widgets.NewGlyph(assets.IconCheck, widgets.Approve).Sized(14),
			widgets.Grow(widgets.NewText(e.T("source.fits")).Caption().In(widgets.Ink2).Cut()), forget))
	}
	return widgets.NewPara(e.T("source.none")).In(widgets.Ink2)
}

// disconnect asks once before the file of a data set is forgotten.
func (s *Screen) disconnect(v desk.DatasetView, src desk.Source) {
	e := s.env
	var d *widgets.Dialog
	goOn := func() {
		d.Close()
		page.Do(e, func(ctx context.Context) error { return s.desk.DisconnectSource(ctx, v.Dataset.Code) }, func(err error) {
			if err != nil {
				e.Problem(e.T("source.disconnect"), err)
				s.reload()
				return
			}
			e.Undoable(e.T("source.disconnected"), func() {
				page.Do(e, func(ctx context.Context) error { return s.desk.ConnectSource(ctx, src) }, func(err error) {
					if err != nil {
						e.Problem(e.T("source.connect"), err)
					}
					s.reload()
				})
			})
			s.reload()
		})
	}
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("source.disconnect"), Right: page.Article(v.Dataset.Code), Subtitle: v.Dataset.Title,
		Body: widgets.Column(14, widgets.NewPara(e.T("source.file", i18n.P{"file": src.File, "key": string(src.Key)})), widgets.NewNote(widgets.ToneWarn, e.T("source.disconnect_text"))),
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), widgets.NewButton(widgets.DangerOutline, e.T("source.disconnect"), goOn)}, First: cancel})
	d.Show()
}
