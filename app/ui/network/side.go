package network

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// table lists every agency with its delay from here and its last block.
func (s *Screen) table() fyne.CanvasObject {
	e, n := s.env, s.state.net
	cols := []widgets.TableColumn{{Width: 20}, {Title: e.T("network.agency"), Weight: 1}, {Title: e.T("network.role"), Width: 62},
		{Title: e.T("network.delay"), Width: 48, Right: true}, {Title: e.T("network.block"), Width: 48, Right: true}}
	rows := []fyne.CanvasObject{widgets.Layers(widgets.NewBox(widgets.Sunken).Rounded(7).TopOnly(), widgets.TableHead(14, cols))}
	for _, m := range n.Members {
		role, ink, blockInk := e.T("network.member"), widgets.Ink, widgets.Ink2
		switch {
		case m.Standing == "suspended":
			role = e.T("network.suspended")
		case m.Keeper:
			role = e.T("network.keeper")
		}
		if !m.Online {
			ink = widgets.Ink3
		}
		block := "–"
		if m.Height > 0 {
			block = e.Number(int64(m.Height))
			if m.Height+1 < n.Height {
				blockInk = widgets.Warn
			}
		}
		title := m.Title
		if m.Us {
			title += " (" + e.T("common.you") + ")"
		}
		rows = append(rows, widgets.Rule(), widgets.Fixed(0, 37, widgets.TableCells(14, cols, widgets.NewGlyph(page.AgencyIcon(m.Agency), widgets.Ink2).Sized(18),
			widgets.NewText(title).In(ink).Cut(), widgets.NewText(role).Caption().In(widgets.Ink2).Cut(), widgets.NewText(s.delay(m)).In(widgets.Ink2).Right(),
			widgets.NewText(block).In(blockInk).Right())))
	}
	return widgets.Card(widgets.Column(0, rows...))
}

// absent says of one agency that it is away and what follows.
func (s *Screen) absent(m desk.Member) fyne.CanvasObject {
	e, n := s.env, s.state.net
	head := []fyne.CanvasObject{widgets.Grow(widgets.NewText(e.T("network.is_away", i18n.P{"agency": m.Title})).Bold().Cut())}
	if since := s.since(m); since != "" {
		head = append(head, widgets.NewText(since).Caption().In(widgets.Ink2))
	}
	text := e.T("network.catches_up")
	if m.Height > 0 && m.Height < n.Height {
		text = e.N("network.behind", int(n.Height-m.Height))
	}
	return widgets.PaddedCard(widgets.Column(6, append([]fyne.CanvasObject{widgets.Row(8, head...), widgets.NewPara(text).In(widgets.Ink2)}, s.whom(m)...)...))
}

// whom says whom to call at an agency.
func (s *Screen) whom(m desk.Member) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, contact := range s.state.call[m.Agency] {
		out = append(out, widgets.TopRow(8, widgets.Inset(2, 0, 0, 0, widgets.NewGlyph(assets.IconPhone, widgets.Ink2).Sized(16)),
			widgets.Grow(widgets.NewPara(contact).In(widgets.Ink2))))
	}
	return out
}

func (s *Screen) since(m desk.Member) string {
	if m.Since.IsZero() {
		return ""
	}
	return s.env.T("time.since", i18n.P{"time": s.at(m.Since)})
}

// at is a time of day; with its day when that is not today.
func (s *Screen) at(t time.Time) string {
	e := s.env
	t, now := t.In(e.Zone), e.Now()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return e.Time(t)
	}
	return e.DayTime(t)
}

// away lists the keepers that are missed.
func (s *Screen) away() fyne.CanvasObject {
	e, n := s.env, s.state.net
	missing := s.awayKeepers()
	rows := []fyne.CanvasObject{widgets.NewText(e.T("network.away_title")).Bold()}
	for _, m := range missing {
		head := widgets.Row(10, widgets.NewGlyph(page.AgencyIcon(m.Agency), widgets.Ink2).Sized(18), widgets.Grow(widgets.NewText(m.Title).Cut()),
			widgets.NewText(s.since(m)).Caption().In(widgets.Ink2))
		rows = append(rows, widgets.Column(4, head, widgets.Inset(0, 0, 0, 28, widgets.Column(4, s.whom(m)...))))
	}
	if n.Needed-n.Online == 1 && len(missing) > 1 {
		rows = append(rows, widgets.NewText(e.T("network.one_enough")).Caption().In(widgets.Ink2))
	}
	return widgets.PaddedCard(widgets.Column(8, rows...))
}

// still says what works meanwhile and what waits.
func (s *Screen) still() fyne.CanvasObject {
	e := s.env
	list := func(title string, icon assets.IconName, ink widgets.Token, lines ...string) fyne.CanvasObject {
		rows := []fyne.CanvasObject{widgets.NewPara("**" + title + "**")}
		for _, l := range lines {
			rows = append(rows, widgets.TopRow(8, widgets.Inset(2, 0, 0, 0, widgets.NewGlyph(icon, ink).Sized(14)), widgets.Grow(widgets.NewPara(l).In(widgets.Ink2))))
		}
		return widgets.Column(6, rows...)
	}
	return widgets.PaddedCard(widgets.Columns(16, 0, []float32{1, 1},
		list(e.T("network.can_still"), assets.IconCheck, widgets.Approve, e.T("network.can_read"), e.T("network.can_sign"), e.T("network.can_draft")),
		list(e.T("network.has_to_wait"), assets.IconMinus, widgets.Ink3, e.T("network.wait_final"), e.T("network.wait_data"), e.T("network.wait_keys"))))
}

// deadline names the next legal deadline: it does not stop for the network.
func (s *Screen) deadline() fyne.CanvasObject {
	e, text := s.env, s.env.T("network.deadlines")
	for _, r := range s.state.inbox.ToSign { // sorted by deadline
		if r.Paused {
			continue
		}
		text = e.T("network.deadline_next", i18n.P{"case": s.reference(r), "left": e.Left(page.Left(r))})
		break
	}
	return widgets.TopRow(8, widgets.Inset(1, 0, 0, 0, widgets.NewGlyph(assets.IconClock, widgets.Ink2).Sized(14)), widgets.Grow(widgets.NewPara(text).Caption().In(widgets.Ink2)))
}

func (s *Screen) reference(r desk.RequestRow) string {
	if r.Case != "" {
		return r.Case
	}
	return s.env.T("evidence.request_number", i18n.P{"n": desk.CheckCode(r.ID)})
}

// kept lists the signatures on this computer that are not final, or whose
// letter has not been handed over.
func (s *Screen) kept() fyne.CanvasObject {
	e := s.env
	rows := []fyne.CanvasObject{widgets.Inset(10, 16, 10, 16, widgets.Row(8, widgets.NewText(e.T("network.kept_title")).Bold(), widgets.Spring(),
		widgets.NewChip(e.N("network.kept_count", len(s.state.kept)), widgets.ToneWarn)))}
	for _, k := range s.state.kept {
		rows = append(rows, widgets.Rule(), widgets.Inset(8, 16, 8, 16, s.keptRow(k)))
	}
	return widgets.Card(widgets.Column(0, rows...))
}

func (s *Screen) keptRow(k desk.KeptEntry) fyne.CanvasObject {
	e := s.env
	what := e.T("network.kept_other")
	if k.Mine {
		what = e.T("network.kept_mine")
	}
	icon := assets.IconSign
	if k.Act != nil {
		what = e.Or("network.kept_"+string(k.Act.Kind), what)
		if k.Act.Kind == desk.ActReturn {
			icon = assets.IconBack
		}
		if name := s.named(k.Act.Request); name != "" {
			what += ", " + name
		}
	}
	line := e.T("network.kept_since", i18n.P{"time": s.at(k.Since)})
	tone := widgets.ToneWarn
	switch {
	case k.Expired:
		line, tone = e.T("network.kept_expired"), widgets.ToneRefuse
	case k.Final:
		line = e.T("requests.not_handed")
	default:
		line += " · " + e.T("time.until", i18n.P{"date": e.DayMonth(e.Local(k.ValidUntil))})
	}
	row := []fyne.CanvasObject{widgets.NewIconTile(icon, tone).Sized(28), widgets.Grow(widgets.Column(0, widgets.NewText(what).Cut(), widgets.NewText(line).Caption().In(widgets.Ink2).Cut()))}
	if k.Expired && k.Mine && k.Act != nil {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("result.sign_again"), func() { s.again(k) }).Small())
	}
	return widgets.Row(12, row...)
}

// named is a request's case number, else its number on the record.
func (s *Screen) named(id desk.EntryID) string {
	if id == (desk.EntryID{}) {
		return ""
	}
	for _, g := range [][]desk.RequestRow{s.state.inbox.ToSign, s.state.inbox.Waiting, s.state.inbox.Decided} {
		for _, r := range g {
			if r.ID == id {
				return s.reference(r)
			}
		}
	}
	return s.env.T("evidence.request_number", i18n.P{"n": desk.CheckCode(id)})
}

// again opens a fresh sign page for a signature that waited too long.
func (s *Screen) again(k desk.KeptEntry) {
	e := s.env
	page.Read(e, func(ctx context.Context) (*desk.SignPage, error) { return s.desk.Again(ctx, k.ID) }, func(p *desk.SignPage, err error) {
		if err != nil {
			e.Problem(e.T("result.sign_again"), err)
			return
		}
		signing.Open(e, s.desk, p, signing.What{What: e.T("network.kept_mine")}, func(done signing.Signed) {
			signing.Follow(e, s.desk, done, s.reload)
			s.reload()
		})
	})
}

// addresses shows where each agency is reached, to be read out or copied.
func (s *Screen) addresses() {
	e := s.env
	var rows []fyne.CanvasObject
	for _, m := range s.state.net.Members {
		if m.Us {
			continue
		}
		lines := []fyne.CanvasObject{widgets.NewText(m.Title).Bold()}
		for _, a := range m.Addresses {
			lines = append(lines, widgets.NewText(a).Mono().Cut())
		}
		if len(m.Addresses) == 0 {
			lines = append(lines, widgets.NewText(e.T("common.none")).In(widgets.Ink3))
		}
		rows = append(rows, widgets.Row(8, widgets.Grow(widgets.Column(2, lines...)), widgets.NewIconButton(assets.IconCopy, e.T("common.copy"), func() {
			e.Copy(strings.Join(m.Addresses, "\n"))
			e.Say(widgets.ToneNeutral, e.T("common.copied"))
		})), widgets.Rule())
	}
	var d *widgets.Dialog
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("network.addresses_title"), Body: widgets.Column(10, rows...),
		Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}
