package desk

import (
	"context"
	"fmt"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// look is one snapshot of the state. Nothing is fetched and nobody is waited
// for while it is open: what needs the network comes after it.
type look struct {
	rules.View
	reader rules.Reader
	global *rules.Global
	now    ledger.Time

	calendars map[ledger.AgencyID]workdays
	titles    map[ledger.AgencyID]string
	who       map[ledger.EntryID]deciders
	checker   *rules.Checker // nil: nothing has been asked yet
}

func (d *Desk) look(ctx context.Context, fn func(*look) error) error {
	return d.node.Read(ctx, func(r rules.Reader) (err error) {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *rules.Damaged: // a view has no errors of its own
				err = fmt.Errorf("read the record: %w", p)
			default:
				panic(p)
			}
		}()
		l := &look{View: rules.NewView(r), reader: r, calendars: map[ledger.AgencyID]workdays{}, titles: map[ledger.AgencyID]string{},
			who: map[ledger.EntryID]deciders{}}
		if l.global = l.Global(); l.global == nil {
			return fmt.Errorf("read the record: %w", errNoGenesis)
		}
		// An entry made now stands in a block of this time or later.
		l.now = max(l.global.Now, ledger.TimeOf(d.node.Now()))
		return fn(l)
	})
}

// title is an agency's title, or its code while it is unknown.
func (l *look) title(a ledger.AgencyID) string {
	t, ok := l.titles[a]
	if !ok {
		t = string(a)
		if g := l.Agency(a); g != nil {
			t = g.Title
		}
		l.titles[a] = t
	}
	return t
}

// calendar is read once for a list: it is the longest of all records.
func (l *look) calendar(a ledger.AgencyID) workdays {
	c, ok := l.calendars[a]
	if !ok {
		c = workdays(l.Calendar(a))
		l.calendars[a] = c
	}
	return c
}

// usableKey is the official's key that works at now, the newest first; nil when none does.
func (l *look) usableKey(o *rules.Official) *rules.Key {
	for i := len(o.Keys) - 1; i >= 0; i-- {
		k := l.Key(o.Keys[i])
		if k != nil && k.Usable(l.now) {
			return k
		}
	}
	return nil
}

// check asks the rules what they would say to this body now.
func (l *look) check(b ledger.Body) (ledger.Refusal, error) {
	e, err := ledger.Unsigned(b)
	if err != nil {
		return "", err
	}
	return l.rules().Check(e), nil
}

// rules answer on this snapshot.
func (l *look) rules() *rules.Checker {
	if l.checker == nil {
		l.checker = rules.NewChecker(l.reader, l.now)
	}
	return l.checker
}
