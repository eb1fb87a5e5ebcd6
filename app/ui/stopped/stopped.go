// Package stopped owns what a window shows when the replica on this computer
// cannot be opened: what happened, what is safe, what to do. It opens and mends
// nothing itself; whoever opens the window does.
package stopped

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Kind is why the replica cannot be opened.
type Kind string

// The kinds.
const (
	Damaged  Kind = "damaged"  // a part of its file is not what was written
	Foreign  Kind = "foreign"  // the file is something else
	Newer    Kind = "newer"    // a newer version of the program wrote it
	Rules    Kind = "rules"    // the members have put rules in force that the program does not know
	InUse    Kind = "in_use"   // another program holds the folder and does not answer
	Headless Kind = "headless" // `countersignd run` holds the folder
	Full     Kind = "full"     // the disk has no room
	Denied   Kind = "denied"   // the folder belongs to another user
	City     Kind = "city"     // the demo city did not come to stand
	Unknown  Kind = "unknown"
)

// Trouble is why the desk does not open.
type Trouble struct {
	Kind   Kind
	Folder string
	Err    error
}

// Remedy is what a person can do about it.
type Remedy interface {
	// Again opens the replica once more; nil: the desk can be shown.
	Again(ctx context.Context) *Trouble
	// Fetch sets what is damaged aside, opens the rest and has the record come
	// from the other agencies again.
	Fetch(ctx context.Context) *Trouble
	// Close ends the program.
	Close()
}

// Page is the page.
type Page struct {
	env     *page.Env
	remedy  Remedy
	done    func()
	slot    *page.Slot
	content fyne.CanvasObject
}

// New makes the page; done is called when the desk can be shown.
func New(e *page.Env, t Trouble, r Remedy, done func()) *Page {
	p := &Page{env: e, remedy: r, done: done, slot: page.NewSlot()}
	head := widgets.Inset(24, 32, 0, 32, widgets.Row(12, widgets.NewLogo(32), widgets.NewText(e.T("app.name")).Sub()))
	p.content = widgets.OnGround(widgets.Bg, widgets.Between(head,
		widgets.Column(0, widgets.Spring(), widgets.Middle(widgets.Fixed(560, 0, p.slot.Content())), widgets.Spring()), nil))
	p.show(t)
	return p
}

// Content is what to lay out.
func (p *Page) Content() fyne.CanvasObject { return p.content }

func (p *Page) show(t Trouble) {
	e := p.env
	kind := string(t.Kind)
	icon, tone := assets.IconWarn, widgets.ToneWarn
	switch t.Kind {
	case Damaged, Foreign, Unknown:
		tone = widgets.ToneRefuse
	case InUse, Headless, Denied:
		icon = assets.IconLock
	}
	line := func(label, text string) fyne.CanvasObject {
		return widgets.TopRow(16, widgets.Fixed(128, 0, widgets.NewPara("**"+label+"**")), widgets.Grow(widgets.NewPara(text).In(widgets.Ink2)))
	}
	rows := widgets.PaddedCard(widgets.Column(12,
		line(e.T("stopped.happened"), e.T("stopped.text_"+kind)), widgets.Rule(),
		line(e.T("stopped.safe"), e.T("stopped.safe_"+string(safety(t.Kind)))), widgets.Rule(),
		line(e.T("stopped.todo"), e.T("stopped.do_"+kind))))
	parts := []fyne.CanvasObject{
		widgets.Middle(widgets.NewIconTile(icon, tone).Sized(56)),
		widgets.NewPara("**" + e.T("stopped.title_"+kind) + "**").Large().Center(),
		rows,
		widgets.Middle(widgets.Row(8, p.acts(t)...)),
	}
	if t.Err != nil {
		parts = append(parts, widgets.Middle(widgets.NewButton(widgets.Ghost, e.T("states.copy_problem", i18n.P{"ref": page.Reference(t.Err)}),
			func() { e.CopyProblem(t.Err) }).WithIcon(assets.IconCopy)))
	}
	p.slot.Show(widgets.Column(16, append(parts,
		widgets.NewPara(e.T("stopped.folder", i18n.P{"folder": t.Folder})).Caption().In(widgets.Ink3).Center())...))
}

// safety names the words about what is safe: where nothing was even read, nothing
// can be wrong with it.
func safety(k Kind) Kind {
	if k == Damaged || k == Foreign {
		return Damaged
	}
	return Unknown
}

func (p *Page) acts(t Trouble) []fyne.CanvasObject {
	e := p.env
	again := widgets.NewButton(widgets.Outline, e.T("common.retry"), func() { p.do(e.T("stopped.opening"), p.remedy.Again) }).WithIcon(assets.IconRotate)
	out := []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.close"), p.remedy.Close), again}
	if t.Kind == Damaged || t.Kind == Foreign {
		out = append(out, widgets.NewButton(widgets.Primary, e.T("stopped.fetch"), func() { p.do(e.T("stopped.fetching"), p.remedy.Fetch) }).WithIcon(assets.IconDownload))
	}
	return out
}

// do tries a way out; a replica that opens ends the page.
func (p *Page) do(words string, try func(context.Context) *Trouble) {
	p.slot.Show(widgets.Column(16, widgets.NewText(words).Sub().Center(), widgets.Skeleton(3)))
	p.env.Work(func(ctx context.Context) func() {
		t := try(ctx)
		return func() {
			if t != nil {
				p.show(*t)
				return
			}
			p.done()
		}
	})
}
