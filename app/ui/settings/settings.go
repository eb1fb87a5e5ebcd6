// Package settings owns the index of the settings and the page about the
// program. The pages themselves belong to other packages: people and keys,
// members, language and look.
package settings

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// Section is one page of the settings.
type Section struct {
	ID    string
	Icon  assets.IconName
	Label string
	Apart bool // a line stands above it
	Make  func() page.Screen
}

// Screen is the index beside one page.
type Screen struct {
	env      *page.Env
	sections []Section
	pages    map[string]page.Screen
	items    map[string]*widgets.NavItem
	open     string
	body     *page.Slot
	content  fyne.CanvasObject
}

// New makes the screen. There is at least one section.
func New(e *page.Env, sections []Section) *Screen {
	s := &Screen{env: e, sections: sections, pages: map[string]page.Screen{}, items: map[string]*widgets.NavItem{}, body: page.NewSlot()}
	index := []fyne.CanvasObject{widgets.Inset(0, 0, 12, 10, widgets.Fixed(0, 30, widgets.NewText(e.T("settings.title")).Heading()))}
	for _, x := range sections {
		if x.Apart {
			index = append(index, widgets.Inset(6, 10, 6, 10, widgets.Rule()))
		}
		item := widgets.NewNavItem(x.Icon, x.Label, func() { s.show(x.ID) })
		s.items[x.ID] = item
		index = append(index, item)
	}
	s.content = widgets.Beside(0, widgets.Fixed(207, 0, widgets.OnGround(widgets.Bg, widgets.Inset(14, 12, 12, 12, widgets.Column(2, index...)))),
		widgets.UpRule(), widgets.Grow(widgets.OnGround(widgets.Bg, s.body.Content())))
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Open implements page.Screen.
func (s *Screen) Open(p page.Place) {
	switch {
	case p.Section != "" && s.items[p.Section] != nil:
		s.show(p.Section)
	case s.open == "":
		s.show(s.sections[0].ID)
	default:
		s.show(s.open)
	}
}

// show brings a page to the front.
func (s *Screen) show(id string) {
	if s.open != id {
		s.Leave()
	}
	for _, x := range s.sections {
		s.items[x.ID].Select(x.ID == id)
		if x.ID == id && s.pages[id] == nil {
			s.pages[id] = x.Make()
		}
	}
	s.open = id
	s.body.Show(s.pages[id].Content())
	s.pages[id].Open(page.Place{Screen: page.Settings, Section: id})
}

func (s *Screen) front() page.Screen { return s.pages[s.open] }

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if f := s.front(); f != nil {
		f.Changed(c)
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool { return s.front() != nil && s.front().Rune(r) }

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool { return s.front() != nil && s.front().Key(k) }

// Search implements page.Searcher. A page without a search field gives the focus
// to its line of the index.
func (s *Screen) Search() fyne.Focusable {
	if f, ok := s.front().(page.Searcher); ok {
		return f.Search()
	}
	return s.items[s.open]
}

// Leave implements page.Leaver.
func (s *Screen) Leave() {
	if l, ok := s.front().(page.Leaver); ok {
		l.Leave()
	}
}
