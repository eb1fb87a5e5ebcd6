package desk

import (
	"context"
	"slices"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
)

const (
	// rollPage is how many requests of the record are read in one snapshot.
	rollPage = 500
	// maxSearched is into how many letters a search looks beside those that
	// are open already: opening one takes about a millisecond, and fetching it
	// from the office node more.
	maxSearched = 5000
	// searchStep is after how many letters a search says what it has found.
	searchStep = 200
)

// startRoll begins to read the roll and to follow the changes, until the desk locks.
func (d *Desk) startRoll(s *session) {
	s.roll.begin.Do(func() {
		if !s.begin() {
			return
		}
		go func() {
			defer s.work.Done()
			d.keepRoll(s)
		}()
	})
}

// upToDate gives the roll a moment to come up to the record as it is now, at
// which read looks.
func (d *Desk) upToDate(ctx context.Context, s *session, read func(*look)) error {
	d.startRoll(s)
	var height ledger.Height
	err := d.look(ctx, func(l *look) error {
		height = l.height()
		read(l)
		return nil
	})
	if err == nil {
		s.roll.await(ctx, height)
	}
	return err
}

// keepRoll first listens and then reads, so that nothing is missed in between.
func (d *Desk) keepRoll(s *session) {
	changes := d.node.Changes(s.ctx)
	d.readRoll(s)
	for {
		select {
		case <-s.ctx.Done():
			return
		case c, ok := <-changes:
			if !ok {
				return
			}
			d.followRoll(s, c)
		case <-s.roll.want:
			d.searchLetters(s)
		}
	}
}

// readRoll reads all requests, the open ones first. What cannot be read now is
// read with the next change.
func (d *Desk) readRoll(s *session) {
	var height ledger.Height
	if err := d.look(s.ctx, func(l *look) error { height = l.height(); return nil }); err != nil {
		return
	}
	for _, kind := range []ListKind{ListToDecide, ListDecided} {
		q := ListQuery{Kind: kind, Limit: rollPage}
		for {
			page, err := d.node.List(s.ctx, q)
			if err != nil || !d.readLines(s, page.IDs) {
				return
			}
			s.roll.step(0, false)
			if q.Cursor = page.Next; q.Cursor == nil {
				break
			}
		}
	}
	d.readNames(s)
	s.roll.step(height, true)
	d.publish(Change{People: true}) // whoever has looked already looks again
}

// followRoll brings the requests of a change up to date. One with too many to
// name, or with other people, concerns all: who may sign stands in each line.
func (d *Desk) followRoll(s *session, c Change) {
	s.roll.mu.Lock()
	whole := s.roll.whole
	s.roll.mu.Unlock()
	switch {
	case !whole || c.People:
		d.readRoll(s)
	default:
		byTime := s.roll.due(ledger.TimeOf(d.clock()))
		if d.readLines(s, append(byTime, c.Requests...)) && len(c.Requests) > 0 {
			d.readNames(s)
		}
		if len(byTime) > 0 {
			defer d.publish(Change{Requests: byTime})
		}
	}
	s.roll.step(c.Height, false)
}

// readLines reads requests into the roll; false when the record could not be read.
func (d *Desk) readLines(s *session, ids []ledger.EntryID) bool {
	lines, abouts := make([]*rollLine, 0, len(ids)), make([]string, 0, len(ids))
	err := d.look(s.ctx, func(l *look) error {
		lines, abouts = lines[:0], abouts[:0]
		w := lineWriter{look: l, session: s}
		for _, id := range ids {
			if r := l.Request(id); r != nil && r.Provider == s.agency {
				line, about := w.line(r)
				lines, abouts = append(lines, line), append(abouts, about)
			}
		}
		return nil
	})
	if err != nil {
		return false
	}
	for _, l := range lines {
		if text, ok := s.openedLetter(l); ok && !l.gone {
			l.opened, l.letter = true, text
		}
	}
	s.roll.put(lines, abouts)
	return true
}

// lineWriter makes lines of one snapshot.
type lineWriter struct {
	*look
	session *session
}

// line makes the line of a request, and what the record says in it, in lower case.
func (w *lineWriter) line(r *rules.Request) (l *rollLine, about string) {
	who, me := w.deciders(r), w.session.me
	l = &rollLine{id: r.ID, version: r.Version, other: r.Requester, title: w.title(r.Requester), state: r.State,
		submitted: r.Submitted, changed: r.Changed, last: lastChange(r), deadline: r.Deadline, due: r.Due, paused: r.Paused != 0,
		asker: r.Submitter, signed: r.Decided(me), gone: w.gone(w.session.agency, r)}
	l.mine = w.mayDecide(w.session, r)
	switch {
	case len(r.Decisions) > 0:
		for _, d := range r.Decisions {
			l.people = append(l.people, d.Official)
		}
		if open(r) {
			l.people = unique(append(l.people, who.all...))
		}
	case open(r):
		l.people = who.all
	}
	return l, strings.ToLower(l.title) + " " + who.title
}

// due are the requests that have changed by time alone, or may have: no entry
// in a block names them.
func (r *roll) due(now ledger.Time) []ledger.EntryID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []ledger.EntryID
	for _, l := range r.lines {
		if l.due != 0 && l.due <= now {
			out = append(out, l.id)
		}
	}
	return out
}

// readNames reads the names of people whom the roll has not met.
func (d *Desk) readNames(s *session) {
	r := s.roll
	r.mu.Lock()
	var ids []ledger.OfficialID
	met := map[ledger.OfficialID]bool{}
	add := func(o ledger.OfficialID) {
		if !met[o] && r.names[o] == "" {
			met[o] = true
			ids = append(ids, o)
		}
	}
	for _, l := range r.lines {
		add(l.asker)
		for _, o := range l.people {
			add(o)
		}
	}
	r.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	people := d.persons(s.ctx, ids...)
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, p := range people {
		if p.Name != unnamed(id) { // a card that comes later is asked for again
			r.names[id] = strings.ToLower(p.Name + " " + p.Unit)
		}
	}
}

// openedLetter is what a request's letter says when it is open already.
func (s *session) openedLetter(l *rollLine) (string, bool) {
	s.roll.mu.Lock()
	defer s.roll.mu.Unlock()
	old := s.roll.lines[l.id]
	if old == nil || !old.opened || old.version != l.version {
		return "", false // another version has a letter of its own
	}
	return old.letter, true
}

// openForSearch asks for the letters that a search has not seen.
func (s *session) openForSearch() {
	select {
	case s.roll.want <- struct{}{}:
	default:
	}
}

// searchLetters opens letters for the search: what waits for a decision first,
// then the newest. It tells what it has read in steps. When there was nothing to
// be had, later searches leave it alone for a while.
func (d *Desk) searchLetters(s *session) {
	r := s.roll
	r.mu.Lock()
	var ids []ledger.EntryID
	if d.clock().After(r.rests) {
		for i, l := range r.sorted(ByDeadline) {
			if i == maxSearched {
				break
			}
			if !l.line.opened && !l.line.gone {
				ids = append(ids, l.id)
			}
		}
	}
	r.mu.Unlock()
	for step := range slices.Chunk(ids, searchStep) {
		if s.ctx.Err() != nil {
			return
		}
		if !d.searchStep(s, step) {
			r.mu.Lock()
			r.rests = d.clock().Add(retryAfter)
			r.mu.Unlock()
			return
		}
	}
}

func (d *Desk) searchStep(s *session, ids []ledger.EntryID) bool {
	letters := make([]named, 0, len(ids))
	err := d.look(s.ctx, func(l *look) error {
		letters = letters[:0]
		for _, id := range ids {
			if r := l.Request(id); r != nil {
				letters = append(letters, l.named(s.agency, r, r.LetterOf, r.Letter))
			} else {
				letters = append(letters, named{})
			}
		}
		return nil
	})
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(s.ctx, readTimeout)
	defer cancel()
	rows := make([]RequestRow, 0, len(ids))
	for i, id := range ids {
		if t, err := d.letter(ctx, s, letters[i]); err == nil {
			row := RequestRow{ID: id}
			describe(&row, t)
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		s.roll.learn(rows)
		d.publish(Change{Requests: ids})
	}
	return len(rows) > 0 // with nothing to be had now, the next search tries again
}
