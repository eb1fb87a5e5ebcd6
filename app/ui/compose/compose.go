// Package compose owns the page on which a new request is written: what is
// needed, why and which fields, about whom, for how long, and beside it what
// the other agency will see. It keeps a draft every few seconds; nothing leaves
// the computer before it is signed.
package compose

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
)

// Desk is what the page needs.
type Desk interface {
	signing.Desk
	Catalogue(ctx context.Context) ([]desk.DatasetView, error)
	CheckAsk(ctx context.Context, a desk.Ask) ([]desk.AskProblem, error)
	Answer(ctx context.Context, dataset desk.EntryID) (desk.AnswerBy, error)
	Precedents(ctx context.Context, dataset, basis desk.EntryID, purpose desk.Code) (desk.Precedents, error)
	Letter(ctx context.Context, id desk.EntryID) (*desk.Letter, error)
	Reveal(ctx context.Context, id desk.EntryID) ([]string, error)
	SaveDraft(id string, ask desk.Ask) (desk.Draft, error)
	Drafts() ([]desk.Draft, error)
	DiscardDraft(id string) error
	Cases(ctx context.Context) ([]desk.Case, error)
}

// saveEvery is how often a draft is kept while it is written.
const saveEvery = 5 * time.Second

// Screen is the page for a new request.
type Screen struct {
	env  *page.Env
	desk Desk
	sent func(signing.Signed)

	sets  []desk.DatasetView // those that can be asked for
	cases []desk.Case        // which the request can become part of
	ask   desk.Ask
	draft string // its number once it has been kept
	saved time.Time
	dirty bool
	small bool // there is no room beside the form: the preview stands below it
	tried bool // somebody wanted to send it: what is missing is blamed beside its field
	timer *time.Timer

	answer     desk.AnswerBy
	precedents desk.Precedents
	problems   []desk.AskProblem
	checking   page.Turn
	ahead      page.Turn
	reading    page.Turn

	form    *form
	head    *page.Slot
	side    *page.Slot
	foot    *page.Slot
	body    *page.Slot
	content fyne.CanvasObject
}

// New makes the page. sent is told when a request has been signed.
func New(e *page.Env, d Desk, sent func(signing.Signed)) *Screen {
	s := &Screen{env: e, desk: d, sent: sent, head: page.NewSlot(), side: page.NewSlot(), foot: page.NewSlot(), body: page.NewSlot()}
	s.body.Show(widgets.Pad(24, widgets.Skeleton(6)))
	sides := container.New(&sides{narrowed: s.narrow}, widgets.OnGround(widgets.Bg, s.body.Content()), widgets.UpRule(), widgets.OnGround(widgets.Rail, s.side.Content()))
	s.content = widgets.Between(s.head.Content(), sides, s.foot.Content())
	return s
}

// Content implements page.Screen.
func (s *Screen) Content() fyne.CanvasObject { return s.content }

// Search implements page.Searcher.
func (s *Screen) Search() fyne.Focusable {
	if s.form == nil {
		return nil
	}
	return s.form.search.Focus()
}

// Open implements page.Screen: a draft, a request asked again, a data set from
// the catalogue, a new part of a case file, or what was being written.
func (s *Screen) Open(p page.Place) {
	type read struct {
		sets  []desk.DatasetView
		cases []desk.Case
		ask   desk.Ask
	}
	from := s.ask
	fresh := p.Request != (desk.EntryID{}) || p.Draft != "" || p.Dataset != (desk.EntryID{}) || p.Case != "" || s.form == nil
	if fresh {
		s.keep()
	}
	page.ReadLast(s.env, &s.reading, func(ctx context.Context) (read, error) {
		out := read{ask: from}
		var err error
		if out.sets, err = s.desk.Catalogue(ctx); err != nil {
			return out, err
		}
		if out.cases, err = s.desk.Cases(ctx); err != nil && p.Case != "" {
			return out, err // without it the request can still be written, as part of none
		}
		err = nil
		switch {
		case p.Draft != "":
			drafts, err := s.desk.Drafts()
			if err != nil {
				return out, err
			}
			if i := slices.IndexFunc(drafts, func(d desk.Draft) bool { return d.ID == p.Draft }); i >= 0 {
				out.ask = drafts[i].Ask
			}
		case p.Request != (desk.EntryID{}):
			out.ask, err = s.again(ctx, p.Request, out.sets)
		case p.Dataset != (desk.EntryID{}):
			out.ask = desk.Ask{Dataset: p.Dataset}
		case p.Case != "":
			out.ask, err = s.partOf(ctx, p.Case, out.cases)
		}
		if err == nil && p.Case != "" {
			out.ask.CaseFile = p.Case
		}
		return out, err
	}, func(r read, err error) {
		if err != nil {
			s.body.Show(s.env.Failed(err, func() { s.Open(p) }))
			return
		}
		s.sets, s.cases = askable(r.sets, s.env.Me.Agency), r.cases
		if !fresh {
			return
		}
		s.draft, s.saved, s.dirty = p.Draft, time.Time{}, false
		s.start(r.ask)
	})
}

// start fills the page with a request as composed so far.
func (s *Screen) start(a desk.Ask) {
	s.ask, s.problems, s.tried = a, nil, false
	s.form = newForm(s)
	s.body.Show(s.form.content)
	s.lookAhead()
	s.changed(false)
}

// Changed implements page.Screen.
func (s *Screen) Changed(desk.Change) {}

// Rune implements page.Screen.
func (s *Screen) Rune(rune) bool { return false }

// Key implements page.Screen.
func (s *Screen) Key(k *fyne.KeyEvent) bool {
	if k.Name != fyne.KeyEscape {
		return false
	}
	s.env.Go(page.Place{Screen: page.Requests})
	return true
}

// Leave implements page.Leaver.
func (s *Screen) Leave() { s.keep() }

// Save implements page.Sender.
func (s *Screen) Save() {
	s.dirty = true
	s.keep()
	s.env.Say(widgets.ToneNeutral, s.env.T("compose.saved", i18n.P{"time": s.env.Time(s.env.Now())}))
}

// changed draws what follows from the form and checks it. edited says that a
// person did it, so that the draft is kept.
func (s *Screen) changed(edited bool) {
	if edited {
		s.dirty = true
		if s.timer == nil {
			s.timer = time.AfterFunc(saveEvery, func() { widgets.Later(s.keep) })
		}
	}
	a := s.ask
	page.ReadLast(s.env, &s.checking, func(ctx context.Context) ([]desk.AskProblem, error) { return s.desk.CheckAsk(ctx, a) }, func(p []desk.AskProblem, err error) {
		if err != nil {
			s.env.Problem(s.env.T("compose.title"), err)
			return
		}
		s.problems = p
		s.draw()
	})
}

// keep writes the draft if it has changed.
func (s *Screen) keep() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if !s.dirty || s.form == nil {
		return
	}
	s.dirty = false
	id, a := s.draft, s.ask
	page.Read(s.env, func(context.Context) (desk.Draft, error) { return s.desk.SaveDraft(id, a) }, func(d desk.Draft, err error) {
		if err != nil {
			s.dirty = true
			s.env.Say(widgets.ToneWarn, s.env.T("compose.not_saved"))
			return
		}
		if s.draft == id {
			s.draft, s.saved = d.ID, d.Saved
			s.drawHead()
		}
	})
}

// discard deletes the draft and begins anew.
func (s *Screen) discard() {
	id, ask := s.draft, s.ask
	s.dirty, s.draft = false, ""
	forget := func(context.Context) error {
		if id == "" {
			return nil
		}
		return s.desk.DiscardDraft(id)
	}
	page.Do(s.env, forget, func(err error) {
		if err != nil {
			s.draft = id
			s.env.Problem(s.env.T("compose.discard"), err)
			return
		}
		s.form = nil
		s.ask = desk.Ask{}
		s.env.Undoable(s.env.T("compose.discarded"), func() { s.restore(ask) })
		s.env.Go(page.Place{Screen: page.Requests})
	})
}

// restore keeps a draft again that was deleted, and opens it.
func (s *Screen) restore(ask desk.Ask) {
	page.Read(s.env, func(context.Context) (desk.Draft, error) { return s.desk.SaveDraft("", ask) }, func(d desk.Draft, err error) {
		if err != nil {
			s.env.Problem(s.env.T("compose.discard"), err)
			return
		}
		s.env.Go(page.Place{Screen: page.Compose, Draft: d.ID})
	})
}

// Send implements page.Sender: it opens the sign page.
func (s *Screen) Send() {
	if s.form == nil {
		return
	}
	if p := s.stops(); p != nil {
		s.tried = true
		s.form.mark()
		s.env.Say(widgets.ToneNeutral, s.problem(*p))
		return
	}
	s.keep()
	ask := s.ask
	signing.Start(s.env, s.desk, desk.Act{Kind: desk.ActAsk, Ask: &ask}, signing.What{}, func(done signing.Signed) {
		id := s.draft // kept meanwhile, if it was not before
		page.Do(s.env, func(context.Context) error {
			if id == "" {
				return nil
			}
			return s.desk.DiscardDraft(id)
		}, func(error) {}) // a draft that stays behind can be discarded by hand
		if s.timer != nil {
			s.timer.Stop()
			s.timer = nil
		}
		s.form, s.ask, s.draft, s.dirty = nil, desk.Ask{}, "", false
		s.sent(done)
	})
}

// stops is the first problem that keeps the request from being sent; nil for none.
func (s *Screen) stops() *desk.AskProblem {
	for i := range s.problems {
		if s.problems[i].Code != desk.CodeBeyond {
			return &s.problems[i]
		}
	}
	return nil
}

// set is the data set that is chosen; nil for none.
func (s *Screen) set() *desk.DatasetView {
	for i := range s.sets {
		if s.sets[i].Edition == s.ask.Dataset {
			return &s.sets[i]
		}
	}
	return nil
}

// lookAhead reads what an answer needs and what became of requests like this one.
func (s *Screen) lookAhead() {
	s.answer, s.precedents = desk.AnswerBy{}, desk.Precedents{}
	a := s.ask
	if a.Dataset == (desk.EntryID{}) {
		return
	}
	type read struct {
		answer     desk.AnswerBy
		precedents desk.Precedents
	}
	page.ReadLast(s.env, &s.ahead, func(ctx context.Context) (read, error) {
		var out read
		var err error
		if out.answer, err = s.desk.Answer(ctx, a.Dataset); err != nil || a.Basis == (desk.EntryID{}) {
			return out, err
		}
		out.precedents, err = s.desk.Precedents(ctx, a.Dataset, a.Basis, a.Purpose)
		return out, err
	}, func(r read, err error) {
		if err == nil {
			s.answer, s.precedents = r.answer, r.precedents
		}
		s.draw()
	})
}
