package desk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// ErasedHere is what one node has destroyed of a request by order of its agency's
// data protection officer.
type ErasedHere struct {
	At    ledger.Time `json:"at"`    // 0: not yet
	Parts int         `json:"parts"` // sealed parts that were named on the record: letters, reasons, data
}

// Eraser is what a desk needs of a node to tell what was erased on it. app/node
// serves it beside Node.
type Eraser interface {
	ErasedHere(ctx context.Context, request ledger.EntryID) (ErasedHere, error)
}

// ErasureView is one party's erasure of its copies.
type ErasureView struct {
	Agency ledger.AgencyID
	Title  string
	Ours   bool
	Who    Person // the data protection officer
	Code   ledger.Code
	At     ledger.Time
	Height ledger.Height
	Entry  ledger.EntryID
}

// gone tells whether an agency keeps nothing private of a request any more: its
// data protection officer had it erased, or its letters' retention is over.
func (l *look) gone(agency ledger.AgencyID, r *rules.Request) bool {
	days := l.global.Parameters.LetterKeepDays
	over := r.AtRest() && days > 0 && l.now > r.Changed.Add(time.Duration(days)*oneDay)
	return over || r.ErasedBy(agency) != nil
}

// named is a part of a request with the entry that names it.
func (l *look) named(agency ledger.AgencyID, r *rules.Request, entry ledger.EntryID, part ledger.Sealed) named {
	return named{entry: entry, part: part, of: r.ID, gone: l.gone(agency, r)}
}

func (f *file) named(entry ledger.EntryID, part ledger.Sealed) named {
	return named{entry: entry, part: part, of: f.req.ID, gone: f.gone}
}

// fillErasures says who has erased what.
func (d *Desk) fillErasures(ctx context.Context, s *session, f *file, out *Letter) {
	for _, x := range f.req.Erasures {
		v := ErasureView{Agency: x.Agency, Title: f.titles[0], Ours: x.Agency == s.agency, Who: d.Person(ctx, x.Official),
			Code: x.Code, At: x.At, Height: x.Height, Entry: x.Entry}
		if x.Agency == f.req.Provider {
			v.Title = f.titles[1]
		}
		out.Erasures = append(out.Erasures, v)
	}
	if f.req.ErasedBy(s.agency) != nil {
		out.ErasedHere, _ = d.ErasedHere(ctx, f.req.ID) // the zero value says that it is not done
	}
}

// ErasedHere is what the desk's node has destroyed of a request by order of its
// agency's data protection officer.
func (d *Desk) ErasedHere(ctx context.Context, request ledger.EntryID) (ErasedHere, error) {
	node, ok := d.node.(Eraser)
	if !ok {
		return ErasedHere{}, nil
	}
	here, err := node.ErasedHere(ctx, request)
	if err != nil {
		return here, fmt.Errorf("ask what was erased: %w", err)
	}
	return here, nil
}

// eraseHere destroys what this desk keeps of the requests whose erasure its agency
// has ordered: letters opened in memory, what a search knows of them, and the
// official's own files on this computer: acts with their reasons, drafts copied
// from them, and their places in case files. What fails is tried again with the
// next change, and at the next unlock.
func (d *Desk) eraseHere(ctx context.Context, s *session) error {
	erased := map[ledger.EntryID]bool{}
	err := d.look(ctx, func(l *look) error {
		clear(erased)
		for _, id := range l.ErasedRequestIDs(s.agency) {
			erased[id] = true
		}
		return nil
	})
	s.erasing.Lock()
	defer s.erasing.Unlock()
	if err != nil || len(erased) == s.erased {
		return err
	}
	s.roll.forget(erased)
	s.mu.Lock()
	for c, o := range s.opened {
		if erased[o.of] {
			delete(s.opened, c)
		}
	}
	s.mu.Unlock()
	err = errors.Join(s.eraseSigned(erased), d.eraseDrafts(s, erased), s.eraseCases(erased))
	if err != nil {
		return fmt.Errorf("erase at this desk: %w", err)
	}
	s.erased = len(erased)
	return nil
}

// forget drops what a search knows of letters.
func (r *roll) forget(ids map[ledger.EntryID]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range ids {
		if l := r.lines[id]; l != nil {
			l.opened, l.letter, l.gone = false, "", true
			r.gone[id] = true
		}
		delete(r.read, id)
	}
}

// eraseSigned destroys acts signed here that are not known to be final.
func (s *session) eraseSigned(erased map[ledger.EntryID]bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := maps.Clone(s.signed)
	maps.DeleteFunc(left, func(id ledger.EntryID, act Act) bool {
		return erased[id] || erased[act.Request] || act.Ask != nil && erased[act.Ask.Copied]
	})
	var err error
	switch len(left) {
	case len(s.signed):
		return s.cabinet.clearOld(signedFile)
	case 0:
		err = s.cabinet.erase(signedFile)
	default:
		err = s.cabinet.replaceSealed(signedFile, signedActs{Acts: left}, s.recipient)
	}
	if err == nil {
		s.signed = left
	}
	return err
}

// eraseDrafts destroys drafts that were copied from a letter.
func (d *Desk) eraseDrafts(s *session, erased map[ledger.EntryID]bool) error {
	drafts, err := d.draftsOf(s)
	if err != nil {
		return err
	}
	for _, dr := range drafts {
		if erased[dr.Ask.Copied] {
			err = errors.Join(err, s.cabinet.erase(draftName(dr.ID)))
		}
	}
	return err
}

// eraseCases takes requests out of the official's case files; a case file of which
// nothing else is known goes with its number and title.
func (s *session) eraseCases(erased map[ledger.EntryID]bool) error {
	s.casesMu.Lock()
	defer s.casesMu.Unlock()
	b, err := s.readCases()
	if err != nil {
		return err
	}
	if !b.forget(erased) {
		return s.cabinet.clearOld(casesFile)
	}
	return s.cabinet.replaceSealed(casesFile, b, s.recipient)
}

// forget takes requests out of the book and tells whether it knew any of them.
func (b *caseBook) forget(erased map[ledger.EntryID]bool) bool {
	left, emptied := map[string]bool{}, map[string]bool{}
	known := false
	for _, list := range []map[ledger.EntryID]string{b.Placed, b.Held} {
		for request, id := range list {
			if !erased[request] {
				left[id] = true
				continue
			}
			known, emptied[id] = true, true
			delete(list, request)
		}
	}
	for request := range b.Without {
		if erased[request] {
			known = true
			delete(b.Without, request)
		}
	}
	for id := range emptied {
		if !left[id] {
			delete(b.Cases, id)
		}
	}
	return known
}

// copiedIsGone tells whether a request was begun from a letter that the agency has
// had erased since.
func (d *Desk) copiedIsGone(s *session, ask Ask) (gone bool, err error) {
	if ask.Copied.IsZero() {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, readTimeout)
	defer cancel()
	err = d.look(ctx, func(l *look) error {
		r := l.Request(ask.Copied)
		gone = r.ErasedBy(s.agency) != nil
		return nil
	})
	return gone, err
}
