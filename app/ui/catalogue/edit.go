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
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Publisher is what the pages of the provider's administrators need.
type Publisher interface {
	signing.Desk
	CheckDataset(ctx context.Context, ds desk.Dataset, sheet desk.Sheet) ([]desk.PubProblem, error)
	CheckBasis(ctx context.Context, b desk.Basis, sheet desk.Sheet) ([]desk.PubProblem, error)
	DatasetProposal(ds desk.Dataset, sheet desk.Sheet) (*desk.Propose, error)
	BasisProposal(b desk.Basis, sheet desk.Sheet) (*desk.Propose, error)
	BasisText(ctx context.Context, edition desk.EntryID) (string, error)
	Askers(ctx context.Context) ([]desk.Asker, error)
	Sources(ctx context.Context) ([]desk.SourceState, error)
	ConnectSource(ctx context.Context, s desk.Source) error
	DisconnectSource(ctx context.Context, dataset desk.Code) error
}

// column is one field of a data set on the form.
type column struct {
	name, about      *widgets.Input
	sensitive, third *widgets.Check
}

// editor is the page on which an edition of a data set is written: the form, and
// beside it the data set as the other agencies will see it.
type editor struct {
	s     *Screen
	old   *desk.DatasetView // the edition that is replaced; nil: a new data set
	class desk.Class
	share desk.Sharing

	code, title, text, contact, cycle *widgets.Input
	quorum, deadline, releases        *widgets.Input
	dpo, emergency                    *widgets.Check
	refusal                           int // 0: one refusal refuses, 1: by quorum
	columns                           []*column
	rowOf                             []int // of each field that is written, in columns
	rows                              *page.Slot
	said                              map[desk.PubField]*widgets.Para // problems of what has no line of its own
	problems                          []desk.PubProblem
	filling                           bool
	blocked                           bool // something has to be mended first
	dirty                             bool // something was written
	tried                             bool // what is merely missing is said once signing was tried
	turn                              page.Turn

	preview *page.Slot
	sign    *widgets.Button
	content fyne.CanvasObject
	form    fyne.CanvasObject
}

func newEditor(s *Screen, old *desk.DatasetView) *editor {
	e := s.env
	d := &editor{s: s, old: old, class: desk.Classes()[1], share: desk.Sharings()[1], rows: page.NewSlot(), preview: page.NewSlot(), said: map[desk.PubField]*widgets.Para{}, filling: true}
	line := func(in *widgets.Input) *widgets.Input { return in.OnChange(func(string) { d.changed() }) }
	d.code, d.title, d.contact, d.cycle = line(widgets.NewInput("TAX-INC-04")), line(widgets.NewInput("")), line(widgets.NewInput("")), line(widgets.NewInput(""))
	d.text = line(widgets.NewTextArea("", 3))
	d.quorum, d.deadline, d.releases = line(widgets.NewInput("")), line(widgets.NewInput("")), line(widgets.NewInput(e.T("publish.no_limit")))
	d.dpo = widgets.NewCheck(e.T("publish.dpo"), false, func(bool) { d.changed() })
	d.emergency = widgets.NewCheck(e.T("publish.emergency"), false, func(bool) { d.changed() })
	for _, f := range []desk.PubField{desk.PubDPO, desk.PubFields, desk.PubQuorum} {
		d.said[f] = widgets.NewPara("").Caption().In(widgets.Warn)
		d.said[f].Hide()
	}
	d.fill()
	d.sign = widgets.NewButton(widgets.Primary, e.T("publish.sign"), d.press).WithIcon(assets.IconSign).WithKey("Ctrl Enter").
		OnWhy(func(string) { d.press() })
	title := e.T("publish.new")
	if old != nil {
		title = e.T("publish.edition", i18n.P{"code": page.Article(old.Dataset.Code)})
	}
	head := widgets.Column(0, widgets.Fixed(0, 55, widgets.Inset(0, 24, 0, 24, widgets.Row(12, widgets.Grow(widgets.NewText(title).Heading().Cut())))), widgets.Rule())
	foot := widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 24, widgets.Row(8, widgets.NewGlyph(assets.IconUsers, widgets.Ink2).Sized(16),
		widgets.Grow(widgets.NewPara(e.T("publish.two_admins")).In(widgets.Ink2)), widgets.NewButton(widgets.Ghost, e.T("common.cancel"), s.giveUp).WithKey("Esc"), d.sign)))
	d.form = widgets.Page(widgets.Inset(16, 24, 24, 24, d.parts()))
	d.content = widgets.Between(widgets.OnGround(widgets.Bg, head),
		widgets.Beside(0, widgets.Grow(widgets.OnGround(widgets.Bg, d.form)), widgets.UpRule(), widgets.Fixed(423, 0, widgets.OnGround(widgets.Surface, d.preview.Content()))), widgets.OnGround(widgets.Surface, foot))
	d.filling = false
	d.check()
	return d
}

// fill puts the edition that is replaced into the form, or what is usual.
func (d *editor) fill() {
	p := desk.DefaultPolicy(d.class)
	if d.old == nil {
		d.addColumn(desk.DatasetField{}, "")
	} else {
		v := d.old
		p, d.class, d.share = v.Dataset.Policy, v.Dataset.Class, v.Dataset.Sharing
		d.code.SetText(string(v.Dataset.Code))
		d.code.Disable() // another code is another data set
		d.title.SetText(v.Dataset.Title)
		d.text.SetText(v.Text)
		d.contact.SetText(v.Contact)
		d.cycle.SetText(v.Cycle)
		for _, f := range v.Dataset.Fields {
			d.addColumn(f, v.About[f.Name])
		}
	}
	d.policy(p)
}

func (d *editor) policy(p desk.Policy) {
	d.quorum.SetText(strconv.Itoa(int(p.Quorum)))
	d.deadline.SetText(strconv.Itoa(int(p.DeadlineDays)))
	d.releases.SetText("")
	if p.MaxReleases > 0 {
		d.releases.SetText(strconv.Itoa(int(p.MaxReleases)))
	}
	d.dpo.SetOn(p.DPO)
	d.emergency.SetOn(p.Emergency)
	d.refusal = 0
	if p.RefusalByQuorum {
		d.refusal = 1
	}
}

// parts are the form from top to bottom.
func (d *editor) parts() fyne.CanvasObject {
	e := d.s.env
	two := []float32{1, 1}
	var classes, shares []widgets.Segment
	for _, c := range desk.Classes() {
		classes = append(classes, widgets.Segment{Label: e.T("catalogue.class_" + string(c))})
	}
	for _, c := range desk.Sharings() {
		shares = append(shares, widgets.Segment{Label: e.T("publish.sharing_" + string(c))})
	}
	class := widgets.NewSegmented(classes, slices.Index(desk.Classes(), d.class), func(i int) {
		d.class = desk.Classes()[i]
		if d.old == nil { // the class's own policy, as the rules have it
			d.policy(desk.DefaultPolicy(d.class))
		}
		d.changed()
	})
	share := widgets.NewSegmented(shares, slices.Index(desk.Sharings(), d.share), func(i int) {
		d.share = desk.Sharings()[i]
		d.changed()
	})
	refusal := widgets.NewSegmented([]widgets.Segment{{Label: e.T("publish.refusal_any")}, {Label: e.T("publish.refusal_quorum")}}, d.refusal, func(i int) {
		d.refusal = i
		d.changed()
	})
	need := e.T("common.needed")
	one := widgets.Column(12, widgets.StepNumber("1", e.T("publish.what"), nil),
		widgets.Columns(16, 12, []float32{1, 2}, widgets.Labelled(e.T("publish.code"), need, d.code), widgets.Labelled(e.T("publish.title"), need, d.title)),
		widgets.Labelled(e.T("publish.text"), e.T("common.optional"), d.text),
		widgets.Columns(16, 12, two, widgets.Labelled(e.T("publish.contact"), e.T("common.optional"), d.contact), widgets.Labelled(e.T("publish.cycle"), e.T("common.optional"), d.cycle)),
		widgets.Labelled(e.T("catalogue.class"), "", class), widgets.Labelled(e.T("publish.sharing"), "", share))
	d.drawColumns()
	add := widgets.NewLink(e.T("publish.add_field"), func() {
		d.addColumn(desk.DatasetField{}, "")
		d.drawColumns()
		d.changed()
		e.Canvas.Focus(d.columns[len(d.columns)-1].name.Focus())
	}).Small().WithIcon(assets.IconPlus)
	fields := widgets.Column(8, widgets.StepNumber("2", e.T("publish.fields"), add), d.rows.Content(), d.said[desk.PubFields])
	policy := widgets.Column(12, widgets.StepNumber("3", e.T("publish.policy"), nil),
		widgets.Columns(16, 12, []float32{1, 1, 1}, widgets.Labelled(e.T("catalogue.signatures"), "", d.quorum, d.said[desk.PubQuorum]), widgets.Labelled(e.T("publish.deadline"), "", d.deadline),
			widgets.Labelled(e.T("publish.releases"), "", d.releases)),
		d.dpo, d.said[desk.PubDPO], d.emergency, widgets.Labelled(e.T("publish.refusal"), "", refusal))
	return widgets.Column(20, one, widgets.Rule(), fields, widgets.Rule(), policy)
}

func (d *editor) addColumn(f desk.DatasetField, about string) {
	e := d.s.env
	c := &column{name: widgets.NewInput("field_name"), about: widgets.NewInput(e.T("publish.about"))}
	c.name.SetText(string(f.Name))
	c.about.SetText(about)
	c.name.OnChange(func(string) { d.changed() })
	c.about.OnChange(func(string) { d.changed() })
	c.sensitive = widgets.NewCheck(e.T("letter.sensitive"), f.Sensitive, func(bool) { d.changed() })
	c.third = widgets.NewCheck(e.T("letter.third_person"), f.ThirdParty, func(bool) { d.changed() })
	d.columns = append(d.columns, c)
}

// empty tells whether nothing stands in the row: it is no field then.
func (c *column) empty() bool {
	return strings.TrimSpace(c.name.Text()+c.about.Text()) == "" && !c.sensitive.On() && !c.third.On()
}

func (d *editor) drawColumns() {
	var rows []fyne.CanvasObject
	for i, c := range d.columns {
		remove := widgets.NewIconButton(assets.IconX, d.s.env.T("publish.remove_field"), func() {
			d.columns = slices.Delete(d.columns, i, i+1)
			d.drawColumns()
			d.changed()
		})
		rows = append(rows, widgets.TopRow(8, widgets.Fixed(150, 0, c.name), widgets.Grow(widgets.Column(4, c.about, widgets.Wrap(16, 2, c.sensitive, c.third))), remove))
	}
	d.rows.Show(widgets.Column(10, rows...))
}

// tooMany stands for what is no number, or none that any field takes.
const tooMany = 1 << 15

// number reads a number; what is none counts as too many, so it is blamed.
func number(text string, empty int) int {
	if text = strings.TrimSpace(text); text == "" {
		return empty
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > tooMany {
		return tooMany
	}
	return n
}

// written is the edition as the form has it.
func (d *editor) written() (desk.Dataset, desk.Sheet) {
	ds := desk.Dataset{Code: desk.Code(strings.TrimSpace(d.code.Text())), Title: strings.TrimSpace(d.title.Text()), Class: d.class, Sharing: d.share,
		Policy: desk.Policy{Quorum: uint8(min(number(d.quorum.Text(), 0), 255)), DPO: d.dpo.On(), RefusalByQuorum: d.refusal == 1,
			DeadlineDays: uint16(number(d.deadline.Text(), 0)), Emergency: d.emergency.On(), MaxReleases: uint32(number(d.releases.Text(), 0))}}
	sheet := desk.Sheet{Title: ds.Title, Text: strings.TrimSpace(d.text.Text()), Contact: strings.TrimSpace(d.contact.Text()), Updated: strings.TrimSpace(d.cycle.Text()),
		Language: string(d.s.env.Lang())}
	d.rowOf = nil
	for i, c := range d.columns {
		if c.empty() {
			continue
		}
		d.rowOf = append(d.rowOf, i)
		f := desk.DatasetField{Name: desk.FieldName(strings.TrimSpace(c.name.Text())), Sensitive: c.sensitive.On(), ThirdParty: c.third.On()}
		ds.Fields = append(ds.Fields, f)
		if about := strings.TrimSpace(c.about.Text()); about != "" && f.Name != "" {
			sheet.Fields = append(sheet.Fields, desk.FieldNote{Name: f.Name, Text: about})
		}
	}
	return ds, sheet
}

func (d *editor) changed() {
	if !d.filling {
		d.dirty = true
		d.check()
	}
}

// check asks what is wrong with the edition and draws what follows.
func (d *editor) check() {
	ds, sheet := d.written()
	page.ReadLast(d.s.env, &d.turn, func(ctx context.Context) ([]desk.PubProblem, error) { return d.s.desk.CheckDataset(ctx, ds, sheet) }, func(p []desk.PubProblem, err error) {
		if err != nil {
			d.s.env.Problem(d.s.env.T("publish.new"), err)
			return
		}
		d.problems = p
		d.draw(ds, sheet)
	})
}

// draw shows problems beside their fields, and the data set as others will see it.
func (d *editor) draw(ds desk.Dataset, sheet desk.Sheet) {
	e := d.s.env
	at := map[desk.PubField]string{}
	rows := make([]string, len(d.columns))
	stops := 0
	for _, p := range d.problems {
		if p.Stops() {
			stops++
		}
		if p.Code == desk.CodeMissing && !d.tried {
			continue
		}
		text := problem(e, p)
		if p.Field == desk.PubFields && p.Code != desk.CodeBasisHas && p.Row < len(d.rowOf) {
			rows[d.rowOf[p.Row]] = text
		} else if at[p.Field] == "" {
			at[p.Field] = text
		}
	}
	for f, in := range map[desk.PubField]*widgets.Input{desk.PubCode: d.code, desk.PubTitle: d.title, desk.PubText: d.text, desk.PubContact: d.contact, desk.PubCycle: d.cycle, desk.PubDeadline: d.deadline} {
		in.SetError(at[f])
	}
	for i, c := range d.columns {
		c.name.SetError(rows[i])
	}
	for f, para := range d.said {
		para.Set(at[f])
		if at[f] == "" {
			para.Hide()
		} else {
			para.Show()
		}
	}
	d.releases.SetError("")
	if number(d.releases.Text(), 0) == tooMany {
		stops++
		d.releases.SetError(e.T("problem.range", i18n.P{"which": "0–" + strconv.Itoa(tooMany-1)}))
	}
	d.blocked = stops > 0
	d.sign.Allow(stops == 0, e.T("publish.mend"))
	v := desk.DatasetView{Provider: e.Me.Agency, Title: e.Agency, Dataset: ds, Text: sheet.Text, Contact: sheet.Contact, Cycle: sheet.Updated, About: map[desk.FieldName]string{}}
	for _, n := range sheet.Fields {
		v.About[n.Name] = n.Text
	}
	if d.old != nil {
		v.Bases = d.old.Bases
	}
	d.preview.Show(widgets.Between(widgets.Inset(16, 24, 0, 24, widgets.Row(8, widgets.NewGlyph(assets.IconEye, widgets.Ink2).Sized(18),
		widgets.NewText(e.T("publish.preview")).Bold())), d.s.body(v), nil))
	d.form.Refresh()
}

// problem puts what is wrong with a field into words.
func problem(e *page.Env, p desk.PubProblem) string {
	return e.T("problem."+string(p.Code), i18n.P{"which": p.Which})
}

// press prepares the proposal and opens its sign page.
func (d *editor) press() {
	e := d.s.env
	d.tried = true
	ds, sheet := d.written()
	if d.draw(ds, sheet); d.blocked {
		e.Say(widgets.ToneNeutral, e.T("publish.mend"))
		return
	}
	what := e.T("publish.what_new", i18n.P{"dataset": ds.Title, "code": page.Article(ds.Code)})
	if d.old != nil {
		what = e.T("publish.what_edition", i18n.P{"dataset": ds.Title, "code": page.Article(ds.Code)})
	}
	d.s.propose(what, func() (*desk.Propose, error) { return d.s.desk.DatasetProposal(ds, sheet) }, d.s.closeEditor)
}
