package store

import (
	"encoding/binary"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Counters: a first byte, what is counted, and 8 bytes.
const (
	countOfState    byte = 's' // side, agency, state
	countOfEntries  byte = 'e' // class and term of a posting list
	countOfOutcomes byte = 'o' // likeness, month, answer
	countOfAnswers  byte = 'd' // likeness, bucket of days
)

func countState(side Side, agency ledger.AgencyID, state rules.State) []byte {
	return append([]byte{countOfState}, statePrefix(side, agency, state)[1:]...)
}

func countEntries(class postClass, term []byte) []byte {
	return append([]byte{countOfEntries}, postPrefix(class, term)...)
}

// count adds to a counter; counters are written when the writer flushes.
func (x *index) count(key []byte, by int64) {
	if n := x.counts[string(key)]; n != nil {
		*n += by
	} else {
		x.counts[string(key)] = &by
	}
}

// countRow keeps the counters of states in step with the rows of states.
func (x *index) countRow(row []byte, by int64) {
	if row[0] == rowState {
		key := append([]byte{countOfState}, row[1:len(row)-8-len(ledger.EntryID{})]...)
		x.count(key, by)
	}
}

func (w *writer) flushCounts() {
	for _, key := range sortedKeys(w.counts) {
		if by := *w.counts[key]; by != 0 {
			// A counter of nothing is not kept: what stands in the file follows from
			// the blocks alone, however many were written at once.
			if n := w.tx.counter([]byte(key)) + uint64(by); n > 0 {
				w.put(bCounts, []byte(key), be64(n))
			} else {
				w.delete(bCounts, []byte(key))
			}
		}
	}
}

// counter reads a counter; 0 when it was never counted.
func (tx *Tx) counter(key []byte) uint64 {
	v := tx.get(bCounts, key)
	if v == nil {
		return 0
	}
	if len(v) != 8 {
		tx.fail("counter %x", key)
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// CountByState counts an agency's requests by their state; states without any
// are left out.
func (tx *Tx) CountByState(agency ledger.AgencyID, side Side) (map[rules.State]uint64, error) {
	out := map[rules.State]uint64{}
	for _, s := range rules.States() {
		if n := tx.counter(countState(side, agency, s)); n > 0 {
			out[s] = n
		}
	}
	return out, tx.err
}

// CountEntries is the number of entries on the ledger.
func (tx *Tx) CountEntries() uint64 { return tx.Head().Size }

// CountRefused is how many of them do not count.
func (tx *Tx) CountRefused() uint64 { return tx.counter(countEntries(postRefused, nil)) }

// CountByKind is how many entries of a kind there are.
func (tx *Tx) CountByKind(k ledger.Kind) uint64 {
	return tx.counter(countEntries(postKind, []byte{byte(k)}))
}

// CountByAuthor is how many entries a key has signed.
func (tx *Tx) CountByAuthor(key ledger.KeyID) uint64 {
	return tx.counter(countEntries(postAuthor, key[:]))
}

// CountByAgency is how many entries were signed for an agency.
func (tx *Tx) CountByAgency(a ledger.AgencyID) uint64 {
	return tx.counter(countEntries(postAgency, []byte(a)))
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
