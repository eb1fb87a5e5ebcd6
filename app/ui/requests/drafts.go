package requests

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// pressed opens the row that the pointer has chosen.
func (s *Screen) pressed(i int) {
	if i < len(s.rows) && s.rows[i].draft != "" {
		s.write(s.rows[i].draft)
		return
	}
	s.enter()
}

// write opens a draft on the compose page.
func (s *Screen) write(id string) { s.env.Go(page.Place{Screen: page.Compose, Draft: id}) }

// kept is a draft of the list; nil: it is gone.
func (s *Screen) kept(id string) *desk.Draft {
	for i := range s.drafts {
		if s.drafts[i].ID == id {
			return &s.drafts[i]
		}
	}
	return nil
}

// draftPage offers what can be done with a draft.
func (s *Screen) draftPage(id string) fyne.CanvasObject {
	e, d := s.env, s.kept(id)
	if d == nil {
		return s.nothing()
	}
	return widgets.EmptyState(assets.IconPen, widgets.ToneAccent, s.draftTitle(*d), e.T("compose.saved", i18n.P{"time": e.When(d.Saved.In(e.Zone), e.Now())}),
		widgets.NewButton(widgets.Primary, e.T("common.open"), func() { s.write(id) }).WithIcon(assets.IconPen).WithKey("Enter"),
		widgets.NewButton(widgets.Outline, e.T("compose.discard"), func() { s.discard(id) }).WithIcon(assets.IconTrash).WithKey("Del"))
}

func (s *Screen) draftTitle(d desk.Draft) string {
	if d.Ask.Case != "" {
		return d.Ask.Case
	}
	return s.env.T("compose.title")
}

// discard deletes a draft, which can be taken back.
func (s *Screen) discard(id string) {
	d := s.kept(id)
	if d == nil {
		return
	}
	ask := d.Ask
	s.change(func() error { return s.desk.DiscardDraft(id) }, func() {
		s.draft = ""
		s.detail.Show(s.nothing())
		s.env.Undoable(s.env.T("compose.discarded"), func() {
			s.change(func() error {
				_, err := s.desk.SaveDraft("", ask)
				return err
			}, func() {})
		})
	})
}

// change changes the drafts elsewhere and reads them anew.
func (s *Screen) change(act func() error, done func()) {
	page.Do(s.env, func(context.Context) error { return act() }, func(err error) {
		if err != nil {
			s.env.Problem(s.env.T("compose.discard"), err)
		} else {
			done()
		}
		s.reload()
	})
}
