package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// sheet is a page that is read whole, drawn, and read again when members, people
// or computers change. It implements page.Screen.
type sheet[T any] struct {
	env     *page.Env
	turn    *page.Turn
	body    *page.Slot
	content fyne.CanvasObject
	read    func(ctx context.Context) (T, error)
	draw    func(T)
}

func newSheet[T any](e *page.Env, read func(ctx context.Context) (T, error), draw func(T)) sheet[T] {
	body := page.NewSlot()
	body.Show(widgets.Inset(24, 24, 0, 24, widgets.Skeleton(4)))
	return sheet[T]{env: e, turn: new(page.Turn), body: body, content: container.NewStack(body.Content()), read: read, draw: draw}
}

// Content implements page.Screen.
func (s *sheet[T]) Content() fyne.CanvasObject { return s.content }

// Open implements page.Screen.
func (s *sheet[T]) Open(page.Place) { s.reload() }

// Changed implements page.Screen.
func (s *sheet[T]) Changed(c desk.Change) {
	if c.People {
		s.reload()
	}
}

// Rune implements page.Screen.
func (s *sheet[T]) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *sheet[T]) Key(*fyne.KeyEvent) bool { return false }

func (s *sheet[T]) reload() {
	page.ReadLast(s.env, s.turn, s.read, func(v T, err error) {
		if err != nil {
			s.body.Show(s.env.Failed(err, s.reload))
			return
		}
		s.draw(v)
	})
}
