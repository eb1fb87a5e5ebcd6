package store

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// shadow is what the blocks lead to, for comparing: the state, and of everything
// else as little as tells whether the file agrees.
type shadow struct {
	state *shadowState
	index
	ids      [][idPrefix]byte // of all entries, by position
	requests map[ledger.EntryID]shadowRequest
	parties  map[parties]*parties // of all requests
	agency   map[ledger.KeyID]ledger.AgencyID
	secret   [32]byte
}

// shadowRequest is what the indexes need to know of a request.
type shadowRequest struct {
	listed
	steps int
}

// rowSum stands for a set of rows: the sum of their keyed hashes, four numbers
// side by side. Two sets have the same sum only if they are the same, as long as
// whoever made the rows does not know the key, which is drawn anew each time. So
// the rows, of which a request has up to nine, need neither be kept nor sorted.
type rowSum [4]uint64

func (s *rowSum) plus(o rowSum) {
	for i := range s {
		s[i] += o[i]
	}
}

// sumOf is the sum of one row.
func (s *shadow) sumOf(row []byte) (out rowSum) {
	var small [256]byte
	h := sha256.Sum256(append(append(small[:0], s.secret[:]...), row...))
	for i := range out {
		out[i] = binary.BigEndian.Uint64(h[8*i:])
	}
	return out
}

func newShadow(requests *archive) *shadow {
	s := &shadow{state: newShadowState(requests), index: newIndex(), requests: map[ledger.EntryID]shadowRequest{},
		parties: map[parties]*parties{}, agency: map[ledger.KeyID]ledger.AgencyID{}}
	_, _ = rand.Read(s.secret[:]) // never fails since Go 1.24
	return s
}

// add adds a block that was judged.
func (s *shadow) add(p *Pending) error {
	if err := s.change(p.result.Changes); err != nil {
		return err
	}
	for i, o := range p.result.Outcomes {
		id := o.Entry.ID()
		s.ids = append(s.ids, [idPrefix]byte(id[:]))
		var request []byte
		if about, ok := requestOf(o.Entry); ok {
			if r, known := s.requests[about]; known {
				request = requestTerm(about, r.submitted)
			}
		}
		s.post(o, s.agencyOf(o.Entry.Body.Author), request, p.before.Head.Size+uint64(i))
	}
	for _, n := range p.nodes {
		key := string(tileKey(n.id.Level/tileLevels, n.id.Index/tileWidth))
		s.tiles[key] = append(s.tiles[key], n.hash[:]...)
	}
	return nil
}

// agencyOf is the agency of an enrolled key, which never changes.
func (s *shadow) agencyOf(key ledger.KeyID) ledger.AgencyID {
	a, ok := s.agency[key]
	if !ok {
		if a, ok = agencyOfKey(s.state, key); ok {
			s.agency[key] = a
		}
	}
	return a
}

// change takes the changes of the state.
func (s *shadow) change(changes []rules.Change) error {
	for _, c := range changes {
		if bytes.HasPrefix(c.Key, requestPrefix()) {
			if err := s.changeRequest(c); err != nil {
				return err
			}
		}
		if err := s.state.write(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *shadow) changeRequest(c rules.Change) error {
	r := c.Request()
	if r == nil || len(c.Key) != len(requestKey(ledger.EntryID{})) {
		return fmt.Errorf("the rules changed record %x to what is no request", c.Key)
	}
	was, known := s.requests[r.ID]
	s.countAnswers(was.steps, r)
	if now := partiesOf(r); !known || *was.parties != now {
		was.parties = s.shared(now)
	}
	s.requests[r.ID] = shadowRequest{listedOf(r, was.parties), len(r.History)}
	return nil
}

// shared is the one copy of parties.
func (s *shadow) shared(p parties) *parties {
	one := s.parties[p]
	if one == nil {
		one = &p
		s.parties[p] = one
	}
	return one
}
