package cases

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// decisionsWidth is the width of the side on which the decisions stand.
const decisionsWidth = 480

// file is one case on the page.
type file struct {
	s       *Screen
	id      string
	c       desk.Case
	letters map[desk.EntryID]*desk.Letter
	tables  map[desk.EntryID]*desk.Table // uncovered now
	bad     map[desk.EntryID]error       // could not be opened
	chosen  desk.EntryID
	cards   []*widgets.PressRow
	subject *widgets.Redacted
	opening page.Turn

	head    *page.Slot
	left    *page.Slot
	right   *page.Slot
	split   *page.Split // in a narrow window the decisions, or the file
	content fyne.CanvasObject
}

func newFile(s *Screen, id string) *file {
	f := &file{s: s, id: id, tables: map[desk.EntryID]*desk.Table{}, bad: map[desk.EntryID]error{}, head: page.NewSlot(), left: page.NewSlot(), right: page.NewSlot()}
	f.head.Show(widgets.Fixed(0, 71, widgets.Spring()))
	f.left.Show(widgets.Pad(24, widgets.Skeleton(4)))
	f.right.Show(widgets.Spring())
	f.split = page.NewSplit(s.env, "case", decisionsWidth, f.left.Content(), widgets.OnGround(widgets.Rail, f.right.Content()))
	f.split.Title(s.env.T("cases.title"))
	f.split.Back = func() { f.split.Read(false) }
	f.split.Narrowed = func(bool) {
		if f.letters != nil {
			f.left.Show(f.decisions())
		}
	}
	f.content = widgets.Column(0, widgets.OnGround(widgets.Bg, widgets.Column(0, f.head.Content(), widgets.Rule())), widgets.Grow(f.split))
	return f
}

// failed says that the case could not be read.
func (f *file) failed(err error) {
	f.left.Show(f.s.env.Failed(err, func() { f.s.read(f.id) }))
	f.right.Show(widgets.Spring())
}

// show puts what was read on the page.
func (f *file) show(c desk.Case, letters map[desk.EntryID]*desk.Letter) {
	f.c, f.letters = c, letters
	if f.at() < 0 && len(c.Parts) > 0 {
		f.chosen = c.Parts[0].Row.ID
	}
	f.draw()
	if shows := f.s.env.ShowsSubjects; shows != nil && shows() && f.subject != nil && !f.subject.Shown() {
		f.subject.Press()
	}
}

func (f *file) draw() {
	f.drawHead()
	f.left.Show(f.decisions())
	f.right.Show(f.parts())
}

// at is the chosen part; -1 for none.
func (f *file) at() int {
	for i, p := range f.c.Parts {
		if p.Row.ID == f.chosen {
			return i
		}
	}
	return -1
}

func (f *file) choose(i int) {
	f.chosen = f.c.Parts[i].Row.ID
	for j, card := range f.cards {
		card.Select(j == i)
	}
}

func (f *file) rune(r rune) bool {
	at := f.at()
	switch {
	case r == 'j' && at+1 < len(f.c.Parts):
		f.choose(at + 1)
	case r == 'k' && at > 0:
		f.choose(at - 1)
	case r == 'j' || r == 'k':
	case at < 0:
		return false
	case r == 'e':
		f.s.env.Go(page.Place{Screen: page.Evidence, Request: f.chosen})
	case r == 'v' && f.c.Parts[at].Stage == desk.PartArrived:
		f.toggle(f.chosen)
	case r == 'v' && f.subject != nil:
		f.subject.Press()
	default:
		return false
	}
	return true
}

func (f *file) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown:
		return f.rune('j')
	case fyne.KeyUp:
		return f.rune('k')
	case fyne.KeyReturn, fyne.KeyEnter:
		if f.at() < 0 {
			return false
		}
		f.toRequest(f.chosen)
	case fyne.KeyEscape:
		if f.split.Narrow() && f.split.Reading() {
			f.split.Read(false)
			return true
		}
		f.s.close()
	default:
		return false
	}
	return true
}

func (f *file) toRequest(id desk.EntryID) {
	f.s.env.Go(page.Place{Screen: page.Requests, Request: id})
}

// drawHead is the way back, the case's title, whom it is about, and asking on.
func (f *file) drawHead() {
	e := f.s.env
	name := number(e, f.c)
	back := widgets.NewLink(e.T("cases.title"), f.s.close).Small()
	path := []fyne.CanvasObject{back, widgets.NewGlyph(assets.IconChevRight, widgets.Ink3).Sized(14)}
	title := f.c.Title
	if title == "" {
		title = name
	} else {
		path = append(path, widgets.Grow(widgets.NewText(name).Bold().Cut()))
	}
	rename := widgets.NewIconButton(assets.IconPen, e.T("cases.rename"), f.rename)
	left := widgets.Column(0, widgets.Fixed(0, 22, widgets.Row(6, path...)), widgets.NewText(title).Heading().Cut())
	acts := []fyne.CanvasObject{}
	if about := f.about(); about != nil {
		acts = append(acts, about)
	}
	acts = append(acts, rename, e.CopyAct(func() fyne.CanvasObject { return f.content }),
		widgets.NewButton(widgets.Outline, e.T("cases.ask"), func() { e.Go(f.s.NewRequest()) }).WithIcon(assets.IconPlus).WithKey("N"))
	f.head.Show(widgets.Fixed(0, 71, widgets.Inset(6, 24, 6, 24, widgets.Row(12, widgets.Grow(left), widgets.Row(12, acts...)))))
}

// about is whom the case is about: covered, and each look is recorded.
func (f *file) about() fyne.CanvasObject {
	e, before := f.s.env, f.subject
	f.subject = nil
	for _, p := range f.c.Parts {
		l := f.letters[p.Row.ID]
		if l == nil || l.LetterState != desk.LetterOpen || l.Row.Subjects == 0 {
			continue
		}
		id := p.Row.ID
		f.subject = widgets.NewRedacted(e.T("letter.reveal"), e.T("letter.cover"), func(done func(string)) {
			page.Read(e, func(ctx context.Context) ([]string, error) { return f.s.desk.Reveal(ctx, id) }, func(s []string, err error) {
				if err != nil {
					e.Problem(e.T("letter.reveal"), err)
					return
				}
				if len(s) > 2 {
					s = append(s[:2:2], "…")
				}
				done(strings.Join(s, ", "))
			})
		})
		if before != nil {
			f.subject.Keep(before)
		}
		label := e.T("letter.subject")
		if l.Row.Subjects > 1 {
			label = e.T("letter.subjects")
		}
		return widgets.Row(8, widgets.NewText(label).In(widgets.Ink2), widgets.Fixed(210, 0, f.subject))
	}
	return nil
}

// decisions is the left side: each request alone.
func (f *file) decisions() fyne.CanvasObject {
	e := f.s.env
	f.cards = nil
	if len(f.c.Parts) == 0 {
		return widgets.EmptyState(assets.IconLayers, widgets.ToneNeutral, e.T("cases.none_title"), e.T("cases.none_text"),
			widgets.NewButton(widgets.Primary, e.T("cases.ask"), func() { e.Go(f.s.NewRequest()) }).WithIcon(assets.IconPlus),
			widgets.NewButton(widgets.Ghost, e.T("cases.drop"), f.drop))
	}
	rows := []fyne.CanvasObject{widgets.Column(6, widgets.Row(12, append([]fyne.CanvasObject{widgets.Grow(widgets.NewText(e.N("cases.decisions", len(f.c.Parts))).Sub().Cut())},
		strong(e.T("cases.decided_of", i18n.P{"n": f.c.Decided(), "of": len(f.c.Parts)}))...)...),
		widgets.NewPara(e.T("cases.alone")).In(widgets.Ink2))}
	if f.split.Narrow() {
		rows = append(rows, widgets.Row(0, widgets.NewLink(e.T("cases.file"), func() { f.split.Read(true) }).WithTrailing(assets.IconChevRight)))
	}
	for i, p := range f.c.Parts {
		rows = append(rows, f.card(i, p))
	}
	return widgets.Page(widgets.Inset(20, 24, 20, 24, widgets.Column(12, rows...)))
}

// strong is a short text with the words between stars bold, on one line.
func strong(text string) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i, part := range strings.Split(text, "**") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		t := widgets.NewText(part).In(widgets.Ink2)
		if i%2 == 1 {
			t = widgets.NewText(part).Bold()
		}
		out = append(out, t)
	}
	return []fyne.CanvasObject{widgets.Row(4, out...)}
}

// drop forgets a case that holds nothing.
func (f *file) drop() {
	page.Do(f.s.env, func(ctx context.Context) error { return f.s.desk.DropCase(ctx, f.id) }, func(err error) {
		if err != nil {
			f.s.env.Problem(f.s.env.T("cases.drop"), err)
			return
		}
		f.s.close()
		f.s.undoable("cases.dropped", func(context.Context) error { return f.s.desk.KeepCase(f.c) })
	})
}

// without notes that the case goes on without a part, or no longer so.
func (f *file) without(id desk.EntryID, on bool) {
	page.Do(f.s.env, func(context.Context) error { return f.s.desk.GoOnWithout(id, on) }, func(err error) {
		if err != nil {
			f.s.env.Problem(f.s.env.T("cases.without"), err)
			return
		}
		f.s.read(f.id)
		if on {
			f.s.undoable("cases.goes_on", func(context.Context) error { return f.s.desk.GoOnWithout(id, false) })
		}
	})
}
