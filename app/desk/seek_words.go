package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/ledger"
)

// seekWord is a word of a search and what of the state has it in it: looked up once,
// so that an entry is compared by identifiers.
type seekWord struct {
	text       string // in lower case
	hex        bool   // can stand in an entry's number
	digit      bool   // has a digit: can stand in a case number
	height     ledger.Height
	kinds      map[string]bool
	codes      map[string]bool // and those that have the word in them
	notCounted bool
	partial    bool
	agencies   map[ledger.AgencyID]bool
	officials  map[ledger.OfficialID]bool
	nodes      bool // some computer's code has the word in it
	catalogue  bool // some data set's title, code or field has the word in it
}

// leastHex is of how many digits a word stands for a number.
const leastHex = 3

func newSeekWord(w RecordWord) seekWord {
	text := strings.ToLower(w.Text)
	out := seekWord{text: text, hex: len(text) >= leastHex && strings.Trim(text, "0123456789abcdef") == "", digit: strings.ContainsAny(text, "0123456789"),
		kinds: map[string]bool{}, codes: map[string]bool{}, notCounted: w.NotCounted, partial: w.Partial, agencies: map[ledger.AgencyID]bool{}, officials: map[ledger.OfficialID]bool{}}
	for _, k := range w.Kinds {
		out.kinds[k] = true
	}
	for _, c := range w.Codes {
		out.codes[c] = true
	}
	plain := strings.Map(func(r rune) rune {
		if r == ',' || r == '.' || r == '\'' || r == '’' {
			return -1
		}
		return r
	}, text)
	if n, err := strconv.ParseInt(plain, 10, 64); err == nil && n > 0 {
		out.height = ledger.Height(n)
	}
	return out
}

// begin looks up what the words have in common with the state, and whether indexes
// narrow the search down.
func (k *seeker) begin(ctx context.Context) error {
	for _, w := range k.q.Words {
		if w.Text != "" {
			k.words = append(k.words, newSeekWord(w))
		}
	}
	if len(k.words) > 1 {
		text := ""
		for _, w := range k.words {
			text += w.text
		}
		k.joined = newSeekWord(RecordWord{Text: text})
	}
	var officials []ledger.OfficialID
	err := k.d.look(ctx, func(l *look) error {
		officials = officials[:0]
		for i := range k.words {
			k.words[i].lookUp(l)
		}
		for _, a := range l.Agencies() {
			officials = append(officials, a.Officials...)
		}
		return nil
	})
	if err != nil || k.session == nil || len(k.words) == 0 {
		k.narrow(ctx)
		return err
	}
	for id, p := range k.d.persons(ctx, unique(officials)...) {
		name := strings.ToLower(p.Name)
		for i := range k.words {
			if strings.Contains(name, k.words[i].text) {
				k.words[i].officials[id] = true
			}
		}
	}
	k.narrow(ctx)
	return nil
}

// lookUp finds the word among agencies, computers and the catalogue. Which edition of
// a data set has it is seen at each request; here it is enough whether any has.
func (w *seekWord) lookUp(l *look) {
	for _, a := range l.Agencies() {
		if strings.Contains(strings.ToLower(a.Title), w.text) || strings.Contains(strings.ToLower(string(a.ID)), w.text) {
			w.agencies[a.ID] = true
		}
		for _, n := range l.NodesEver(a.ID) {
			w.nodes = w.nodes || strings.Contains(strings.ToLower(string(n.Code)), w.text)
		}
	}
	for _, d := range l.Datasets() {
		for ; d != nil && !w.catalogue; d = l.Dataset(d.Replaced) {
			w.catalogue = w.inDataset(&d.Dataset)
		}
	}
	for _, k := range ledger.Kinds() {
		if strings.Contains(k.String(), w.text) {
			w.kinds[k.String()] = true
		}
	}
}

func (w *seekWord) inDataset(d *ledger.Dataset) bool {
	if strings.Contains(strings.ToLower(d.Title), w.text) || strings.Contains(strings.ToLower(string(d.Code)), w.text) {
		return true
	}
	return slices.ContainsFunc(d.Fields, func(f ledger.DatasetField) bool { return w.inField(f.Name) })
}

func (w *seekWord) inField(f ledger.FieldName) bool {
	return strings.Contains(strings.ToLower(string(f)), w.text)
}

// narrow finds a word that only entries of a few indexes can fit, beside those of
// letters that are open here: these are named at once.
func (k *seeker) narrow(ctx context.Context) {
	for _, w := range k.words {
		if w.hex || w.digit || w.nodes || w.catalogue || len(w.agencies) > 0 {
			continue // entries of many sorts can fit
		}
		some := RecordAny{Refused: w.notCounted || w.refusal()}
		for _, kind := range ledger.Kinds() {
			if w.names(kind) {
				some.Kinds = append(some.Kinds, kind)
			}
		}
		_ = k.d.look(ctx, func(l *look) error { // without it the search is slower
			for id := range w.officials {
				if o := l.Official(id); o != nil {
					some.Authors = append(some.Authors, o.Keys...)
				}
			}
			return nil
		})
		k.any = &some
		k.none = len(some.Kinds) == 0 && len(some.Authors) == 0 && !some.Refused
		return
	}
}

// refusal tells whether a refusal's code has the word in it.
func (w *seekWord) refusal() bool {
	return slices.ContainsFunc(ledger.Refusals(), func(r ledger.Refusal) bool { return w.code(string(r)) })
}

// names tells whether an entry of a kind can fit by its kind, its act or its reason.
func (w *seekWord) names(kind ledger.Kind) bool {
	if w.kinds[kind.String()] {
		return true
	}
	switch kind {
	case ledger.KindApprove:
		return w.partial
	case ledger.KindPropose:
		return slices.ContainsFunc(ledger.ProposeNames(), func(n string) bool { return w.kinds[n] || strings.Contains(n, w.text) })
	case ledger.KindReturn:
		return w.anyCode(ledger.ReturnCodes())
	case ledger.KindRefuse:
		return w.anyCode(ledger.RefuseCodes())
	case ledger.KindErase:
		return w.anyCode(ledger.EraseCodes())
	}
	return false
}

func (w *seekWord) anyCode(codes []ledger.Code) bool {
	return slices.ContainsFunc(codes, func(c ledger.Code) bool { return w.code(string(c)) })
}

// code tells whether a code or its sentence has the word in it.
func (w *seekWord) code(c string) bool {
	return c != "" && (w.codes[c] || strings.Contains(c, w.text))
}

// seekFact is what a search compares of an entry.
type seekFact struct {
	id      string // of the entry
	at      ledger.Time
	height  ledger.Height
	code    ledger.Refusal
	kind    ledger.Kind
	act     string // kind, or a proposal's act
	key     *seekKey
	reason  ledger.Code
	fields  []ledger.FieldName
	number  string // of its request; empty: about none
	request *seekRequest
}

// seekKey is what a search compares of a key.
type seekKey struct {
	print    string // in lower case
	agency   ledger.AgencyID
	official ledger.OfficialID
	node     string
}

// seekRequest is what a search compares of a request.
type seekRequest struct {
	id              ledger.EntryID
	asker, provider ledger.AgencyID
	dataset         *ledger.Dataset
	asked           int // fields
	ours            bool
	part            named // its letter
}

// seekFacts remembers what many entries have in common.
type seekFacts struct {
	*look
	us       ledger.AgencyID
	keys     map[ledger.KeyID]*seekKey
	requests map[ledger.EntryID]*seekRequest
	datasets map[ledger.EntryID]*ledger.Dataset
}

// maxSeekRequests is how many requests a search remembers: those that live at the
// same time stand near each other.
const maxSeekRequests = 20_000

func (f *seekFacts) of(r Recorded) *seekFact {
	e := r.Entry
	what := saidBy(e)
	out := &seekFact{id: e.ID().String(), at: r.At, height: r.Height, code: r.Code, kind: e.Body.Kind, act: what.act, fields: what.fields,
		reason: what.reason, key: f.key(e.Body.Author)}
	if !what.about.IsZero() {
		out.number, out.request = what.about.String(), f.requestOf(what.about)
	}
	return out
}

func (f *seekFacts) key(id ledger.KeyID) *seekKey {
	k, ok := f.keys[id]
	if !ok {
		k = &seekKey{print: strings.ToLower(fingerprint(id))}
		if on := f.Key(id); on != nil {
			k.agency, k.official, k.node = on.Agency, on.Official, strings.ToLower(string(on.Node))
		}
		if f.keys == nil {
			f.keys = map[ledger.KeyID]*seekKey{}
		}
		f.keys[id] = k
	}
	return k
}

// requestOf is nil for a request that the state does not have.
func (f *seekFacts) requestOf(id ledger.EntryID) *seekRequest {
	r, ok := f.requests[id]
	if ok {
		return r
	}
	if on := f.Request(id); on != nil {
		r = &seekRequest{id: id, asker: on.Requester, provider: on.Provider, part: f.named(f.us, on, on.LetterOf, on.Letter),
			ours: f.us != "" && (on.Requester == f.us || on.Provider == f.us), dataset: f.edition(on.Dataset), asked: len(on.Terms.Fields)}
	}
	if f.requests == nil || len(f.requests) >= maxSeekRequests {
		f.requests = map[ledger.EntryID]*seekRequest{}
	}
	f.requests[id] = r
	return r
}

func (f *seekFacts) edition(id ledger.EntryID) *ledger.Dataset {
	d, ok := f.datasets[id]
	if !ok {
		if on := f.Dataset(id); on != nil {
			d = &on.Dataset
		}
		if f.datasets == nil {
			f.datasets = map[ledger.EntryID]*ledger.Dataset{}
		}
		f.datasets[id] = d
	}
	return d
}

// fits tells whether the query leaves an entry and every word fits it, or all of
// them as one number. letter is what its request's letter says.
func (k *seeker) fits(f *seekFact, letter string) bool {
	switch kinds := k.q.Filter.Kinds(); {
	case !k.q.Request.IsZero() && f.number != k.q.Request.String(), // indexes name more than the query leaves
		k.q.Height != 0 && f.height > k.q.Height, k.q.At != 0 && f.at > k.q.At, f.at < k.q.From,
		k.q.Filter == RecordRefused && f.code == ledger.Accepted, len(kinds) > 0 && !slices.Contains(kinds, f.kind):
		return false
	case k.joined.height != 0 && f.height == k.joined.height,
		k.joined.hex && len(k.joined.text) >= 6 && k.joined.numbers(f):
		return true
	}
	for i := range k.words {
		if !k.words[i].fits(f, letter) {
			return false
		}
	}
	return true
}

func (w *seekWord) fits(f *seekFact, letter string) bool {
	switch {
	case w.kinds[f.act], w.kinds[f.kind.String()], f.act != f.kind.String() && strings.Contains(f.act, w.text),
		f.code != ledger.Accepted && (w.notCounted || w.code(string(f.code))), w.partial && f.part(), w.code(string(f.reason)),
		w.agencies[f.key.agency], !f.key.official.IsZero() && w.officials[f.key.official], f.key.node != "" && strings.Contains(f.key.node, w.text),
		w.hex && (w.numbers(f) || strings.Contains(f.key.print, w.text)), w.height != 0 && w.height == f.height,
		letter != "" && strings.Contains(letter, w.text), slices.ContainsFunc(f.fields, w.inField):
		return true
	}
	r := f.request
	return r != nil && (w.agencies[r.asker] || w.agencies[r.provider] || w.catalogue && r.dataset != nil && w.inDataset(r.dataset))
}

// part tells whether it approves a part of what was asked for.
func (f *seekFact) part() bool {
	return f.kind == ledger.KindApprove && f.request != nil && len(f.fields) < f.request.asked
}

// numbers tells whether the word is in the number of the entry or of its request, as
// screens show it, or the number begins with it.
func (w *seekWord) numbers(f *seekFact) bool {
	in := func(number string) bool {
		return number != "" && (strings.Contains(number[:8], w.text) || strings.HasPrefix(number, w.text))
	}
	return in(f.id) || in(f.number)
}

// wantsLetter tells whether letters can make a difference: to a word with a digit, as
// case numbers have them, and to any where the letter is known to have one of them.
func (k *seeker) wantsLetter() bool {
	return k.session != nil && (k.inLetter || slices.ContainsFunc(k.words, func(w seekWord) bool { return w.digit }))
}

// letter is what a request's letter says, in lower case. A search opens so many, as
// one of the inbox does; the others are counted.
func (k *seeker) letter(ctx context.Context, r *seekRequest) (string, bool) {
	if r.part.gone { // erased, or past its time: it is not read any more, though it may be open still
		return "", false
	}
	if text, ok := k.opened[r.id]; ok {
		return text, text != ""
	}
	known := k.session.recall(r.part.part.Commitment, k.d.clock()) != nil
	text := ""
	if !known && (k.away || len(k.opened) >= maxSearched) {
		k.at.Unopened++
	} else {
		within, cancel := context.WithTimeout(ctx, seekLetter)
		l, err := k.d.letter(within, k.session, r.part)
		cancel()
		if err == nil {
			row := RequestRow{ID: r.id}
			describe(&row, l)
			text = letterText(&row)
		} else {
			k.at.Unopened++
			k.away = k.away || within.Err() != nil // one that is not to be had in time: the next are not waited for
		}
	}
	k.opened[r.id] = text
	return text, text != ""
}

// seekLetter is how long a search waits for a letter that is not here.
const seekLetter = time.Second
