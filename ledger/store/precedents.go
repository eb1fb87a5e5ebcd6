package store

import (
	"encoding/binary"
	"slices"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// Like names requests that are alike. Basis, Purpose and Fields narrow it one
// after another: a zero Basis stands for all requests for the edition, and nil
// Fields for all with the edition, basis and purpose.
type Like struct {
	Dataset ledger.EntryID     // edition
	Basis   ledger.EntryID     // edition
	Purpose ledger.Code        // counts only with a basis
	Fields  []ledger.FieldName // as asked, sorted; counts only with a basis
}

// Answer is what a provider, a requester or time made of a request.
type Answer byte

// The answers.
const (
	AnsweredWhole     Answer = 'w' // approved, all fields asked
	AnsweredPart      Answer = 'p' // approved, some fields struck
	AnsweredOffer     Answer = 'o' // an offer, which was accepted
	AnsweredReturn    Answer = 'b'
	AnsweredRefusal   Answer = 'r'
	EndedByWithdrawal Answer = 'x'
	EndedByTime       Answer = 'l'
)

// Month counts months since January of the year 0.
type Month uint32

// MonthOf is the month of a ledger time, in UTC.
func MonthOf(t ledger.Time) Month {
	s := t.Std()
	return Month(s.Year()*12 + int(s.Month()) - 1)
}

// Date is the month's year and number from 1.
func (m Month) Date() (year, month int) { return int(m / 12), int(m%12) + 1 }

// Precedent is how often an answer was given in a month.
type Precedent struct {
	Month  Month
	Answer Answer
	Count  uint64
}

// AnswerDayLimits are the buckets of AnswerDays: bucket i counts answers after
// less than limits[i] whole days, the last one all others.
func AnswerDayLimits() []int { return []int{1, 2, 3, 4, 5, 6, 8, 11, 16, 21, 31} }

// Precedents lists how often requests alike were answered and how, by month,
// oldest first. They are counts and never advice.
func (tx *Tx) Precedents(like Like) ([]Precedent, error) {
	prefix := like.appendKey([]byte{countOfOutcomes})
	var out []Precedent
	for w := tx.ascend(bCounts, prefix, nil); w.valid(); w.next() {
		rest := w.key[len(prefix):]
		if len(rest) != 5 || len(w.value) != 8 {
			tx.fail("counter %x", w.key)
			break
		}
		out = append(out, Precedent{Month(binary.BigEndian.Uint32(rest)), Answer(rest[4]), binary.BigEndian.Uint64(w.value)})
	}
	return out, tx.err
}

// AnswerDays counts the first answers (offers only once accepted) by the days they took
// (whole days of ledger time since submission), in the buckets of AnswerDayLimits.
func (tx *Tx) AnswerDays(like Like) ([]uint64, error) {
	prefix := like.appendKey([]byte{countOfAnswers})
	out := make([]uint64, len(AnswerDayLimits())+1)
	for i := range out {
		out[i] = tx.counter(append(prefix[:len(prefix):len(prefix)], byte(i)))
	}
	return out, tx.err
}

// appendKey appends what stands for requests alike in keys of counters, which is
// of fixed form: edition, basis, purpose, hash of the fields.
func (l *Like) appendKey(out []byte) []byte {
	out = append(append(out, l.Dataset[:]...), l.Basis[:]...)
	var fields ledger.Hash
	if !l.Basis.IsZero() {
		out = append(out, l.Purpose...)
		if l.Fields != nil {
			fields = ledger.SumWith(nil, &l.Fields)
		}
	}
	return append(append(out, 0), fields[:8]...)
}

// alike lists what a request counts towards.
func alike(r *rules.Request) [3]Like {
	return [...]Like{{Dataset: r.Dataset}, {Dataset: r.Dataset, Basis: r.Basis, Purpose: r.Purpose},
		{Dataset: r.Dataset, Basis: r.Basis, Purpose: r.Purpose, Fields: r.Terms.Fields}}
}

// countAnswers counts what happened since a request's record had known steps:
// those that its history has gained, which can be several in one block.
func (x *index) countAnswers(known int, new *rules.Request) {
	from, first := rules.State(""), true
	for i, step := range new.History {
		answer, ok := answerOf(from, step.State, new)
		if i >= known && ok {
			x.countAnswer(new, answer, first, step.At)
		}
		first = first && (!ok || answer == EndedByWithdrawal || answer == EndedByTime)
		from = step.State
	}
}

func (x *index) countAnswer(r *rules.Request, answer Answer, first bool, at ledger.Time) {
	month := uint32(MonthOf(at))
	var small [192]byte
	for _, l := range alike(r) {
		key := l.appendKey(append(small[:0], countOfOutcomes))
		end := len(key)
		x.count(append(binary.BigEndian.AppendUint32(key, month), byte(answer)), 1)
		if first && answer != EndedByWithdrawal && answer != EndedByTime {
			key[0] = countOfAnswers
			x.count(append(key[:end], dayBucket(at.Sub(r.Submitted).Hours()/24)), 1)
		}
	}
}

func dayBucket(days float64) byte {
	limits := AnswerDayLimits()
	for i, l := range limits {
		if days < float64(l) {
			return byte(i)
		}
	}
	return byte(len(limits))
}

// answerOf tells what answer a step of a request's history is.
func answerOf(from, to rules.State, r *rules.Request) (Answer, bool) {
	switch {
	case from == to:
	case to == rules.Approved && from != rules.Suspended && r.Agreement != nil:
		switch {
		case from == rules.Offered:
			return AnsweredOffer, true
		case slices.Equal(r.Agreement.Terms.Fields, r.Terms.Fields):
			return AnsweredWhole, true
		}
		return AnsweredPart, true
	case to == rules.Returned:
		return AnsweredReturn, true
	case to == rules.Refused:
		return AnsweredRefusal, true
	case to == rules.Withdrawn:
		return EndedByWithdrawal, true
	case to == rules.Lapsed:
		return EndedByTime, true
	}
	return 0, false
}
