package people

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

// ComputersDesk is what the page of the agency's computers needs.
type ComputersDesk interface {
	signing.Desk
	source.Desk
	Computers(ctx context.Context) ([]desk.Computer, error)
	OfficeProposal(ctx context.Context, code desk.NodeCode) (*desk.Propose, error)
	Unconnected(ctx context.Context) ([]desk.Unconnected, error)
}

// Computers is the page on which administrators see the computers of the agency,
// move the office to a spare, and connect there what data sets lack.
type Computers struct {
	sheet[hall]
	desk ComputersDesk
}

// hall is what the page has read.
type hall struct {
	computers   []desk.Computer
	unconnected []desk.Unconnected
	elsewhere   bool // another computer reads the agency's data
}

// NewComputers makes the page.
func NewComputers(e *page.Env, d ComputersDesk) *Computers {
	c := &Computers{desk: d}
	c.sheet = newSheet(e, c.read, c.draw)
	return c
}

func (c *Computers) read(ctx context.Context) (hall, error) {
	var out hall
	var err error
	if out.computers, err = c.desk.Computers(ctx); err != nil {
		return out, err
	}
	out.unconnected, err = c.desk.Unconnected(ctx)
	if errors.Is(err, desk.ErrNotOffice) {
		out.elsewhere, err = true, nil
	}
	return out, err
}

func (c *Computers) draw(v hall) {
	e := c.env
	parts := []fyne.CanvasObject{widgets.Fixed(0, 32, widgets.NewText(e.T("computers.title")).Sub()), widgets.NewPara(e.T("computers.text")).In(widgets.Ink2)}
	spare := false
	for _, x := range v.computers {
		spare = spare || x.Spare
		parts = append(parts, c.computer(x))
	}
	if !spare {
		parts = append(parts, widgets.NewNote(widgets.ToneInfo, e.T("computers.no_spare")))
	}
	switch {
	case v.elsewhere:
		parts = append(parts, widgets.NewPara(e.T("computers.elsewhere")).In(widgets.Ink2))
	case len(v.unconnected) > 0:
		parts = append(parts, widgets.NewText(e.T("computers.unconnected")).Bold(), widgets.NewPara(e.T("computers.unconnected_text")).In(widgets.Ink2))
		for _, x := range v.unconnected {
			parts = append(parts, c.lacking(x))
		}
	}
	c.body.Show(widgets.Page(widgets.Inset(16, 24, 24, 24, widgets.Column(14, parts...))))
}

// computer is one of them, with what it is to the agency.
func (c *Computers) computer(x desk.Computer) fyne.CanvasObject {
	e := c.env
	line := e.T("computers.is_desk")
	switch {
	case x.Office:
		line = e.T("computers.is_office")
	case x.Spare:
		line = e.T("computers.is_spare")
	case x.Holder != nil:
		line = e.T("computers.desk_of", i18n.P{"who": x.Holder.Name})
	}
	tone := widgets.ToneNeutral
	if x.Office {
		tone = widgets.ToneAccent
	}
	row := []fyne.CanvasObject{widgets.NewIconTile(assets.IconMonitor, tone), widgets.Grow(widgets.Column(0,
		widgets.NewText(string(x.Code)).Bold().Cut(), widgets.NewPara(line).Caption().In(widgets.Ink2)))}
	chip := func(key string, tone widgets.Tone) { row = append(row, widgets.NewChip(e.T("computers."+key), tone)) }
	if x.Here {
		chip("here", widgets.ToneNeutral)
	}
	if x.Keeps {
		chip("keeps", widgets.ToneNeutral)
	}
	switch {
	case x.Office:
		chip("office", widgets.ToneAccent)
	case x.Proposal != (desk.EntryID{}):
		row = append(row, widgets.NewChip(e.T("computers.waits"), widgets.ToneInfo).WithIcon(assets.IconClock))
	case x.Spare:
		row = append(row, widgets.NewButton(widgets.Outline, e.T("computers.make"), func() { c.move(x) }))
	}
	return widgets.PaddedCard(widgets.Row(12, row...))
}

// lacking is a data set whose data is read nowhere.
func (c *Computers) lacking(x desk.Unconnected) fyne.CanvasObject {
	e := c.env
	return widgets.PaddedCard(widgets.Row(12, widgets.NewIconTile(assets.IconBook, widgets.ToneWarn), widgets.Grow(widgets.Column(0,
		widgets.NewText(x.Title).Bold().Cut(), widgets.NewText(page.Article(x.Code)).Caption().In(widgets.Ink2).Cut())),
		widgets.NewButton(widgets.Outline, e.T("source.connect"), func() { source.Connect(e, c.desk, x.Code, nil, c.reload) }).WithIcon(assets.IconLink)))
}

// move opens the sign page of moving the office.
func (c *Computers) move(x desk.Computer) {
	e := c.env
	page.Read(e, func(ctx context.Context) (*desk.Propose, error) { return c.desk.OfficeProposal(ctx, x.Code) }, func(p *desk.Propose, err error) {
		if err != nil {
			e.Problem(e.T("computers.make"), err)
			return
		}
		signing.Start(e, c.desk, desk.Act{Kind: desk.ActPropose, Propose: p}, signing.What{What: e.T("computers.what", i18n.P{"code": string(x.Code)})},
			func(done signing.Signed) { signing.Follow(e, c.desk, done, c.reload) })
	})
}
