// Package source owns the dialog by which an administrator connects a data set with
// a file on the agency's office computer, and the words for what is wrong with one.
package source

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Desk is what connecting a file needs.
type Desk interface {
	ConnectSource(ctx context.Context, s desk.Source) error
}

// Problem says in words what is wrong with a file. No word quotes a cell.
func Problem(e *page.Env, err error) string {
	for _, known := range []struct {
		err error
		key string
	}{{desk.ErrNoKeyColumn, "source.no_key"}, {desk.ErrNoField, "source.no_field"}, {desk.ErrNotCSV, "source.not_csv"}, {desk.ErrNotUTF8, "source.not_utf8"}} {
		if errors.Is(err, known.err) {
			return e.T(known.key)
		}
	}
	return e.Reason(err)
}

// connectedWith is what a data set is connected with; nil: nothing.
func connectedWith(code desk.Code, list []desk.SourceState) *desk.Source {
	for i := range list {
		if list[i].Dataset == code {
			found := list[i].Source
			return &found
		}
	}
	return nil
}

// connected says that a file is connected, and offers the one it took the place of.
func connected(e *page.Env, d Desk, before *desk.Source, done func()) {
	if before == nil {
		e.Say(widgets.ToneApprove, e.T("source.connected"))
		return
	}
	old := *before
	e.Undoable(e.T("source.connected"), func() {
		page.Do(e, func(ctx context.Context) error { return d.ConnectSource(ctx, old) }, func(err error) {
			if err != nil {
				e.Problem(e.T("source.connect"), err)
			}
			done()
		})
	})
}

// Connect asks for the file of a data set and its column of subjects; it is looked
// at before it is connected. List is what is connected now; done is called after.
func Connect(e *page.Env, d Desk, code desk.Code, list []desk.SourceState, done func()) {
	file, key := widgets.NewInput(""), widgets.NewInput("person")
	before := connectedWith(code, list)
	var box *widgets.Dialog
	goOn := func() {
		src := desk.Source{Dataset: code, File: file.Text(), Key: desk.FieldName(key.Text())}
		file.SetError("")
		key.SetError("")
		if src.File == "" || src.Key == "" {
			file.SetError(e.T("problem.missing"))
			box.Refresh()
			return
		}
		page.Do(e, func(ctx context.Context) error { return d.ConnectSource(ctx, src) }, func(err error) {
			switch {
			case errors.Is(err, desk.ErrNoKeyColumn):
				key.SetError(Problem(e, err))
				box.Refresh()
			case err != nil:
				file.SetError(Problem(e, err))
				box.Refresh()
			default:
				box.Close()
				connected(e, d, before, done)
				done()
			}
		})
	}
	box = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("source.connect"), Right: page.Article(code), Subtitle: e.T("source.text"),
		Body: widgets.Column(14, widgets.Labelled(e.T("source.path"), e.T("common.needed"), file), widgets.Labelled(e.T("source.key"), e.T("common.needed"), key)),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { box.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, e.T("source.connect"), goOn)}, First: file.Focus()})
	box.Show()
}
