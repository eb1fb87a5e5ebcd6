// Package network owns the screen of the members of the network: whether
// decisions become final, who is online and how far each replica is, and while
// too few keepers are online what is kept here, what still works and what waits.
package network

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// fullCouncil is from how many keepers on the record is ordered by agreement.
const fullCouncil = 4

// Desk is what the screen needs.
type Desk interface {
	signing.Desk
	Network(ctx context.Context) (desk.Network, error)
	Kept(ctx context.Context) ([]desk.KeptEntry, error)
	Again(ctx context.Context, entry desk.EntryID) (*desk.SignPage, error)
	Inbox(ctx context.Context) (desk.InboxGroups, error)
	Catalogue(ctx context.Context) ([]desk.DatasetView, error)
}

// Screen shows the network.
type Screen struct {
	env  *page.Env
	desk Desk
	turn page.Turn

	state   state
	pace    page.Pace
	as      *widgets.Text
	body    *page.Slot
	content fyne.CanvasObject
}

// state is what the screen has read.
type state struct {
	net    desk.Network
	kept   []desk.KeptEntry
	inbox  desk.InboxGroups
	titles map[desk.AgencyID]string
	call   map[desk.AgencyID][]string // who answers for the data of agencies that are away
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, as: widgets.NewText("").In(widgets.Ink2), body: page.NewSlot()}
	s.body.Show(widgets.Inset(24, 24, 0, 24, widgets.Skeleton(6)))
	head := widgets.Column(0, widgets.Fixed(0, 63, widgets.Inset(0, 24, 0, 24, widgets.Row(12, widgets.NewText(e.T("network.title")).Heading(), widgets.Spring(),
		s.as, e.CopyAct(func() fyne.CanvasObject { return s.body.Content() })))), widgets.Rule())
	s.content = widgets.Between(head, s.body.Content(), nil)
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Open implements page.Screen.
func (s *Screen) Open(page.Place) { s.reload() }

// Changed implements page.Screen.
func (s *Screen) Changed(desk.Change) { s.reload() }

// Rune implements page.Screen.
func (s *Screen) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *Screen) Key(*fyne.KeyEvent) bool { return false }

func (s *Screen) reload() {
	page.ReadLast(s.env, &s.turn, func(ctx context.Context) (state, error) {
		var out state
		var err error
		if out.net, err = s.desk.Network(ctx); err != nil {
			return out, err
		}
		if out.kept, err = s.desk.Kept(ctx); err != nil {
			return out, err
		}
		if out.net.Online < out.net.Needed || len(out.kept) > 0 { // only then its cases and deadlines are named
			if out.inbox, err = s.desk.Inbox(ctx); err != nil {
				return out, err
			}
		}
		out.call, err = s.contacts(ctx, out.net)
		return out, err
	}, func(v state, err error) {
		if err != nil {
			s.as.Set("")
			s.body.Show(s.env.Failed(err, s.reload))
			return
		}
		v.titles = map[desk.AgencyID]string{}
		for _, m := range v.net.Members {
			v.titles[m.Agency] = m.Title
		}
		s.state = v
		s.as.Set(s.env.T("time.as_of", i18n.P{"time": s.env.Time(s.env.Now())}))
		s.draw()
	})
}

// contacts are whom to call at the agencies that are away: those who answer for
// their data, as the catalogue names them.
func (s *Screen) contacts(ctx context.Context, n desk.Network) (map[desk.AgencyID][]string, error) {
	away := map[desk.AgencyID]bool{}
	for _, m := range n.Members {
		if !m.Online && !m.Us {
			away[m.Agency] = true
		}
	}
	if len(away) == 0 {
		return nil, nil
	}
	sets, err := s.desk.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := map[desk.AgencyID][]string{}
	for _, v := range sets {
		if away[v.Provider] && v.Contact != "" && !slices.Contains(out[v.Provider], v.Contact) {
			out[v.Provider] = append(out[v.Provider], v.Contact)
		}
	}
	return out, nil
}

func (s *Screen) waiting() bool { return s.state.net.Online < s.state.net.Needed }

func (s *Screen) draw() {
	e, n := s.env, s.state.net
	parts := []fyne.CanvasObject{s.sentence()}
	if n.Problem != "" && !n.ReadOnly { // a full disk is what the sentence says
		parts = append(parts, e.ProblemNote(n))
	}
	for _, v := range n.DoubleVotes {
		parts = append(parts, e.DoubleVote(v))
	}
	graph := widgets.NewPeerGraph(e.T("network.spoken", i18n.P{"online": n.Online, "total": n.Keepers}), s.peers(), s.links())
	legend := widgets.Wrap(20, 4, legendOf(widgets.NewBox(widgets.Clear).Outlined(widgets.Control).Rounded(3), e.T("network.legend_keeper")),
		legendOf(widgets.NewBox(widgets.Clear).Outlined(widgets.Control).Rounded(7), e.T("network.legend_member")))
	left := widgets.Column(8, widgets.Fixed(0, 510, graph), legend)
	var side []fyne.CanvasObject
	if len(s.state.kept) > 0 {
		side = append(side, s.kept())
	}
	if s.waiting() {
		side = append(side, s.away(), s.still())
		if next := s.deadline(); next != nil {
			side = append(side, next)
		}
		side = append(side, s.table())
	} else {
		side = append(side, s.table())
		for _, m := range n.Members {
			if !m.Online {
				side = append(side, s.absent(m))
			}
		}
	}
	side = append(side, widgets.Row(0, widgets.NewLink(e.T("network.addresses"), s.addresses).WithIcon(assets.IconLink)))
	parts = append(parts, widgets.StackedBelow(860, 24, 16, []float32{1.6, 1}, left, widgets.Column(12, side...)))
	s.body.Show(widgets.Page(widgets.Inset(16, 24, 16, 24, widgets.Column(16, parts...))))
}

func legendOf(sign fyne.CanvasObject, text string) fyne.CanvasObject {
	return widgets.Row(8, widgets.Fixed(14, 14, sign), widgets.NewText(text).Caption().In(widgets.Ink2))
}

// sentence is the one thing to know first, with the meter.
func (s *Screen) sentence() fyne.CanvasObject {
	e, n := s.env, s.state.net
	title, text := e.T("network.online_final", i18n.P{"online": n.Online, "total": n.Keepers}), e.T("network.enough", i18n.P{"needed": n.Needed, "online": n.Online})
	icon, tone, ground := assets.IconOKCircle, widgets.ToneApprove, widgets.Surface
	switch {
	case n.ReadOnly:
		icon, tone, ground = assets.IconWarn, widgets.ToneWarn, widgets.WarnSoft
		title, text = e.T("stopped.title_full"), e.T("network.read_only")
	case n.Stopped():
		icon, tone = assets.IconWarn, widgets.ToneRefuse
		title, text = e.T("network.stopped"), e.T("network.stopped_text")
	case s.waiting():
		icon, tone, ground = assets.IconHourglass, widgets.ToneWarn, widgets.WarnSoft
		title, text = e.N("network.must_online", n.Needed-n.Online), e.T("network.kept_none")
		if n.Kept > 0 {
			text = e.T("network.kept_note")
		}
	case n.Syncing:
		icon, tone = assets.IconDownload, widgets.ToneAccent
		title, text = e.T("states.loading_title"), e.Copying(n, &s.pace)
	case n.Keepers < fullCouncil:
		text = e.T("network.founder_alone")
	}
	words := widgets.Grow(widgets.Column(2, widgets.NewPara("**"+title+"**").Large(), widgets.NewPara(text).In(widgets.Ink2)))
	meter := widgets.Fixed(280, 0, widgets.NewQuorumMeter(n.Keepers, n.Online, n.Needed, e.T("network.keepers"), e.T("network.needed", i18n.P{"n": n.Needed})))
	told := widgets.Row(24, widgets.NewIconTile(icon, tone).Sized(48), words)
	box := widgets.NewBox(ground).Rounded(8)
	if ground == widgets.Surface {
		box.Outlined(widgets.Line)
	}
	body := fyne.CanvasObject(widgets.StackedBelow(700, 24, 12, []float32{1, 0}, told, meter))
	if n.Syncing && n.SyncTo > 0 {
		body = widgets.Column(12, body, widgets.NewThinBar(float32(n.Height)/float32(n.SyncTo), widgets.ToneAccent))
	}
	return widgets.Layers(box, widgets.Inset(16, 20, 16, 20, body))
}

func (s *Screen) awayKeepers() []desk.Member {
	var out []desk.Member
	for _, m := range s.state.net.Members {
		if m.Keeper && !m.Online {
			out = append(out, m)
		}
	}
	return out
}

// peers are the agencies of the picture.
func (s *Screen) peers() []widgets.Peer {
	e := s.env
	var out []widgets.Peer
	for _, m := range s.state.net.Members {
		p := widgets.Peer{ID: string(m.Agency), Label: m.Title, Icon: page.AgencyIcon(m.Agency), Keeper: m.Keeper, Self: m.Us, Away: !m.Online}
		switch {
		case m.Us:
			p.Below = e.T("network.you")
		case !m.Online:
			p.Below = e.T("network.away")
		}
		out = append(out, p)
	}
	return out
}

// links are the lines from this computer: only those are known here.
func (s *Screen) links() []widgets.Link {
	us := ""
	for _, m := range s.state.net.Members {
		if m.Us {
			us = string(m.Agency)
		}
	}
	var out []widgets.Link
	for _, m := range s.state.net.Members {
		if m.Us || us == "" {
			continue
		}
		l := widgets.Link{A: us, B: string(m.Agency), Mine: m.Online, Faint: !m.Online}
		if m.Online && m.Delay > 0 {
			l.Delay = s.delay(m)
		}
		out = append(out, l)
	}
	return out
}

func (s *Screen) delay(m desk.Member) string {
	e := s.env
	switch {
	case m.Us:
		return e.T("network.here")
	case !m.Online:
		return e.T("network.away")
	case m.Delay == 0:
		return e.T("network.no_delay")
	}
	return e.T("network.ms", i18n.P{"n": max(int(m.Delay.Milliseconds()), 1)})
}
