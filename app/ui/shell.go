package ui

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/cases"
	"countersign/app/ui/catalogue"
	"countersign/app/ui/compose"
	"countersign/app/ui/evidence"
	"countersign/app/ui/inbox"
	"countersign/app/ui/look"
	"countersign/app/ui/network"
	"countersign/app/ui/notices"
	"countersign/app/ui/page"
	"countersign/app/ui/people"
	"countersign/app/ui/received"
	"countersign/app/ui/requests"
	"countersign/app/ui/settings"
	"countersign/app/ui/signing"
	"countersign/app/ui/workdays"
	"countersign/app/widgets"
	"countersign/assets"
)

// narrowBelow is the width under which the rail shows icons alone.
const narrowBelow = 1100

// shell is an unlocked desk: the rail, and one screen beside it.
type shell struct {
	w       *Window
	env     *page.Env
	places  []place
	screens map[string]page.Screen
	place   page.Place
	keys    keyboard

	body    *page.Slot
	shown   page.Screen // in the body; nil: none
	banner  *banner
	copying bool // a first copy of the record is being made
	nav     map[string]*widgets.NavItem
	brand   *widgets.Text
	dot     *widgets.Dot
	state   *widgets.Text
	keepers *widgets.Para
	who     *widgets.Text
	role    *widgets.Para
	words   []fyne.CanvasObject // of the rail, hidden in a narrow window
	flag    *widgets.Glyph      // in place of the words of a rehearsal
	top     *topBar             // in place of the rail in a very narrow window
	side    fyne.CanvasObject   // the rail
	content fyne.CanvasObject
	turn    page.Turn
	online  int // other agencies, as last read
}

// place is one screen of the rail.
type place struct {
	id    string
	icon  assets.IconName
	label string
	key   rune // after G
	make  func() page.Screen
}

func newShell(w *Window) *shell {
	s := &shell{w: w, env: w.env, screens: map[string]page.Screen{}, nav: map[string]*widgets.NavItem{}, body: page.NewSlot()}
	s.places = s.table()
	s.top = newTopBar(s.env.Locale, s.placesMenu)
	s.banner = newBanner(w.env, s.body.Content())
	s.side = s.rail()
	s.content = newFrame(s.side, s.banner.content, s.top, s.narrow)
	s.readStatus()
	return s
}

// has tells whether the official holds a role.
func (s *shell) has(role desk.Role) bool {
	return slices.ContainsFunc(s.env.Me.Roles, func(g desk.RoleGrant) bool { return g.Role == role })
}

// table lists the screens that the official's roles have.
func (s *shell) table() []place {
	e, d := s.env, s.w.opt.Desk
	asks := s.has(desk.RoleRequester)
	out := []place{
		{page.Inbox, assets.IconInbox, e.T("nav.inbox"), 'i', func() page.Screen {
			in := inbox.New(e, d)
			in.Badge = func(n int) { s.badge(page.Inbox, n) }
			return in
		}},
		{page.Requests, assets.IconSend, e.T("nav.requests"), 'm', func() page.Screen { return requests.New(e, d, asks) }},
	}
	if asks {
		out = append(out, place{page.Cases, assets.IconLayers, e.T("nav.cases"), 'f', func() page.Screen { return cases.New(e, d) }})
	}
	out = append(out, []place{
		{page.Received, assets.IconDownload, e.T("nav.received"), 'r', func() page.Screen {
			got := received.New(e, d)
			got.Badge = func(n int) { s.badge(page.Received, n) }
			return got
		}},
		{page.Catalogue, assets.IconBook, e.T("nav.catalogue"), 'c', func() page.Screen { return catalogue.New(e, d, asks, s.has(desk.RoleAdmin)) }},
		{page.Evidence, assets.IconProof, e.T("nav.evidence"), 'e', func() page.Screen { return evidence.New(e, d) }},
		{page.Network, assets.IconNodes, e.T("nav.network"), 'n', func() page.Screen { return network.New(e, d) }},
		{page.Settings, assets.IconSliders, e.T("nav.settings"), 0, func() page.Screen { return settings.New(e, s.sections()) }},
	}...)
	if asks {
		out = append(out, place{page.Compose, assets.IconPen, e.T("requests.new"), 0, func() page.Screen { return compose.New(e, d, s.sent) }})
	}
	return out
}

// sent leads from the compose page to the request that has been signed on it.
func (s *shell) sent(done signing.Signed) {
	s.open(page.Place{Screen: page.Requests})
	if r, ok := s.screens[page.Requests].(*requests.Screen); ok {
		r.Sent(done)
	}
}

// sections are the pages of the settings that the official's roles have.
func (s *shell) sections() []settings.Section {
	e, d, w := s.env, s.w.opt.Desk, s.w
	var out []settings.Section
	if s.has(desk.RoleAdmin) || s.has(desk.RoleApprover) { // approvers review what a suspect key decided
		out = append(out, settings.Section{ID: "people", Icon: assets.IconUsers, Label: e.T("people.nav"), Make: func() page.Screen { return people.New(e, d) }})
	}
	if s.has(desk.RoleAdmin) {
		out = append(out, settings.Section{ID: "members", Icon: assets.IconBuilding, Label: e.T("members.nav"), Make: func() page.Screen { return people.NewMembers(e, d) }},
			settings.Section{ID: "workdays", Icon: assets.IconCalendar, Label: e.T("workdays.nav"), Make: func() page.Screen { return workdays.New(e, d) }},
			settings.Section{ID: "computers", Icon: assets.IconMonitor, Label: e.T("computers.nav"), Make: func() page.Screen { return people.NewComputers(e, d) }})
	}
	return append(out,
		settings.Section{ID: "mine", Icon: assets.IconKey, Label: e.T("settings.my_key"), Make: func() page.Screen { return people.NewMine(e, d) }},
		settings.Section{ID: "notices", Icon: assets.IconBell, Label: e.T("notices.nav"), Apart: true, Make: func() page.Screen {
			return notices.New(e, func() []desk.NoticeKind { return w.settings.Quiet }, w.quiet)
		}},
		settings.Section{ID: "look", Icon: assets.IconGlobe, Label: e.T("settings.look"), Make: func() page.Screen {
			return look.New(e, look.Hooks{Get: func() look.Settings { return w.settings.Settings }, Apply: w.apply, Preview: w.preview}, d.Profile().HideSubjects)
		}},
		settings.Section{ID: "about", Icon: assets.IconInfo, Label: e.T("settings.about"), Make: func() page.Screen { return settings.NewAbout(e, d.Profile()) }})
}

// start is the screen to begin with.
func (s *shell) start(last string) string {
	if s.find(last) != nil {
		return last
	}
	return s.places[0].id
}

func (s *shell) find(id string) *place {
	for i := range s.places {
		if s.places[i].id == id {
			return &s.places[i]
		}
	}
	return nil
}

// open brings a screen to the front.
func (s *shell) open(p page.Place) {
	at := s.find(p.Screen)
	if at == nil {
		return
	}
	if s.place.Screen != p.Screen {
		s.leave()
	}
	s.place = p
	for id, item := range s.nav {
		item.Select(id == p.Screen || id == page.Requests && p.Screen == page.Compose)
	}
	s.crumb("", nil)
	s.env.Canvas.Unfocus()
	s.banner.show(s.banner.net, p.Screen)
	if s.covered(p.Screen) {
		s.showCopying()
		return
	}
	screen := s.screens[p.Screen]
	if screen == nil {
		screen = at.make()
		s.screens[p.Screen] = screen
	}
	if s.shown != screen {
		s.shown = screen
		s.body.Show(page.Grounded(screen.Content()))
	}
	screen.Open(p)
}

// leave lets the screen in front cover or keep what it shows.
func (s *shell) leave() {
	if l, ok := s.screens[s.place.Screen].(page.Leaver); ok {
		l.Leave()
	}
}

// changed hands news to the screen in front, and to the inbox for its badge.
func (s *shell) changed(c desk.Change) {
	if c.Peers || c.Outbox || c.Height > 0 {
		s.readStatus()
	}
	if s.covered(s.place.Screen) {
		return
	}
	if front := s.screens[s.place.Screen]; front != nil {
		front.Changed(c)
	}
	if in := s.screens[page.Inbox]; in != nil && s.place.Screen != page.Inbox && (len(c.Requests) > 0 || c.People) {
		in.Changed(desk.Change{Requests: c.Requests, People: c.People})
	}
}

func (s *shell) badge(id string, n int) {
	if id == page.Inbox {
		s.w.count(n)
	}
	if item := s.nav[id]; item != nil {
		word := ""
		if n > 0 {
			word = s.env.Number(int64(n))
		}
		item.SetBadge(word)
	}
}

// rail is the column at the left: screens, how the record is, who is here.
func (s *shell) rail() fyne.CanvasObject {
	e := s.env
	s.brand = widgets.NewText(e.T("app.name")).Sub()
	items := []fyne.CanvasObject{widgets.Inset(0, 0, 14, 4, widgets.Row(10, widgets.NewLogo(28), s.brand))}
	for i, p := range s.places {
		if p.id == page.Compose {
			continue
		}
		item := widgets.NewNavItem(p.icon, p.label, func() { s.open(page.Place{Screen: p.id}) })
		s.nav[p.id] = item
		if p.id == page.Settings {
			items = append(items, widgets.Spring(), item)
			continue
		}
		if i > 0 && (p.id == page.Catalogue || p.id == page.Network && s.find(page.Catalogue) == nil) {
			items = append(items, widgets.Inset(8, 10, 8, 10, widgets.Rule()))
		}
		items = append(items, item)
	}
	if s.find(page.Settings) == nil {
		items = append(items, widgets.Spring())
	}
	items = append(items, s.foot()...)
	return widgets.OnGround(widgets.Rail, widgets.Inset(16, 12, 12, 12, widgets.Column(2, items...)))
}

func (s *shell) foot() []fyne.CanvasObject {
	e := s.env
	s.dot, s.state, s.keepers = widgets.NewDot(widgets.Ink3), widgets.NewText("").Caption().Bold().Cut(), widgets.NewPara("").Caption().In(widgets.Ink2)
	s.who, s.role = widgets.NewText(e.Me.Name).Caption().Bold().Cut(), widgets.NewPara(s.roleLine()).Caption().In(widgets.Ink2)
	status := widgets.Grow(widgets.Column(0, s.state, s.keepers))
	me := widgets.Grow(widgets.Column(0, s.who, s.role))
	s.words = []fyne.CanvasObject{s.brand, status, me}
	out := []fyne.CanvasObject{widgets.Inset(8, 0, 8, 0, widgets.Rule()),
		widgets.Inset(2, 0, 2, 15, widgets.TopRow(14, widgets.Inset(5, 0, 0, 0, s.dot), status))}
	if e.Rehearsal {
		mark := widgets.NewPara(e.T("status.rehearsal")).Caption().In(widgets.Warn)
		s.words = append(s.words, mark)
		s.flag = widgets.NewGlyph(assets.IconFlag, widgets.Warn).Sized(18)
		s.flag.Hide()
		out = append(out, widgets.Inset(2, 0, 0, 11, widgets.Row(0, s.flag, widgets.Grow(mark))))
	}
	return append(out, widgets.Inset(8, 0, 8, 0, widgets.Rule()), widgets.Layers(newTap(s.menu), widgets.Inset(0, 0, 0, 4, widgets.Row(10,
		widgets.NewAvatar(e.Me.Name).Toned(widgets.ToneAccent), me))))
}

// roleWidth is the room beside the avatar at text size 1.
const roleWidth = 130

// roleLine is the agency and the role, on two lines where one has no room for both.
func (s *shell) roleLine() string {
	e := s.env
	role := e.Role(e.Me.Roles)
	if e.Agency == "" {
		return role
	}
	line := e.Agency + " · " + role
	if fyne.MeasureText(line, theme.CaptionTextSize(), fyne.TextStyle{}).Width > roleWidth*theme.Size(widgets.SizeScale) {
		return e.Agency + "\n" + role
	}
	return line
}

// narrow hides the rail's words when the window has no room for them.
func (s *shell) narrow(on bool) {
	for _, o := range s.words {
		if on {
			o.Hide()
		} else {
			o.Show()
		}
	}
	for _, item := range s.nav {
		item.SetNarrow(on)
	}
	if s.flag != nil && on {
		s.flag.Show()
	} else if s.flag != nil {
		s.flag.Hide()
	}
}

// readStatus reads how the record is for the foot of the rail.
func (s *shell) readStatus() {
	page.ReadLast(s.env, &s.turn, s.w.opt.Desk.Network, func(n desk.Network, err error) {
		if err != nil {
			s.dot.SetInk(widgets.Ink3)
			s.state.Set(s.env.T("status.offline"))
			s.top.dot.SetInk(widgets.Ink3)
			s.top.state.Set(s.env.T("status.offline"))
			s.keepers.Set("")
			return
		}
		s.showStatus(n)
	})
}

func (s *shell) showStatus(n desk.Network) {
	s.follow(n)
	e := s.env
	s.met(n)
	ink, word := widgets.Approve, e.T("status.in_sync")
	switch {
	case n.Stopped():
		ink, word = widgets.Refuse, e.T("status.stopped")
	case n.Syncing:
		ink, word = widgets.WarnSolid, e.T("status.catching_up")
	case n.Online < n.Needed:
		ink, word = widgets.WarnSolid, e.T("status.waiting")
	}
	s.banner.show(n, s.place.Screen)
	s.dot.SetInk(ink)
	s.state.Set(word)
	s.top.dot.SetInk(ink)
	s.top.state.Set(word)
	s.keepers.Set(e.T("status.keepers", i18n.P{"online": n.Online, "total": n.Keepers}))
	switch {
	case n.Syncing && n.SyncTo > 0:
		s.keepers.Set(e.T("states.loading_text", i18n.P{"n": int64(n.Height), "total": int64(n.SyncTo)}))
	case n.Online < n.Needed && alone(n):
		s.state.Set(e.T("states.offline_title"))
		s.keepers.Set(e.T("time.as_of", i18n.P{"time": e.Time(e.Local(n.LastBlock))}))
	}
	defer s.side.Refresh() // other words take another number of lines
	for _, m := range n.Members {
		if m.Us {
			s.w.meet(m.Title)
			s.role.Set(s.roleLine())
		}
		if m.Us && m.ClockOff.Abs() > 5*time.Second {
			s.keepers.Set(e.T("status.clock_off", i18n.P{"n": int(m.ClockOff.Abs().Seconds())}))
		}
	}
}

// alone tells whether no other agency is online.
func alone(n desk.Network) bool {
	return len(n.Members) > 1 && !slices.ContainsFunc(n.Members, func(m desk.Member) bool { return m.Online && !m.Us })
}
