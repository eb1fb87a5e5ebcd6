package catalogue

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// basisEditor is the dialog in which an edition of a legal basis is written: who
// may ask for which fields of a data set, for what, and keep them how long.
type basisEditor struct {
	s    *Screen
	v    desk.DatasetView
	old  *desk.BasisEdition
	who  []desk.Asker
	said *widgets.Para // of fields and askers

	code, title, purpose, keep, text *widgets.Input
	named                            *widgets.Para // the purpose in words
	fields, askers                   []*widgets.Check
	problems                         []desk.PubProblem
	turn                             page.Turn
	tried                            bool
	dialog                           *widgets.Dialog
}

// editBasis reads what the dialog needs and opens it; nil for a new legal basis.
func (s *Screen) editBasis(v desk.DatasetView, old *desk.BasisEdition) {
	type read struct {
		who  []desk.Asker
		text string
	}
	e := s.env
	page.Read(e, func(ctx context.Context) (read, error) {
		var out read
		var err error
		if out.who, err = s.desk.Askers(ctx); err == nil && old != nil {
			out.text, err = s.desk.BasisText(ctx, old.ID)
		}
		return out, err
	}, func(r read, err error) {
		if err != nil {
			e.Problem(e.T("basis.new"), err)
			return
		}
		b := &basisEditor{s: s, v: v, old: old, who: r.who}
		b.open(r.text)
	})
}

func (b *basisEditor) open(text string) {
	e := b.s.env
	line := func(hint string) *widgets.Input { return widgets.NewInput(hint) }
	b.code, b.title, b.purpose, b.keep = line("L.141-2"), line(""), line("criminal-investigation"), line("365")
	b.text = widgets.NewTextArea("", 3)
	b.named, b.said = widgets.NewPara("").Caption().In(widgets.Ink3), widgets.NewPara("").Caption().In(widgets.Refuse)
	var has desk.Basis
	if b.old != nil {
		has = b.old.Basis
		b.code.SetText(string(has.Code))
		b.code.Disable()
		b.title.SetText(has.Title)
		b.purpose.SetText(string(has.Purpose))
		b.text.SetText(text)
		if has.KeepDays > 0 {
			b.keep.SetText(strconv.Itoa(int(has.KeepDays)))
		}
	}
	var fields, askers []fyne.CanvasObject
	for _, f := range b.v.Dataset.Fields {
		c := widgets.NewCheck(string(f.Name), slices.Contains(has.Fields, f.Name), func(bool) { b.check() })
		b.fields, fields = append(b.fields, c), append(fields, c)
	}
	for _, a := range b.who {
		c := widgets.NewCheck(a.Title, slices.Contains(has.Requesters, a.ID), func(bool) { b.check() })
		b.askers, askers = append(b.askers, c), append(askers, c)
	}
	for _, in := range []*widgets.Input{b.code, b.title, b.purpose, b.keep, b.text} {
		in.OnChange(func(string) { b.check() })
	}
	title := e.T("basis.new")
	if b.old != nil {
		title = e.T("publish.edition", i18n.P{"code": page.Article(has.Code)})
	}
	need := e.T("common.needed")
	body := widgets.Column(14, widgets.Columns(16, 12, []float32{1, 2}, widgets.Labelled(e.T("publish.code"), need, b.code), widgets.Labelled(e.T("publish.title"), need, b.title)),
		widgets.Columns(16, 12, []float32{2, 1}, widgets.Labelled(e.T("letter.purpose"), need, b.purpose, b.named), widgets.Labelled(e.T("basis.keep"), "", b.keep)),
		widgets.Column(6, widgets.FieldLabel(e.T("basis.fields"), need), widgets.Wrap(20, 4, fields...)),
		widgets.Column(6, widgets.FieldLabel(e.T("basis.who"), e.T("basis.nobody_ticked")), widgets.Wrap(20, 4, askers...)), b.said,
		widgets.Labelled(e.T("basis.text"), e.T("common.optional"), b.text), widgets.NewNote(widgets.ToneInfo, e.T("publish.two_admins")))
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { b.dialog.Close() }).WithKey("Esc")
	first := b.code.Focus()
	if b.old != nil {
		first = b.title.Focus()
	}
	b.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: title, Right: page.Article(b.v.Dataset.Code), Body: body,
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), widgets.NewButton(widgets.Primary, e.T("publish.sign"), b.press).WithIcon(assets.IconSign)}, First: first})
	b.check()
	b.dialog.Show()
}

// written is the edition as the dialog has it.
func (b *basisEditor) written() (desk.Basis, desk.Sheet) {
	out := desk.Basis{Code: desk.Code(strings.TrimSpace(b.code.Text())), Title: strings.TrimSpace(b.title.Text()), Dataset: b.v.Dataset.Code,
		Purpose: desk.Code(strings.TrimSpace(b.purpose.Text())), KeepDays: uint16(number(b.keep.Text(), 0))}
	for i, c := range b.fields {
		if c.On() {
			out.Fields = append(out.Fields, b.v.Dataset.Fields[i].Name)
		}
	}
	for i, c := range b.askers {
		if c.On() {
			out.Requesters = append(out.Requesters, b.who[i].ID)
		}
	}
	slices.Sort(out.Requesters)
	return out, desk.Sheet{Title: out.Title, Text: strings.TrimSpace(b.text.Text()), Language: string(b.s.env.Lang())}
}

func (b *basisEditor) check() {
	basis, sheet := b.written()
	page.ReadLast(b.s.env, &b.turn, func(ctx context.Context) ([]desk.PubProblem, error) { return b.s.desk.CheckBasis(ctx, basis, sheet) }, func(p []desk.PubProblem, err error) {
		if err != nil {
			b.s.env.Problem(b.s.env.T("basis.new"), err)
			return
		}
		b.problems = p
		b.draw(basis)
	})
}

func (b *basisEditor) draw(basis desk.Basis) {
	e := b.s.env
	at := map[desk.PubField]string{}
	for _, p := range b.problems {
		if (p.Code != desk.CodeMissing || b.tried) && at[p.Field] == "" {
			at[p.Field] = problem(e, p)
		}
	}
	if at[desk.PubFields] != "" && basis.Fields == nil {
		at[desk.PubFields] = e.T("compose.missing_fields")
	}
	b.code.SetError(at[desk.PubCode])
	b.title.SetError(at[desk.PubTitle])
	b.purpose.SetError(at[desk.PubPurpose])
	b.keep.SetError(at[desk.PubKeep])
	b.text.SetError(at[desk.PubText])
	b.said.Set(strings.TrimSpace(at[desk.PubFields] + " " + at[desk.PubWho]))
	b.named.Set("")
	if basis.Purpose != "" {
		b.named.Set(e.PurposeName(basis.Purpose))
	}
	b.dialog.Refresh()
}

// press goes on to the sign page.
func (b *basisEditor) press() {
	b.tried = true
	basis, sheet := b.written()
	if slices.ContainsFunc(b.problems, desk.PubProblem.Stops) {
		b.draw(basis)
		return
	}
	b.dialog.Close()
	what := b.s.env.T("basis.what", i18n.P{"basis": basis.Title, "dataset": b.v.Dataset.Title})
	b.s.propose(what, func() (*desk.Propose, error) { return b.s.desk.BasisProposal(basis, sheet) }, nil)
}
