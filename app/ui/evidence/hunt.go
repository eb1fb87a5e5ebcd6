package evidence

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// leastSentence is from how many characters on a word is looked for in the sentences
// of refusals: every sentence has shorter ones.
const leastSentence = 4

// huntSize is after how many found a search rests.
const huntSize = 200

// hunt is a search of the whole record. It runs beside the interface, which is told
// what it finds as it comes; a search that begins ends the one before.
type hunt struct {
	stop    context.CancelFunc
	rows    []desk.RecordRow // newest first
	at      desk.RecordFound
	span    uint64 // entries to look through, when it began
	running bool
}

// seek begins to look for what stands in the search field, with the filter, days and
// request of the moment.
func (s *Screen) seek() {
	s.endHunt()
	s.hunt = &hunt{}
	s.drawHunt()
	s.goOn(0)
}

// goOn looks through what is older than a position; 0: from the newest.
func (s *Screen) goOn(before uint64) {
	h, e := s.hunt, s.env
	q := desk.RecordSearch{RecordQuery: s.query, Words: s.words()}
	q.Before, q.Limit = before, huntSize
	if day, ok := s.days(); ok {
		q.From, q.At, q.Height = max(q.From, day.from), least(q.At, day.to), 0
	}
	own, cancel := context.WithCancel(context.Background())
	h.stop, h.running = cancel, true
	s.drawHunt()
	page.Read(e, func(ctx context.Context) (desk.RecordFound, error) {
		ctx, end := context.WithCancel(ctx)
		defer end()
		defer context.AfterFunc(own, end)()
		return s.desk.SearchRecord(ctx, q, func(f desk.RecordFound) { widgets.Later(func() { s.heard(h, f) }) })
	}, func(f desk.RecordFound, err error) {
		stopped := own.Err() != nil
		cancel()
		if s.hunt != h {
			return
		}
		h.running = false
		if err != nil && !stopped {
			s.drawHunt()
			s.listSlot.Show(e.Failed(err, s.seek))
			return
		}
		s.heard(h, f)
	})
}

// heard takes over what a search has found meanwhile.
func (s *Screen) heard(h *hunt, f desk.RecordFound) {
	if s.hunt != h {
		return
	}
	for _, r := range f.Rows {
		if !slices.ContainsFunc(h.rows, func(o desk.RecordRow) bool { return o.ID == r.ID }) {
			h.rows = append(h.rows, r)
		}
	}
	slices.SortStableFunc(h.rows, func(a, b desk.RecordRow) int { // what an index named was told first
		switch {
		case a.Position > b.Position:
			return -1
		case a.Position < b.Position:
			return 1
		}
		return 0
	})
	h.span = max(h.span, f.Looked+f.Left)
	h.at = f
	s.drawHunt()
	if len(h.rows) > 0 || !h.running || h.at.Back != 0 { // the first moment leaves what was there
		s.fill()
	}
}

// endHunt stops the search that runs and leaves its results.
func (s *Screen) endHunt() {
	if s.hunt != nil && s.hunt.running {
		s.hunt.stop()
	}
	s.hunt = nil
}

// halt stops the search that runs; what it has found stays.
func (s *Screen) halt() bool {
	if s.hunt == nil || !s.hunt.running {
		return false
	}
	s.hunt.stop()
	return true
}

// drawHunt says above the list how far the search is, and how to stop it or go on.
func (s *Screen) drawHunt() {
	e, h := s.env, s.hunt
	defer s.side.Refresh() // its head is higher or lower now
	if h == nil {
		s.hunted.Content().Hide()
		return
	}
	n, text := len(h.rows), e.T("evidence.seeking")
	back := e.PlainDate(e.Local(h.at.Back))
	switch {
	case h.running && h.at.Back != 0:
		text = e.N("evidence.found_so_far", n, i18n.P{"date": back})
	case !h.running && h.at.Older != 0:
		text = e.N("evidence.found_back_to", n, i18n.P{"date": back})
	case !h.running:
		text = e.N("evidence.found_all", n)
	}
	if h.at.Unopened > 0 {
		text += " · " + e.N("evidence.unopened", h.at.Unopened)
	}
	row := []fyne.CanvasObject{widgets.Grow(widgets.NewPara(text).Caption().In(widgets.Ink2))}
	parts := []fyne.CanvasObject{}
	if h.running {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("evidence.stop"), func() { s.halt() }).WithKey("Esc").Small())
		parts = append(parts, widgets.NewThinBar(float32(h.span-min(h.at.Left, h.span))/float32(max(h.span, 1)), widgets.ToneAccent).Thin())
	} else if h.at.Older != 0 {
		row = append(row, widgets.NewLink(e.T("evidence.look_further"), func() { s.goOn(h.at.Older) }).Small())
	}
	s.hunted.Show(widgets.Column(6, append([]fyne.CanvasObject{widgets.Row(8, row...)}, parts...)...))
	s.hunted.Content().Show()
}

// submit is Enter in the search field: it leads to what was found, or further back.
func (s *Screen) submit(string) {
	switch h := s.hunt; {
	case h == nil || len(h.rows) > 0:
		s.env.Canvas.Focus(s.list)
	case !h.running && h.at.Older != 0:
		s.goOn(h.at.Older)
	}
}

// span is some days, from the first instant to the last.
type span struct{ from, to desk.Time }

// days are the days that stand in the search field: one, or two with two dots between.
func (s *Screen) days() (out span, ok bool) {
	for _, word := range strings.Fields(s.search) {
		if d, is := s.day(word); is {
			out, ok = d, true
		}
	}
	return out, ok
}

func (s *Screen) day(word string) (span, bool) {
	first, last, two := strings.Cut(word, "..")
	if !two {
		last = first
	}
	from, ok := s.env.Day(first)
	to, ok2 := s.env.Day(last)
	return span{desk.Time(from.UnixMilli()), endOf(to)}, ok && ok2
}

// least is the earlier of two times, of which 0 is none.
func least(a, b desk.Time) desk.Time {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// words are those of the search field that are no days, each with what it means in
// the language of the screen.
func (s *Screen) words() []desk.RecordWord {
	e := s.env
	var out []desk.RecordWord
	for _, text := range strings.Fields(s.search) {
		if _, is := s.day(text); is {
			continue
		}
		in := func(sentence string) bool { return strings.Contains(strings.ToLower(sentence), strings.ToLower(text)) }
		w := desk.RecordWord{Text: text, Partial: in(e.T("entry.approve_part")), NotCounted: in(e.T("evidence.refused_attempt")) || in(e.T("result.not_counted"))}
		for _, k := range desk.RecordKinds() {
			if in(e.Or("entry."+k, k)) {
				w.Kinds = append(w.Kinds, k)
			}
		}
		if utf8.RuneCountInString(text) >= leastSentence {
			for _, r := range desk.Refusals() {
				if in(e.Refusal(r)) {
					w.Codes = append(w.Codes, string(r))
				}
			}
			for _, c := range slices.Concat(desk.RefuseCodes(), desk.ReturnCodes(), desk.EraseCodes()) {
				if in(e.Code(c)) {
					w.Codes = append(w.Codes, string(c))
				}
			}
		}
		out = append(out, w)
	}
	return out
}
