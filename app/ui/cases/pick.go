package cases

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// naming are the two lines that name a case.
type naming struct{ number, title *widgets.Input }

func newNaming(e *page.Env, c desk.Case) (*naming, fyne.CanvasObject) {
	n := &naming{number: widgets.NewInput("SC-2026-0931"), title: widgets.NewInput("")}
	n.number.SetText(c.Number)
	n.title.SetText(c.Title)
	return n, widgets.Column(12, widgets.Labelled(e.T("cases.number"), e.T("common.needed"), n.number),
		widgets.Labelled(e.T("cases.about"), e.T("common.optional"), n.title), widgets.NewPara(e.T("cases.stays_here")).Caption().In(widgets.Ink3))
}

// blame puts what is wrong beside its line; false when it is about neither.
func (n *naming) blame(e *page.Env, err error) bool {
	var p *desk.AskProblem
	if !errors.As(err, &p) {
		return false
	}
	text := e.T("problem."+string(p.Code), i18n.P{"which": p.Which})
	n.number.SetError("")
	n.title.SetError("")
	if p.Field == desk.AskCase {
		n.number.SetError(text)
	} else {
		n.title.SetError(text)
	}
	return true
}

// ask opens a dialog with the two lines; keep keeps them elsewhere.
func ask(e *page.Env, title, act string, c desk.Case, keep func(number, title string) error, done func()) {
	lines, body := newNaming(e, c)
	var d *widgets.Dialog
	goOn := func() {
		number, about := lines.number.Text(), lines.title.Text()
		page.Do(e, func(context.Context) error { return keep(number, about) }, func(err error) {
			if err != nil && lines.blame(e, err) {
				d.Refresh()
				return
			}
			d.Close()
			if err != nil {
				e.Problem(title, err)
				return
			}
			done()
		})
	}
	lines.number.Submit, lines.title.Submit = func(string) { goOn() }, func(string) { goOn() }
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: title, Body: body, First: lines.number.Focus(),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, act, goOn).WithKey("Enter")}})
	d.Show()
}

func (s *Screen) newCase() {
	var made desk.Case
	ask(s.env, s.env.T("cases.new"), s.env.T("cases.open"), desk.Case{}, func(number, title string) (err error) {
		made, err = s.desk.NewCase(number, title)
		return err
	}, func() {
		s.openCase(made.ID)
		s.undoable("cases.opened", func(ctx context.Context) error { return s.desk.DropCase(ctx, made.ID) })
	})
}

// undoable says what was done, and offers to take it back.
func (s *Screen) undoable(done string, back func(context.Context) error) {
	undoable(s.env, done, back, s.reload)
}

func undoable(e *page.Env, done string, back func(context.Context) error, after func()) {
	e.Undoable(e.T(done), func() {
		page.Do(e, back, func(err error) {
			if err != nil {
				e.Problem(e.T("common.undo"), err)
			}
			after()
		})
	})
}

func (f *file) rename() {
	s, was := f.s, f.c
	ask(s.env, s.env.T("cases.rename"), s.env.T("common.save"), f.c, func(number, title string) error { return s.desk.NameCase(f.id, number, title) },
		func() {
			s.read(f.id)
			s.undoable("cases.renamed", func(context.Context) error { return s.desk.KeepCase(was) })
		})
}

// Put asks into which case file a request of the official's agency goes, and
// puts it there; done is told when it stands there.
func Put(e *page.Env, d Keeper, request desk.EntryID, done func()) {
	page.Read(e, d.Cases, func(all []desk.Case, err error) {
		if err != nil {
			e.Problem(e.T("cases.put"), err)
			return
		}
		put(e, d, request, all, done)
	})
}

// listed is how many cases are offered in the dialog: the last ones.
const listed = 6

func put(e *page.Env, d Keeper, request desk.EntryID, all []desk.Case, done func()) {
	now := slices.IndexFunc(all, func(c desk.Case) bool {
		return slices.ContainsFunc(c.Parts, func(p desk.CasePart) bool { return p.Row.ID == request })
	})
	if now >= listed { // where it is stands first, however old
		all = append([]desk.Case{all[now]}, slices.Delete(slices.Clone(all), now, now+1)...)
		now = 0
	}
	all = all[:min(len(all), listed)]
	var choices []widgets.Choice
	for _, c := range all {
		choices = append(choices, widgets.Choice{Label: number(e, c), Hint: c.Title})
	}
	choices = append(choices, widgets.Choice{Label: e.T("cases.new")})
	if now >= 0 {
		choices = append(choices, widgets.Choice{Label: e.T("cases.in_none")})
	}
	chosen := now
	if chosen < 0 {
		chosen = 0
	}
	lines, fields := newNaming(e, desk.Case{})
	fresh := page.NewSlot()
	show := func() {
		fresh.Show(widgets.Column(0))
		if chosen == len(all) {
			fresh.Show(fields)
		}
	}
	show()
	var dlg *widgets.Dialog
	pick := widgets.NewChoices(choices, chosen, func(i int) {
		chosen = i
		show()
		dlg.Refresh()
	})
	was := ""
	if now >= 0 {
		was = all[now].ID
	}
	made := "" // by the dialog
	goOn := func() {
		number, title := lines.number.Text(), lines.title.Text()
		page.Do(e, func(ctx context.Context) error {
			id := ""
			if chosen < len(all) {
				id = all[chosen].ID
			} else if chosen == len(all) {
				c, err := d.NewCase(number, title)
				if err != nil {
					return err
				}
				id, made = c.ID, c.ID
			}
			return d.PutInCase(ctx, request, id)
		}, func(err error) {
			if err != nil && lines.blame(e, err) {
				dlg.Refresh()
				return
			}
			dlg.Close()
			if err != nil {
				e.Problem(e.T("cases.put"), err)
				return
			}
			done()
			said := "cases.put_done"
			if chosen > len(all) {
				said = "cases.taken_out"
			}
			undoable(e, said, func(ctx context.Context) error {
				err := d.PutInCase(ctx, request, was)
				if err == nil && made != "" {
					err = d.DropCase(ctx, made)
				}
				return err
			}, done)
		})
	}
	dlg = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("cases.put"), Subtitle: e.T("cases.put_text"),
		Body: widgets.Column(14, pick, fresh.Content()), First: pick.First(),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { dlg.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, e.T("cases.put_do"), goOn).WithIcon(assets.IconLayers)}})
	dlg.Show()
}
