// Package people owns the pages of an agency's officials and their keys, and of
// the members of the network: who may sign, enrolling, new keys, suspending,
// revoking with the time from which a key is suspect, and letting newcomers in
// by the six words. Every change goes through a sign page; the rules decide.
package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the page of people needs.
type Desk interface {
	signing.Desk
	Offerer
	People(ctx context.Context) ([]desk.PersonRow, error)
	Inbox(ctx context.Context) (desk.InboxGroups, error)
	Suspects(ctx context.Context) ([]desk.Suspect, error)
	DecisionsSince(ctx context.Context, official desk.OfficialID, since desk.Time) ([]desk.Suspect, error)
	NewEnrolment(ctx context.Context, name, title, unit string, roles []desk.RoleGrant, passphrase string, ends desk.Time) (*desk.Propose, error)
	RevokeProposal(ctx context.Context, official desk.OfficialID, code desk.Code, since desk.Time) (*desk.Propose, error)
	RestoreProposal(official desk.OfficialID) *desk.Propose
	RotateKey(ctx context.Context, passphrase string, oldEnds, ends desk.Time) (*desk.Rotate, error)
	DropKey(ctx context.Context, act desk.Act) error
	EndsIn(days int) desk.Time
	ChangePassphrase(old, new string) error
}

// Screen lists the people of the agency beside the one that is chosen.
type Screen struct {
	env   *page.Env
	desk  Desk
	admin bool
	mine  bool // the page of one's own key

	state    state
	search   string
	filter   desk.PersonState // empty: all
	chosen   desk.OfficialID
	shown    []desk.PersonRow
	rows     []*widgets.PressRow
	scroll   *widgets.RowList
	left     *fyne.Container // the list with its head
	split    *page.Split     // nil on the page of one's own key
	turn     page.Turn
	field    *widgets.Input
	states   *widgets.Button
	list     *page.Slot
	notes    *page.Slot
	detail   *page.Slot
	content  fyne.CanvasObject
	headline *widgets.Text
}

// state is what the page has read.
type state struct {
	people    []desk.PersonRow
	proposals []desk.ProposalRow
	suspects  []desk.Suspect
	lost      bool // no administrator's key works any more
}

// New makes the page.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, list: page.NewSlot(), notes: page.NewSlot(), detail: page.NewSlot()}
	for _, r := range e.Me.Roles {
		s.admin = s.admin || r.Role == desk.RoleAdmin
	}
	s.headline = widgets.NewText("").Sub().Cut()
	head := []fyne.CanvasObject{widgets.Grow(s.headline)}
	if s.admin {
		head = append(head, widgets.NewButton(widgets.Primary, e.T("people.enrol"), s.enrol).WithIcon(assets.IconPlus))
	}
	s.field = widgets.NewSearchField(e.T("people.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.states = widgets.NewButton(widgets.Outline, e.T("people.all_states"), s.pickState).WithTrailing(assets.IconChevDown)
	s.notes.Show(widgets.Column(0))
	s.list.Show(widgets.Skeleton(6))
	s.detail.Show(s.nothing())
	top := widgets.Column(0, widgets.Inset(14, 20, 6, 20, widgets.Column(8, widgets.Fixed(0, 34, widgets.Row(8, head...)),
		widgets.Row(8, widgets.Grow(s.field), s.states))), s.notes.Content(), widgets.TableHead(20, s.columns()), widgets.Rule())
	foot := widgets.Inset(12, 20, 12, 20, widgets.TopRow(8, widgets.NewGlyph(assets.IconUsers, widgets.Ink2).Sized(14), widgets.Grow(widgets.NewPara(e.T("people.two_admins")).Caption().In(widgets.Ink2))))
	s.left = widgets.Between(top, s.list.Content(), foot)
	s.split = page.NewSplit(e, "people", 524, s.left, s.detail.Content())
	s.split.Room, s.split.OneBelow = 347, 800
	s.split.Back = func() { s.split.Read(false) }
	s.content = s.split
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable { return s.field.Focus() }

// Open implements page.Screen.
func (s *Screen) Open(page.Place) {
	s.headline.Set(s.env.T("people.title", i18n.P{"agency": s.env.Agency}))
	s.reload()
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if c.People || len(c.Requests) > 0 {
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch r {
	case 'j':
		s.step(1)
	case 'k':
		s.step(-1)
	default:
		return false
	}
	return true
}

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyEscape:
		if s.split == nil {
			return false
		}
		s.split.Read(false)
	case fyne.KeyReturn, fyne.KeyEnter:
		if s.split == nil {
			return false
		}
		s.split.Read(true)
	case fyne.KeyDown:
		s.step(1)
	case fyne.KeyUp:
		s.step(-1)
	default:
		return false
	}
	return true
}

func (s *Screen) step(by int) {
	for i, r := range s.shown {
		if r.Person.ID == s.chosen {
			if to := i + by; to >= 0 && to < len(s.shown) {
				s.choose(s.shown[to].Person.ID)
			}
			return
		}
	}
	if len(s.shown) > 0 {
		s.choose(s.shown[0].Person.ID)
	}
}

func (s *Screen) reload() {
	page.ReadLast(s.env, &s.turn, func(ctx context.Context) (state, error) {
		var out state
		var err error
		if out.people, err = s.desk.People(ctx); err != nil {
			return out, err
		}
		if out.suspects, err = s.desk.Suspects(ctx); err != nil {
			return out, err
		}
		if out.lost, err = s.desk.WithoutAdmins(ctx); err != nil {
			return out, err
		}
		groups, err := s.desk.Inbox(ctx)
		out.proposals = groups.Proposals
		return out, err
	}, func(v state, err error) {
		if err != nil {
			s.list.Show(s.env.Failed(err, s.reload))
			return
		}
		s.state = v
		if s.mine {
			s.fillMine()
			return
		}
		s.drawNotes()
		s.left.Refresh() // the head is of another height
		s.fill()
	})
}

func (s *Screen) columns() []widgets.TableColumn {
	e := s.env
	return []widgets.TableColumn{{Title: "", Width: 32}, {Title: e.T("people.person"), Weight: 1.4}, {Title: e.T("people.role"), Weight: 1},
		{Title: e.T("people.key"), Width: 40}, {Title: e.T("people.state"), Width: 116}}
}

// fill lists who fits the search and the state that was picked.
func (s *Screen) fill() {
	e := s.env
	s.shown, s.rows = nil, nil
	var objects []fyne.CanvasObject
	for _, r := range s.state.people {
		if s.filter != "" && r.State != s.filter || !s.matches(r) {
			continue
		}
		body, name := s.row(r)
		row := widgets.NewPressRow(widgets.Fixed(0, 55, body), r.Person.Name+", "+s.chip(r).Text, func() {
			s.choose(r.Person.ID)
			s.split.Read(true)
		}).Standing(name, nil)
		row.Select(r.Person.ID == s.chosen)
		s.shown, s.rows = append(s.shown, r), append(s.rows, row)
		objects = append(objects, row)
	}
	if len(objects) == 0 {
		if s.search == "" {
			s.list.Show(widgets.EmptyState(assets.IconUsers, widgets.ToneNeutral, e.T("people.none"), ""))
		} else {
			s.list.Show(e.NoMatch(s.search))
		}
	} else {
		s.scroll = widgets.RowsPage(s.scroll, objects...)
		s.list.Show(s.scroll.Content())
	}
	if s.chosen == (desk.OfficialID{}) && len(s.shown) > 0 {
		s.choose(s.shown[0].Person.ID)
		return
	}
	for i := range s.state.people {
		if s.state.people[i].Person.ID == s.chosen {
			s.detail.Show(s.person(s.state.people[i]))
			return
		}
	}
	s.detail.Show(s.nothing())
}

func (s *Screen) matches(r desk.PersonRow) bool {
	return page.Matches(s.search, r.Person.Name, r.Person.Title, r.Person.Unit, r.Key, s.roles(r.Person))
}

// row is one person, with the name, which says whether it is the chosen one.
func (s *Screen) row(r desk.PersonRow) (fyne.CanvasObject, *widgets.Text) {
	e := s.env
	ink := widgets.Ink
	if gone(r.State) {
		ink = widgets.Ink3
	}
	avatar := widgets.NewAvatar(r.Person.Name)
	name := r.Person.Name
	if r.Me {
		avatar.Toned(widgets.ToneAccent)
		name += " (" + e.T("common.you") + ")"
	}
	key := r.Key
	if key == "" {
		key = e.T("people.no_key")
	}
	chip := s.chip(r)
	title := widgets.NewText(name).In(ink).Cut()
	who := []fyne.CanvasObject{title}
	if line := titleLine(r.Person); line != "" {
		who = append(who, widgets.NewText(line).Caption().In(widgets.Ink3).Cut())
	}
	return widgets.TableCells(20, s.columns(), avatar, widgets.Column(0, who...), widgets.NewText(s.rolesShort(r.Person)).In(widgets.Ink2).Cut(),
		widgets.NewText(key).In(widgets.Ink2), widgets.NewChip(chip.Text, chip.Tone).WithIcon(chip.Icon)), title
}

func titleLine(p desk.Person) string {
	if p.Title != "" && p.Unit != "" {
		return p.Title + ", " + p.Unit
	}
	return p.Title + p.Unit
}

func gone(st desk.PersonState) bool { return st == desk.PersonRevoked || st == desk.PersonEnded }

func (s *Screen) roles(p desk.Person) string {
	words := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		words[i] = s.env.RoleName(r.Role)
	}
	return strings.Join(words, ", ")
}

// rolesShort is the roles where there is little room: the officer for data
// protection as the signatures name them.
func (s *Screen) rolesShort(p desk.Person) string {
	words := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		if words[i] = s.env.RoleName(r.Role); r.Role == desk.RoleDPO {
			words[i] = s.env.T("role_short.dpo")
		}
	}
	return strings.Join(words, ", ")
}

// chip is the state of a person's key.
func (s *Screen) chip(r desk.PersonRow) widgets.ChipData {
	e := s.env
	c := widgets.ChipData{Text: e.T("people." + string(r.State)), Tone: widgets.ToneNeutral}
	switch r.State {
	case desk.PersonInUse:
		c.Tone = widgets.ToneApprove
	case desk.PersonEnding:
		c.Text, c.Tone = e.N("people.ending", days(r.Ends.Std().Sub(e.Clock()))), widgets.ToneWarn
	case desk.PersonSuspended:
		c.Tone, c.Icon = widgets.ToneRefuse, assets.IconPause
	}
	return c
}

func (s *Screen) choose(id desk.OfficialID) {
	s.chosen = id
	for i, r := range s.shown {
		s.rows[i].Select(r.Person.ID == id)
		if r.Person.ID == id {
			s.scroll.ToRow(s.rows[i])
			s.split.Title(r.Person.Name)
			s.detail.Show(s.person(r))
		}
	}
}

// pickState narrows the list down to one state.
func (s *Screen) pickState() {
	e := s.env
	pick := func(st desk.PersonState, word string) *fyne.MenuItem {
		return fyne.NewMenuItem(word, func() {
			s.filter = st
			s.states.SetLabel(word)
			s.fill()
		})
	}
	items := []*fyne.MenuItem{pick("", e.T("people.all_states"))}
	for _, st := range []desk.PersonState{desk.PersonInUse, desk.PersonEnding, desk.PersonSuspended, desk.PersonInvited, desk.PersonEnded, desk.PersonRevoked} {
		word := e.T("people." + string(st))
		if st == desk.PersonEnding {
			word = e.T("people.ends_soon")
		}
		items = append(items, pick(st, word))
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.states)
	widget.NewPopUpMenu(fyne.NewMenu("", items...), e.Canvas).ShowAtPosition(at.AddXY(0, s.states.Size().Height+2))
}

func (s *Screen) nothing() fyne.CanvasObject {
	return widgets.EmptyState(assets.IconUser, widgets.ToneNeutral, s.env.T("people.pick"), "")
}
