package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/ledger"
)

// Sizes of a search of the record.
const (
	seekFound = 100                    // found before a search rests, unless it says otherwise
	seekPage  = 500                    // entries read in one snapshot
	seekTells = 100 * time.Millisecond // as seldom is told how far a search is
	seekOfOne = 1000                   // entries of one request, or of one number, at most
)

// RecordSearch looks for entries anywhere on the record. Every word fits something
// of an entry: its kind, its number or its request's, the number of its block, whose
// key signed it, the agencies, the data set and its fields, a code, a case number.
type RecordSearch struct {
	RecordQuery              // what is looked through; Limit is after how many found it rests
	Words       []RecordWord // in any order; none: everything fits
	// Public leaves out what only the unlocked official can read: people's names and
	// case numbers. Nobody needs to have unlocked then.
	Public bool
}

// RecordWord is one word of a search, with what it means in the reader's language.
type RecordWord struct {
	Text  string
	Kinds []string // of RecordRow.Kind, whose names have the word in them
	Codes []string // refusals and reasons, whose sentences have the word in them
	// NotCounted says that the word is in the name of an attempt that did not count.
	NotCounted bool
	Partial    bool // in the name of an approval of a part
}

// RecordKinds are the words that RecordRow.Kind can be.
func RecordKinds() []string {
	out := ledger.ProposeNames()
	for _, k := range ledger.Kinds() {
		out = append(out, k.String())
	}
	return out
}

// RecordFound is how far a search of the record has come.
type RecordFound struct {
	Rows   []RecordRow // found since the last time, newest first but for those that indexes name at once
	Looked uint64      // entries looked at
	Back   ledger.Time // when the oldest of them was made; 0: none yet
	Left   uint64      // entries that are older, at most
	// Older is where the search goes on, as RecordQuery.Before; 0: nothing is left.
	Older uint64
	// Unopened are the requests of the reader's agency whose letters the search has
	// not looked into.
	Unopened int
}

// SearchRecord looks through the record, newest first, until it has found as many as
// it may, everything is looked through, or ctx ends. tell is given what has been
// found since the last time, a few times a second; the answer says how far the search
// came. What an index has is told first: entries and requests of a number, those of a
// case number that is known here, and those of a block.
func (d *Desk) SearchRecord(ctx context.Context, q RecordSearch, tell func(RecordFound)) (RecordFound, error) {
	s, err := d.session()
	if q.Public {
		s, err = nil, nil
	}
	if err != nil {
		return RecordFound{}, err
	}
	node, ok := d.node.(Recorder)
	if !ok {
		return RecordFound{}, ErrNoRecord
	}
	if q.Limit <= 0 {
		q.Limit = seekFound
	}
	k := &seeker{d: d, opened: map[ledger.EntryID]string{}, session: s, node: node, q: q, tell: tell, told: time.Now(), known: map[ledger.EntryID]bool{}}
	if s != nil {
		k.about.us = s.agency
	}
	if err := k.begin(ctx); err != nil {
		return RecordFound{}, fmt.Errorf("search the record: %w", err)
	}
	if q.Before == 0 {
		err = k.named(ctx)
	}
	if err == nil && !k.whole {
		err = k.through(ctx)
	}
	if ctx.Err() == nil && err != nil {
		return RecordFound{}, fmt.Errorf("search the record: %w", err)
	}
	k.hand(context.WithoutCancel(ctx))
	return k.at, ctx.Err()
}

// seeker is one search of the record.
type seeker struct {
	d       *Desk
	session *session // nil: nobody reads names and letters
	node    Recorder
	q       RecordSearch
	tell    func(RecordFound)
	told    time.Time

	words  []seekWord
	joined seekWord // all of them as one: a number that was typed in groups
	about  seekFacts
	any    *RecordAny // what the words leave of the record, by indexes
	none   bool       // nothing on the record can fit
	whole  bool       // indexes have named everything that fits

	inLetter bool                      // what is looked at belongs to letters that have one of the words
	opened   map[ledger.EntryID]string // what the letters say that the search has opened
	away     bool                      // letters are not to be had now

	at    RecordFound
	rows  []RecordRow // to be told
	found int
	known map[ledger.EntryID]bool // told already
}

// named tells what indexes name at once.
func (k *seeker) named(ctx context.Context) error {
	k.inLetter = true
	for _, id := range k.lettersWith() {
		if err := k.all(ctx, RecordQuery{Request: id}, func(Recorded) bool { return true }); err != nil {
			return err
		}
	}
	k.inLetter = false
	var requests []ledger.EntryID
	if n := k.number(); n != "" {
		list, err := k.node.Recorded(ctx, RecordQuery{Number: n, Limit: seekOfOne})
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.Entry.Body.Kind == ledger.KindRequest {
				requests = append(requests, r.Entry.ID())
			}
		}
		// Eight digits are shown of a number, and no other word has as many by chance.
		k.whole = len(list) > 0 && len(n) >= 8
		if _, err := k.fit(ctx, list); err != nil {
			return err
		}
	}
	for _, id := range requests {
		if err := k.all(ctx, RecordQuery{Request: id}, func(Recorded) bool { return true }); err != nil {
			return err
		}
	}
	for _, w := range append(k.words, k.joined) {
		if w.height == 0 {
			continue
		}
		if err := k.all(ctx, RecordQuery{Height: w.height}, func(r Recorded) bool { return r.Height == w.height }); err != nil {
			return err
		}
	}
	k.hand(ctx)
	return nil
}

// all looks at every entry that a query lists, as long as they belong to it.
func (k *seeker) all(ctx context.Context, q RecordQuery, belongs func(Recorded) bool) error {
	q.Limit = seekOfOne
	list, err := k.node.Recorded(ctx, q)
	if err != nil {
		return err
	}
	for i := range list {
		if !belongs(list[i]) {
			list = list[:i]
			break
		}
	}
	_, err = k.fit(ctx, list)
	return err
}

// through looks through what the query leaves of the record, page by page.
func (k *seeker) through(ctx context.Context) error {
	q := k.q.RecordQuery
	q.Limit = seekPage
	if k.any != nil {
		q.Any = k.any
	}
	k.at.Older = 0
	for !k.none {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := k.node.Recorded(ctx, q)
		if err != nil {
			return err
		}
		n, err := k.fit(ctx, list)
		if err != nil {
			return err
		}
		if n > 0 {
			last := list[n-1]
			k.at.Looked += uint64(n)
			k.at.Back, k.at.Left, k.at.Older = last.At, last.Position, last.Position
			q.Before = last.Position
		}
		if n == len(list) && len(list) < seekPage {
			k.at.Older = 0
		}
		if n < len(list) || len(list) < seekPage || q.Before == 0 {
			return nil
		}
		if time.Since(k.told) >= seekTells {
			k.hand(ctx)
		}
	}
	return nil
}

// hand tells what has been found since the last time.
func (k *seeker) hand(ctx context.Context) {
	if k.session != nil && len(k.rows) > 0 {
		k.d.nameRecord(ctx, k.session, k.rows)
	}
	k.at.Rows, k.rows = k.rows, nil
	k.told = time.Now()
	if ctx.Err() == nil {
		k.tell(k.at)
	}
	k.at.Rows = nil
}

// fit notes those of a page that fit, and returns how many of it were looked at: all,
// or those up to the last that may be found.
func (k *seeker) fit(ctx context.Context, list []Recorded) (int, error) {
	fits := make([]bool, len(list))
	var open []letterOf
	err := k.d.look(ctx, func(l *look) error {
		open = open[:0]
		k.about.look = l
		for i := range list {
			fact := k.about.of(list[i])
			fits[i] = k.fits(fact, "")
			if !fits[i] && fact.request != nil && fact.request.ours && k.wantsLetter() {
				open = append(open, letterOf{i, fact})
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, o := range open {
		if text, ok := k.letter(ctx, o.fact.request); ok {
			fits[o.at] = k.fits(o.fact, text)
		}
	}
	looked := len(list)
	err = k.d.look(ctx, func(l *look) error {
		for i := range list {
			if !fits[i] || k.known[list[i].Entry.ID()] {
				continue
			}
			row := l.recordRow(list[i])
			k.known[row.ID] = true
			k.rows = append(k.rows, row)
			if k.found++; k.found >= k.q.Limit {
				looked = i + 1
				return nil
			}
		}
		return nil
	})
	return looked, err
}

// letterOf is an entry of a page that may fit by what its request's letter says.
type letterOf struct {
	at   int
	fact *seekFact
}

// number is what was typed as the beginning of an entry's number; empty: nothing.
func (k *seeker) number() string {
	if n := k.joined.text; k.joined.hex && len(n) >= 6 {
		return n
	}
	for _, w := range k.words {
		if w.hex && len(w.text) >= 6 {
			return w.text
		}
	}
	return ""
}

// lettersWith are the requests of which it is known here that their letters have one
// of the words in them.
func (k *seeker) lettersWith() []ledger.EntryID {
	if k.session == nil {
		return nil
	}
	r := k.session.roll
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []ledger.EntryID
	for id, line := range r.read {
		for _, w := range k.words {
			if len(w.text) > 1 && strings.Contains(line.letter, w.text) {
				out = append(out, id)
				break
			}
		}
		if len(out) == seekFound {
			break
		}
	}
	return out
}
