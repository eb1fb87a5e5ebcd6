package compose

import (
	"bytes"
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

// maxFound is how many data sets are listed for a search.
const maxFound = 4

// keepChoices are the periods offered for keeping, in days; the last segment is another.
var keepChoices = [...]int{30, 90, 180}

// form is the left side of the page.
type form struct {
	s       *Screen
	content fyne.CanvasObject

	search        *widgets.Input
	found         *page.Slot
	count         *widgets.Text
	from, to      *widgets.Input
	why           *page.Slot
	fields        *page.Slot
	table         *widgets.FieldTable
	number        *widgets.Input
	subjects      *widgets.Input
	subjectsState *widgets.Para
	doubts        *page.Slot // what an imported list holds beside valid numbers
	caseFile      *page.Slot
	standing      *widgets.Input // days of a standing agreement; hidden while it is asked for once
	emergency     *page.Slot
	rows, note    *widgets.Input
	keep          *widgets.Segmented
	other         *widgets.Input
	noBasis       *widgets.Para // what is wrong with these
	noField       *widgets.Para
	keepHint      *widgets.Para
	below         *page.Slot // the preview, where it has no room beside the form
	filling       bool       // values are put in, not typed
}

func newForm(s *Screen) *form {
	e := s.env
	f := &form{s: s, filling: true, found: page.NewSlot(), why: page.NewSlot(), fields: page.NewSlot(), doubts: page.NewSlot(), caseFile: page.NewSlot(), emergency: page.NewSlot(), below: page.NewSlot()}
	f.noBasis, f.noField = widgets.NewErrorLine(), widgets.NewErrorLine()
	f.count = widgets.NewText("").Caption().In(widgets.Ink3)
	f.search = widgets.NewSearchField(e.T("compose.search"), "/", func(string) { f.find() })
	f.from, f.to = f.put(e.AnyDay(), func(a *desk.Ask, v string) { a.From = v }), f.put(e.AnyDay(), func(a *desk.Ask, v string) { a.To = v })
	f.number = f.line(func(a *desk.Ask, v string) { a.Case = v })
	f.rows = f.line(func(a *desk.Ask, v string) { a.Rows = v })
	f.subjects = widgets.NewTextArea(e.T("compose.whom_hint"), 3)
	f.subjects.OnChange(func(v string) {
		f.doubts.Content().Hide()
		f.edit(func(a *desk.Ask) { a.Subjects = lines(v) })
	})
	f.doubts.Content().Hide()
	f.note = widgets.NewTextArea("", 2)
	f.note.OnChange(func(v string) { f.edit(func(a *desk.Ask) { a.Note = strings.TrimSpace(v) }) })
	f.subjectsState, f.keepHint = widgets.NewPara("").Caption().In(widgets.Ink2), widgets.NewPara("").Caption().In(widgets.Ink3)
	f.keep = widgets.NewSegmented(f.keepWords(), 0, func(i int) { f.pickKeep(i) })
	f.other = widgets.NewInput(e.T("compose.keep_days"))
	f.other.OnChange(func(v string) {
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil {
			n = 0
		}
		f.edit(func(a *desk.Ask) { a.KeepDays = n })
	})
	importIt := widgets.NewLink(e.T("compose.import"), f.importFile).WithIcon(assets.IconUpload).Small()
	one := widgets.Column(8, widgets.StepNumber("1", e.T("compose.what"), widgets.NewLink(e.T("compose.open_catalogue"), func() { e.Go(page.Place{Screen: page.Catalogue}) }).Small().WithIcon(assets.IconBook)),
		f.search, f.found.Content(), widgets.Row(8, f.count, widgets.Spring()))
	two := widgets.Column(8, widgets.StepNumber("2", e.T("compose.why"), widgets.Spring()), f.why.Content(), f.noBasis, f.fields.Content(), f.noField)
	three := widgets.Column(8, widgets.StepNumber("3", e.T("compose.whom"), importIt), f.subjects, f.subjectsState, f.doubts.Content(),
		widgets.NewPara(e.T("compose.sealed_before")).Caption().In(widgets.Ink3))
	four := widgets.Column(8, widgets.StepNumber("4", e.T("compose.how_long"), widgets.Spring()), f.keep, f.other, f.keepHint)
	more := f.more()
	f.content = widgets.Page(widgets.Inset(16, 24, 24, 24, widgets.Column(18, one, two, widgets.StackedBelow(600, 24, 18, []float32{1, 1}, three, four), widgets.Rule(), more, f.below.Content())))
	f.fill()
	f.filling = false
	return f
}

// line is a short input whose text goes into the request.
func (f *form) line(put func(a *desk.Ask, v string)) *widgets.Input {
	return f.put(widgets.NewInput(""), put)
}

// put has what is written in an input go into the request.
func (f *form) put(in *widgets.Input, put func(a *desk.Ask, v string)) *widgets.Input {
	in.OnChange(func(v string) { f.edit(func(a *desk.Ask) { put(a, strings.TrimSpace(v)) }) })
	return in
}

// edit changes the request and draws what follows from it.
func (f *form) edit(change func(*desk.Ask)) {
	if f.filling {
		return
	}
	change(&f.s.ask)
	f.s.changed(true)
}

// fill puts the request into the form.
func (f *form) fill() {
	a := f.s.ask
	f.from.SetText(a.From)
	f.to.SetText(a.To)
	f.number.SetText(a.Case)
	f.rows.SetText(a.Rows)
	f.note.SetText(a.Note)
	f.subjects.SetText(strings.Join(a.Subjects, "\n"))
	if v := f.s.set(); v != nil {
		f.search.SetText(v.Dataset.Title)
	}
	f.find()
	f.drawWhy()
	at := slices.Index(keepChoices[:], a.KeepDays)
	if at < 0 && a.KeepDays > 0 {
		at = len(keepChoices)
		f.other.SetText(strconv.Itoa(a.KeepDays))
	}
	f.showKeep(max(at, 0))
	if at >= 0 {
		f.keep.Pick(at)
	} else {
		f.s.ask.KeepDays = keepChoices[0] // as the page shows it; nobody has written anything yet
	}
}

func lines(text string) []string {
	var out []string
	for _, l := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// find lists the data sets that fit the search.
func (f *form) find() {
	e, s := f.s.env, f.s
	words := strings.Fields(strings.ToLower(f.search.Text()))
	var hits []desk.DatasetView
	for _, v := range s.sets {
		text := strings.ToLower(v.Dataset.Title + " " + string(v.Dataset.Code) + " " + v.Title)
		for _, fl := range v.Dataset.Fields {
			text += " " + strings.ToLower(string(fl.Name))
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			hits = append(hits, v)
		}
	}
	f.count.Set(e.T("compose.found", i18n.P{"n": len(hits), "total": len(s.sets)}))
	if len(hits) > maxFound {
		hits = hits[:maxFound]
	}
	if len(hits) == 0 {
		f.found.Show(widgets.NewPara(e.T("inbox.no_match", i18n.P{"text": f.search.Text()})).In(widgets.Ink2))
		return
	}
	chosen := -1
	choices := make([]widgets.Choice, len(hits))
	for i, v := range hits {
		choices[i] = widgets.Choice{Label: v.Dataset.Title, Hint: page.Article(v.Dataset.Code) + " · " + v.Title + " · " + e.N("count.fields", len(v.Dataset.Fields))}
		if v.Edition == s.ask.Dataset {
			chosen = i
		}
	}
	f.found.Show(widgets.NewChoices(choices, chosen, func(i int) { f.choose(hits[i]) }))
}

// choose takes a data set: purpose, basis and fields start anew.
func (f *form) choose(v desk.DatasetView) {
	if f.s.ask.Dataset == v.Edition {
		return
	}
	a := &f.s.ask
	before := *a
	a.Dataset, a.Basis, a.Purpose, a.Fields = v.Edition, desk.EntryID{}, "", nil
	if len(v.Bases) == 1 {
		f.takeBasis(&v, 0)
	}
	f.redraw()
	if len(before.Fields) == 0 {
		return
	}
	f.s.env.Undoable(f.s.env.T("compose.began_anew"), func() {
		if f.s.form == f { // else another request is being written
			a.Dataset, a.Basis, a.Purpose, a.Fields = before.Dataset, before.Basis, before.Purpose, before.Fields
			f.find()
			f.redraw()
		}
	})
}

// redraw shows what belongs to the data set that is chosen.
func (f *form) redraw() {
	f.drawWhy()
	f.s.lookAhead()
	f.s.changed(true)
}

// takeBasis takes a legal basis, and with it its purpose and the fields it covers.
func (f *form) takeBasis(v *desk.DatasetView, i int) {
	b := v.Bases[i]
	a := &f.s.ask
	a.Basis, a.Purpose = b.ID, b.Basis.Purpose
	if len(a.Fields) == 0 {
		a.Fields = slices.Clone(b.Basis.Fields)
	}
}

// drawWhy shows purposes and legal bases of the data set, and its fields.
func (f *form) drawWhy() {
	e, v := f.s.env, f.s.set()
	f.drawEmergency(v)
	if v == nil {
		f.why.Show(widgets.NewPara(e.T("compose.missing_dataset")).In(widgets.Ink3))
		f.fields.Show(widgets.Spring())
		return
	}
	names := make([]string, len(v.Bases))
	chosen := -1
	for i, b := range v.Bases {
		names[i] = e.PurposeName(b.Basis.Purpose) + " · " + strings.ReplaceAll(b.Basis.Title, "-", "\u2011")
		if b.ID == f.s.ask.Basis {
			chosen = i
		}
	}
	pick := widgets.NewPick(e.T("compose.missing_basis"), names, func(i int) {
		f.takeBasis(v, i)
		f.drawFields(v)
		f.s.lookAhead()
		f.s.changed(true)
	}).Mark(chosen)
	f.why.Show(pick)
	f.drawFields(v)
}

// drawFields shows the fields; what the basis does not cover is flagged where it is ticked.
func (f *form) drawFields(v *desk.DatasetView) {
	e := f.s.env
	var covered []desk.FieldName
	article := ""
	for _, b := range v.Bases {
		if b.ID == f.s.ask.Basis {
			covered, article = b.Basis.Fields, page.Article(b.Basis.Code)
		}
	}
	rows := make([]widgets.Field, len(v.Dataset.Fields))
	for i, fl := range v.Dataset.Fields {
		row := widgets.Field{Name: string(fl.Name), About: v.About[fl.Name], Mark: widgets.Blank}
		ticked := slices.Contains(f.s.ask.Fields, fl.Name)
		if ticked {
			row.Mark = widgets.Ticked
		}
		switch {
		case article == "":
		case slices.Contains(covered, fl.Name):
			row.Within = e.T("compose.covered")
		default:
			row.Chips = []widgets.ChipData{{Text: e.T("compose.not_covered"), Tone: widgets.ToneWarn, Icon: assets.IconFlag}}
			if ticked {
				row.Below = widgets.Row(8, widgets.Grow(widgets.NewPara(e.T("compose.not_covered_text", i18n.P{"article": article, "agency": v.Title})).Caption()),
					widgets.NewLink(e.T("compose.untick"), func() { f.tick(v, i, widgets.Blank) }).Small())
			}
		}
		rows[i] = row
	}
	f.table = widgets.NewFieldTable(rows, widgets.Blank, func(i int, want widgets.Mark) { f.tick(v, i, want) })
	f.fields.Show(f.table)
}

func (f *form) tick(v *desk.DatasetView, i int, want widgets.Mark) {
	name := v.Dataset.Fields[i].Name
	fields := slices.DeleteFunc(slices.Clone(f.s.ask.Fields), func(x desk.FieldName) bool { return x == name })
	if want == widgets.Ticked {
		fields = append(fields, name)
	}
	f.s.ask.Fields = fields
	f.drawFields(v)
	f.s.changed(true)
	if f.table != nil {
		f.s.env.Canvas.Focus(f.table.Row(i))
	}
}

func (f *form) keepWords() []widgets.Segment {
	e := f.s.env
	var out []widgets.Segment
	for i, n := range keepChoices {
		label := e.Number(int64(n))
		if i == len(keepChoices)-1 {
			label = e.N("time.days", n)
		}
		out = append(out, widgets.Segment{Label: label})
	}
	return append(out, widgets.Segment{Label: e.T("compose.keep_other")})
}

func (f *form) showKeep(i int) {
	if i == len(keepChoices) {
		f.other.Show()
	} else {
		f.other.Hide()
	}
}

func (f *form) pickKeep(i int) {
	f.showKeep(i)
	if i < len(keepChoices) {
		f.edit(func(a *desk.Ask) { a.KeepDays = keepChoices[i] })
	} else {
		f.edit(func(a *desk.Ask) { a.KeepDays, _ = strconv.Atoi(f.other.Text()) })
	}
}

// importFile takes the subjects from a file; what needs a look is said and left out.
func (f *form) importFile() {
	e := f.s.env
	e.OpenFile(func(name string, content []byte) {
		subjects, err := desk.ReadSubjects(bytes.NewReader(content))
		if err != nil {
			e.Problem(e.T("compose.import"), err)
			return
		}
		before := f.subjects.Text()
		f.subjects.SetText(strings.Join(subjects.Valid, "\n"))
		f.showDoubts(name, subjects)
		if strings.TrimSpace(before) == "" {
			return
		}
		e.Undoable(e.T("compose.replaced"), func() {
			if f.s.form == f { // else another request is being written
				f.subjects.SetText(before)
			}
		})
	})
}

// doubtsShown is how many lines of a list that need a look are named.
const doubtsShown = 4

// showDoubts says which lines of an imported list were left out, and why. The
// lines are named by their numbers: what stands on them is not repeated.
func (f *form) showDoubts(name string, list desk.Subjects) {
	e := f.s.env
	if len(list.Doubts) == 0 {
		return
	}
	text := []string{"**" + name + "**: " + e.T("compose.valid", i18n.P{"valid": len(list.Valid), "bad": len(list.Doubts)})}
	for i, d := range list.Doubts {
		if i == doubtsShown {
			text = append(text, "…")
			break
		}
		text = append(text, e.T("compose.doubt", i18n.P{"n": d.Line, "why": e.T("compose.doubt_" + string(d.Code))}))
	}
	f.doubts.Show(widgets.NewNote(widgets.ToneWarn, strings.Join(text, "\n")))
	f.doubts.Content().Show()
	f.content.Refresh()
}
