package page

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// Slot holds one object that can be changed for another.
type Slot struct {
	box *fyne.Container
}

// NewSlot is an empty slot.
func NewSlot() *Slot { return &Slot{box: container.NewStack()} }

// Content is what to lay out.
func (s *Slot) Content() fyne.CanvasObject { return s.box }

// Show puts an object in the slot.
func (s *Slot) Show(o fyne.CanvasObject) {
	s.box.Objects = []fyne.CanvasObject{o}
	s.box.Refresh()
}

// Shown is what is in the slot.
func (s *Slot) Shown() fyne.CanvasObject {
	if len(s.box.Objects) == 0 {
		return nil
	}
	return s.box.Objects[0]
}

// Head is the line of 48 at the top of a page: a reference, a quiet word, acts.
func Head(reference, quiet string, acts ...fyne.CanvasObject) fyne.CanvasObject {
	return widgets.Column(0, widgets.Fixed(0, 47, widgets.Inset(0, 16, 0, 32, widgets.Row(16, widgets.NewText(reference).Bold(),
		widgets.Grow(widgets.NewText(quiet).In(widgets.Ink2).Cut()), widgets.Row(8, acts...)))), widgets.Rule())
}

// CopyAct copies a page as text, for people whose screen reader cannot read the window.
func (e *Env) CopyAct(of func() fyne.CanvasObject) *widgets.Button {
	return widgets.NewIconButton(assets.IconCopy, e.T("common.copy_page"), func() {
		e.Copy(widgets.PageText(of()))
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	})
}

// EvidenceAct leads to what the record holds of a request.
func (e *Env) EvidenceAct(request desk.EntryID) *widgets.Button {
	return widgets.NewButton(widgets.Ghost, e.T("letter.evidence"), func() { e.Go(Place{Screen: Evidence, Request: request}) }).
		WithIcon(assets.IconProof).WithKey("E").Small()
}

// Hints are the keys below a list.
func (e *Env) Hints(pairs ...string) fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, widgets.Row(8, widgets.NewKeyCap(pairs[i]), widgets.NewText(e.T(pairs[i+1])).Caption().In(widgets.Ink3)))
	}
	return widgets.Column(0, widgets.Rule(), widgets.Fixed(0, 39, widgets.Inset(0, 12, 0, 16, widgets.Row(16, out...))))
}

// NoMatch stands in a list in which a search found nothing.
func (e *Env) NoMatch(text string) fyne.CanvasObject {
	return widgets.EmptyState(assets.IconSearch, widgets.ToneNeutral, e.T("inbox.no_match", i18n.P{"text": text}), e.T("inbox.no_match_text"))
}

// UpdateRows shows other rows in a list: only those that differ are drawn anew
// while their number stays the same.
func UpdateRows(l *widgets.RequestList, rows []widgets.RowData, selected int) {
	old := l.Rows()
	if len(old) != len(rows) || l.Selected() != selected {
		l.SetRows(rows, selected)
		return
	}
	for i := range rows {
		if (old[i].Header == "") != (rows[i].Header == "") {
			l.SetRows(rows, selected)
			return
		}
	}
	for i := range rows {
		if !reflect.DeepEqual(old[i], rows[i]) {
			l.SetRow(i, rows[i])
		}
	}
}
