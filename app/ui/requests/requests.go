// Package requests owns the screen of what the official's agency has asked for:
// the list with drafts, open and ended requests, and a request read as its
// sender sees it, with what can be done about it now.
package requests

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/cases"
	"countersign/app/ui/letter"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what the screen needs.
type Desk interface {
	letter.Desk
	cases.Keeper
	Mine(ctx context.Context, cursor []byte) ([]desk.RequestRow, []byte, error)
	Drafts() ([]desk.Draft, error)
	SaveDraft(id string, ask desk.Ask) (desk.Draft, error)
	DiscardDraft(id string) error
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	Network(ctx context.Context) (desk.Network, error)
}

// The views of the list.
const (
	open = iota
	ended
	drafts
)

// maxPages is how many pages of the list are read at once.
const maxPages = 4

// Screen is the page of one's own requests.
type Screen struct {
	env     *page.Env
	desk    Desk
	asks    bool // the official's role asks for data
	mine    []desk.RequestRow
	drafts  []desk.Draft
	cases   []desk.Case
	view    int
	search  string
	rows    []line
	chosen  desk.EntryID
	draft   string // chosen in place of a request
	reading page.Turn
	opening page.Turn

	segments *widgets.Segmented
	field    *widgets.Input
	list     *widgets.RequestList
	listSlot *page.Slot
	detail   *page.Slot
	strip    *page.Slot // above a letter: the case file it stands in
	letter   *letter.View
	result   *signing.Result
	split    *page.Split
}

// line is one row of the list: a request, or a draft.
type line struct {
	id    desk.EntryID
	draft string
	data  widgets.RowData
}

// New makes the screen. asks says whether the official's role may ask for data.
func New(e *page.Env, d Desk, asks bool) *Screen {
	s := &Screen{env: e, desk: d, asks: asks, listSlot: page.NewSlot(), detail: page.NewSlot(), strip: page.NewSlot()}
	s.segments = widgets.NewSegmented(s.words(), open, func(i int) {
		s.view = i
		s.fill()
	})
	s.field = widgets.NewSearchField(e.T("requests.search"), "/", func(text string) {
		s.search = text
		s.fill()
	})
	s.list = widgets.NewRequestList(0, s.pick)
	s.listSlot.Show(widgets.Skeleton(6))
	s.detail.Show(s.nothing())
	title := []fyne.CanvasObject{widgets.Grow(widgets.NewText(e.T("requests.title")).Heading())}
	hints := []string{"J", "hint.next", "K", "hint.previous"}
	if asks {
		title = append(title, widgets.NewButton(widgets.Primary, e.T("requests.new_short"), s.compose).Small().WithIcon(assets.IconPlus))
		hints = append(hints, "N", "hint.new")
	}
	head := widgets.Inset(16, 16, 4, 16, widgets.Column(12, widgets.Fixed(0, 28, widgets.Row(8, title...)), s.field, s.segments))
	s.split = page.NewSplit(e, page.Requests, 343, widgets.Column(0, head, widgets.Grow(s.listSlot.Content()), e.Hints(hints...)), s.detail.Content())
	s.list.OnPress(s.pressed)
	s.split.Back = func() { s.split.Read(false) }
	s.split.Narrowed = func(narrow bool) {
		if !narrow && s.letter == nil && s.result == nil {
			s.fill()
		}
	}
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.split }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	s.split.Read(false)
	return s.field.Focus()
}

// Open implements page.Screen.
func (s *Screen) Open(p page.Place) {
	s.split.Title(s.env.T("requests.title"))
	if p.Request != (desk.EntryID{}) {
		s.split.Read(true)
		if p.Request != s.chosen {
			s.chosen, s.draft, s.letter, s.result = p.Request, "", nil, nil
			s.show(p.Request)
		}
	}
	s.reload()
}

// Sent follows a request that has just been signed on the compose page.
func (s *Screen) Sent(done signing.Signed) {
	s.signed(done)
	s.reload()
}

// Changed implements page.Screen.
func (s *Screen) Changed(c desk.Change) {
	if len(c.Requests) > 0 || c.People {
		s.reload()
	}
	if s.result != nil {
		s.result.Refresh()
		return
	}
	for _, id := range c.Requests {
		if id == s.chosen {
			s.show(id)
		}
	}
}

// Rune implements page.Screen.
func (s *Screen) Rune(r rune) bool {
	switch r {
	case 'j':
		s.list.Step(1)
	case 'k':
		s.list.Step(-1)
	default:
		return s.result == nil && s.letter != nil && s.split.Reading() && s.letter.Rune(r)
	}
	return true
}

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown:
		s.list.Step(1)
	case fyne.KeyUp:
		s.list.Step(-1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if s.draft != "" {
			s.write(s.draft)
			return true
		}
		s.enter()
	case fyne.KeyDelete:
		if s.draft == "" {
			return false
		}
		s.discard(s.draft)
	case fyne.KeyEscape:
		s.split.Read(false)
		s.env.Canvas.Focus(s.list)
	default:
		return false
	}
	return true
}

// enter brings what is chosen on screen, which a narrow window does not do by itself.
func (s *Screen) enter() {
	if s.split.Reading() || s.chosen == (desk.EntryID{}) {
		return
	}
	s.split.Read(true)
	if s.letter == nil && s.result == nil {
		s.show(s.chosen)
	}
}

func (s *Screen) compose() { s.env.Go(page.Place{Screen: page.Compose}) }

// reload reads requests and drafts anew.
func (s *Screen) reload() {
	type read struct {
		rows   []desk.RequestRow
		drafts []desk.Draft
		cases  []desk.Case
	}
	page.ReadLast(s.env, &s.reading, func(ctx context.Context) (read, error) {
		var out read
		var cursor []byte
		for range maxPages {
			rows, next, err := s.desk.Mine(ctx, cursor)
			if err != nil {
				return out, err
			}
			out.rows = append(out.rows, rows...)
			if cursor = next; next == nil {
				break
			}
		}
		var err error
		if out.drafts, err = s.desk.Drafts(); err != nil || !s.asks {
			return out, err
		}
		out.cases, err = s.desk.Cases(ctx)
		if err != nil && ctx.Err() == nil {
			err = nil // their own page says what is wrong with them; requests are read all the same
		}
		return out, err
	}, func(r read, err error) {
		if err != nil {
			s.listSlot.Show(s.env.Failed(err, s.reload))
			return
		}
		s.mine, s.drafts, s.cases = r.rows, r.drafts, r.cases
		s.drawStrip()
		s.segments.Set(s.words())
		s.fill()
	})
}

// fill puts what fits view and search into the list.
func (s *Screen) fill() {
	s.rows = s.lines()
	if len(s.rows) == 0 {
		s.listSlot.Show(s.empty())
		return
	}
	at := -1
	rows := make([]widgets.RowData, len(s.rows))
	for i, l := range s.rows {
		rows[i] = l.data
		if l.draft == s.draft && l.id == s.chosen {
			at = i
		}
	}
	if s.listSlot.Shown() != s.list {
		s.listSlot.Show(s.list)
	}
	page.UpdateRows(s.list, rows, at)
	if at < 0 && s.letter == nil && s.result == nil && s.view != drafts {
		s.list.Choose(0)
	}
}

// pick shows what a row stands for; a draft is opened on the compose page by
// pressing it or with Enter, so that walking through the list stays in it.
func (s *Screen) pick(i int) {
	if i >= len(s.rows) {
		return
	}
	l := s.rows[i]
	s.result, s.draft = nil, l.draft
	if l.draft != "" {
		s.chosen, s.letter = desk.EntryID{}, nil
		s.detail.Show(s.draftPage(l.draft))
		return
	}
	if !s.split.Reading() { // nothing counts as read that is not on screen
		s.chosen, s.letter = l.id, nil
		return
	}
	if s.chosen != l.id || s.letter == nil {
		s.chosen = l.id
		s.show(l.id)
	}
}

func (s *Screen) show(id desk.EntryID) {
	page.ReadLast(s.env, &s.opening, func(ctx context.Context) (*desk.Letter, error) { return s.desk.Letter(ctx, id) }, func(l *desk.Letter, err error) {
		if s.chosen != id || s.result != nil {
			return
		}
		if err != nil {
			s.letter = nil
			s.detail.Show(s.env.Failed(err, func() { s.show(id) }))
			return
		}
		s.letter = letter.New(s.env, s.desk, l, s.env.Me.Agency, s.letter, s.signed)
		s.drawStrip()
		s.detail.Show(widgets.Column(0, s.strip.Content(), widgets.Grow(s.letter.Content())))
		s.letter.Shown()
	})
}

// signed follows a signature that has just been made.
func (s *Screen) signed(done signing.Signed) {
	e := s.env
	r := signing.NewResult(e, s.desk, done)
	back := func() {
		s.result, s.letter = nil, nil
		s.show(s.chosen)
	}
	r.Finished = func(desk.Final) { s.reload() }
	r.ReadAgain = back
	s.result, s.chosen, s.draft = r, r.Request(), ""
	s.split.Read(true)
	foot := widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 32, widgets.Row(8, widgets.Spring(), widgets.NewButton(widgets.Primary, e.T("common.done"), back))))
	s.detail.Show(widgets.Column(0, page.Head(done.Reference(e, r.Request()), done.Page.Other, e.CopyAct(func() fyne.CanvasObject { return r.Content() })), widgets.Grow(r.Content()), foot))
	r.Start()
}
