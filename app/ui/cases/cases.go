// Package cases owns the screen of the case files: requests of the official's
// agency that belong together, their decisions each alone at the left, and at
// the right the file as its parts arrive. The grouping is the requester's own:
// nothing here is signed or sent. What has arrived stays covered until it is
// asked for, and each look is written into the agency's journal by the desk.
package cases

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Keeper keeps the case files.
type Keeper interface {
	Cases(ctx context.Context) ([]desk.Case, error)
	NewCase(number, title string) (desk.Case, error)
	PutInCase(ctx context.Context, request desk.EntryID, id string) error
	DropCase(ctx context.Context, id string) error
}

// Desk is what the screen needs.
type Desk interface {
	Keeper
	NameCase(id, number, title string) error
	GoOnWithout(request desk.EntryID, on bool) error
	KeepCase(c desk.Case) error
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	OpenPart(ctx context.Context, id desk.EntryID, which int) (*desk.Table, error)
	Reveal(ctx context.Context, id desk.EntryID) ([]string, error)
}

// Screen is the page of the case files: the list, or one of them.
type Screen struct {
	env  *page.Env
	desk Desk

	all    []desk.Case
	shown  []desk.Case
	rows   []*widgets.PressRow
	search string
	chosen string // of the list
	file   *file  // the case that is open; nil: the list
	turn   page.Turn

	field   *widgets.Input
	summary *widgets.Text
	list    *page.Slot
	listing fyne.CanvasObject
	body    *page.Slot
	content fyne.CanvasObject
}

// New makes the screen.
func New(e *page.Env, d Desk) *Screen {
	s := &Screen{env: e, desk: d, list: page.NewSlot(), body: page.NewSlot()}
	s.field = widgets.NewSearchField(e.T("cases.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.summary = widgets.NewText("").In(widgets.Ink2)
	s.listing = s.listPage()
	s.list.Show(widgets.Pad(24, widgets.Skeleton(4)))
	s.body.Show(s.listing)
	s.content = container.NewStack(s.body.Content())
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	s.close()
	return s.field.Focus()
}

// Open implements page.Screen: the list, or the case that is named.
func (s *Screen) Open(p page.Place) {
	if p.Case != "" && (s.file == nil || s.file.id != p.Case) {
		s.openCase(p.Case)
		return
	}
	s.reload()
}

// Leave implements page.Leaver: nothing stays uncovered behind another screen.
func (s *Screen) Leave() {
	if s.file != nil {
		s.file.cover()
	}
}

// NewRequest implements page.Asker: a new request is asked as part of the case
// that is open.
func (s *Screen) NewRequest() page.Place {
	p := page.Place{Screen: page.Compose}
	if s.file != nil {
		p.Case = s.file.id
	}
	return p
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if len(c.Requests) > 0 || c.People {
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	if s.file != nil {
		return s.file.rune(r)
	}
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
	if s.file != nil {
		return s.file.key(k)
	}
	switch k.Name {
	case fyne.KeyDown:
		s.step(1)
	case fyne.KeyUp:
		s.step(-1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if s.chosen == "" {
			return false
		}
		s.openCase(s.chosen)
	default:
		return false
	}
	return true
}

// reload reads the case files anew, and the open one with its letters.
func (s *Screen) reload() {
	if s.file != nil {
		s.read(s.file.id)
		return
	}
	page.ReadLast(s.env, &s.turn, s.desk.Cases, func(all []desk.Case, err error) {
		if err != nil {
			s.list.Show(s.env.Failed(err, s.reload))
			return
		}
		s.all = all
		s.fill()
	})
}

// openCase brings one case to the front.
func (s *Screen) openCase(id string) {
	s.chosen = id
	if s.file != nil {
		s.file.cover()
	}
	s.file = newFile(s, id)
	s.body.Show(s.file.content)
	s.env.Canvas.Unfocus()
	s.read(id)
}

// close goes back to the list.
func (s *Screen) close() {
	if s.file == nil {
		return
	}
	s.file.cover()
	s.file = nil
	s.body.Show(s.listing)
	s.reload()
}

// read reads the open case: its parts, and what their letters say of each.
func (s *Screen) read(id string) {
	type read struct {
		all     []desk.Case
		letters map[desk.EntryID]*desk.Letter
	}
	page.ReadLast(s.env, &s.turn, func(ctx context.Context) (read, error) {
		out := read{letters: map[desk.EntryID]*desk.Letter{}}
		var err error
		if out.all, err = s.desk.Cases(ctx); err != nil {
			return out, err
		}
		i := slices.IndexFunc(out.all, func(c desk.Case) bool { return c.ID == id })
		if i < 0 {
			return out, desk.ErrNoCase
		}
		for _, p := range out.all[i].Parts {
			if out.letters[p.Row.ID], err = s.desk.Letter(ctx, p.Row.ID); err != nil {
				return out, err
			}
		}
		return out, nil
	}, func(r read, err error) {
		switch {
		case s.file == nil || s.file.id != id:
		case errors.Is(err, desk.ErrNoCase):
			s.close()
		case err != nil:
			s.file.failed(err)
		default:
			s.all = r.all
			i := slices.IndexFunc(r.all, func(c desk.Case) bool { return c.ID == id })
			s.file.show(r.all[i], r.letters)
		}
	})
}
