package ledgertest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/store"
)

// BulkOptions say how big a ledger BulkLoad builds. Zero values stand for the
// defaults given.
type BulkOptions struct {
	Seed      uint64
	Entries   int                       // at least so many; 10,000
	PerBlock  int                       // 100
	PerCommit int                       // entries in one transaction; 5,000
	From      ledger.Time               // when the network is founded; January 2025
	Over      time.Duration             // ledger time that passes; 300 days
	Progress  func(done, total int)     // after each transaction
	Each      func(b rules.Block) error // after each block, for those who want its entries
	// Extra makes more entries for the network's beginning, all of which must count.
	Extra func(w *World) ([]*ledger.Entry, error)
}

// BulkLedger is what BulkLoad built.
type BulkLedger struct {
	World     *World
	Provider  ledger.AgencyID
	Askers    []ledger.AgencyID
	Dataset   ledger.EntryID // edition
	Basis     ledger.EntryID // edition
	Purpose   ledger.Code
	Approver  *Official
	Request   ledger.EntryID // the last one made
	Entries   int
	LastBlock ledger.Height
}

// BulkLoad founds a network in an empty store and fills it with the life of a
// city: requests that are approved, released, receipted and destroyed after their
// retention, refused, returned or left to wait, and some entries that do not count.
// Every signature is real; they are not verified again while loading.
func BulkLoad(st *store.Store, o BulkOptions) (*BulkLedger, error) {
	if o.Entries == 0 {
		o.Entries = 10_000
	}
	if o.PerBlock == 0 {
		o.PerBlock = 100
	}
	if o.PerCommit == 0 {
		o.PerCommit = 5_000
	}
	if o.Over == 0 {
		o.Over = 300 * 24 * time.Hour
	}
	l := &bulkLoader{opt: o, store: st, rand: rand.New(rand.NewPCG(o.Seed, 7)), askers: map[ledger.AgencyID]*Official{}}
	if err := l.found(); err != nil {
		return nil, fmt.Errorf("bulk load: %w", err)
	}
	if err := l.fill(); err != nil {
		return nil, fmt.Errorf("bulk load: %w", err)
	}
	return &l.out, nil
}

type bulkLoader struct {
	opt     BulkOptions
	store   *store.Store
	rand    *rand.Rand
	now     ledger.Time
	out     BulkLedger
	bulk    *store.Bulk
	pending int // entries since the last transaction
	askers  map[ledger.AgencyID]*Official
	waiting []bulkRequest
	kept    []bulkRequest // received, and to be destroyed after their retention
}

// bulkRequest is a request whose next step is due.
type bulkRequest struct {
	id      ledger.EntryID
	asker   ledger.AgencyID
	release ledger.EntryID
	step    int
	destroy ledger.Time
}

// trusting accepts every signature: the loader has made them.
type trusting struct{}

func (trusting) Verify(ledger.PublicKey, *ledger.Entry) bool { return true }

// found sets up four agencies, a dataset, a basis and the officials.
func (l *bulkLoader) found() error {
	w := FoundAt(l.opt.Seed, "tax", l.opt.From, ledger.DefaultParameters())
	l.now = w.Founding.Made
	w.Now = func() ledger.Time { return l.now }
	l.out = BulkLedger{World: w, Provider: "tax", Purpose: "audit", Askers: []ledger.AgencyID{"police", "civil", "health"}}
	genesis, err := rules.Genesis(w.Founding)
	if err != nil {
		return err
	}
	if err := l.store.Init(w.Founding, genesis); err != nil {
		return err
	}
	tax := w.Agency("tax")
	members := []*Agency{tax}
	for _, id := range l.out.Askers {
		a := w.NewAgency(id)
		motion, votes := w.Admission(a, members)
		if err := l.set(append([]*ledger.Entry{motion}, votes...)); err != nil {
			return err
		}
		members = append(members, a)
		o, entries := w.Enrol(a, "clerk", ledger.RoleRequester)
		if err := l.set(entries); err != nil {
			return err
		}
		l.askers[id] = o
	}
	var entries, more []*ledger.Entry
	l.out.Approver, entries = w.Enrol(tax, "approver", ledger.RoleApprover)
	l.out.Dataset, more = w.Dataset(tax, "INCOME", ledger.ClassOrdinary, "income", "band", "employer")
	entries = append(entries, more...)
	l.out.Basis, more = w.Basis(tax, "LAW-1", "INCOME", l.out.Purpose, "income", "band", "employer")
	if l.opt.Extra != nil {
		extra, err := l.opt.Extra(w)
		if err != nil {
			return err
		}
		more = append(more, extra...)
	}
	return l.set(append(entries, more...))
}

// set orders entries of which all must count.
func (l *bulkLoader) set(entries []*ledger.Entry) error {
	res, err := l.block(time.Second, entries)
	if err != nil {
		return err
	}
	if len(res.Outcomes) != len(entries) {
		return fmt.Errorf("setting up: %v", res.Dropped)
	}
	for _, o := range res.Outcomes {
		if o.Code != ledger.Accepted {
			return fmt.Errorf("setting up: %s: %w", o.Entry.Body.Kind, o.Code)
		}
	}
	return nil
}

func (l *bulkLoader) fill() error {
	for l.out.Entries < l.opt.Entries {
		var entries []*ledger.Entry
		for range l.opt.PerBlock {
			entries = append(entries, l.next())
		}
		if _, err := l.block(l.step(), entries); err != nil {
			return err
		}
	}
	return l.commit()
}

// step is the ledger time from one block to the next.
func (l *bulkLoader) step() time.Duration {
	return l.opt.Over / time.Duration(l.opt.Entries/l.opt.PerBlock+1)
}

// block applies one block and adds it to the transaction under way.
func (l *bulkLoader) block(after time.Duration, entries []*ledger.Entry) (*rules.Result, error) {
	if l.bulk == nil {
		var err error
		if l.bulk, err = l.store.Bulk(); err != nil {
			return nil, err
		}
	}
	l.now = l.now.Add(max(after, time.Millisecond))
	b := l.bulk.Next()
	b.Time, b.Entries = l.now, entries
	res, err := rules.Apply(l.bulk.State(), b, trusting{})
	if err == nil {
		id := ledger.Sum([]byte("engine"), ledger.Encode(int64(b.Height)))
		_, err = l.bulk.Add(b, res, id[:])
	}
	if err == nil && l.opt.Each != nil {
		err = l.opt.Each(b)
	}
	if err != nil {
		l.bulk.Drop()
		return nil, err
	}
	l.out.Entries += len(res.Outcomes)
	l.out.LastBlock = b.Height
	if l.pending += len(entries); l.pending >= l.opt.PerCommit {
		return res, l.commit()
	}
	return res, nil
}

func (l *bulkLoader) commit() error {
	if l.bulk == nil {
		return nil
	}
	b := l.bulk
	l.bulk, l.pending = nil, 0
	if err := b.Commit(); err != nil {
		return err
	}
	if l.opt.Progress != nil {
		l.opt.Progress(l.out.Entries, l.opt.Entries)
	}
	return nil
}

// next is the next entry of somebody in the city.
func (l *bulkLoader) next() *ledger.Entry {
	w, tax := l.out.World, l.out.World.Agency("tax")
	if len(l.kept) > 0 && l.kept[0].destroy <= l.now {
		r := l.kept[0]
		l.kept = l.kept[1:]
		return w.Entry(w.Agency(r.asker).Office, &ledger.DeletionReceipt{Act: ledger.Act{Request: r.id, Version: r.id}})
	}
	if len(l.waiting) < 50 || l.rand.IntN(4) == 0 {
		fields := [][]string{{"income"}, {"band", "income"}, {"band", "employer", "income"}}[l.rand.IntN(3)]
		asker := l.out.Askers[l.rand.IntN(len(l.out.Askers))]
		e := w.Ask(l.askers[asker], "tax", l.out.Dataset, l.out.Basis, l.out.Purpose, fields...)
		l.out.Request = e.ID()
		l.waiting = append(l.waiting, bulkRequest{id: e.ID(), asker: asker})
		return e
	}
	r := l.waiting[0]
	l.waiting = l.waiting[1:]
	act := ledger.Act{Request: r.id, Version: r.id}
	approve := func() *ledger.Entry { return w.Approve(l.out.Approver, r.id, "income") }
	switch r.step {
	case 0:
		switch n := l.rand.IntN(100); {
		case n < 5: // stays open
			return l.next()
		case n < 10:
			return w.Entry(l.out.Approver.Key, &ledger.Return{Act: act, Role: ledger.RoleApprover, Code: "information-required", Reason: w.Sealed("tax", r.asker)})
		case n < 18:
			return w.Entry(l.out.Approver.Key, &ledger.Refuse{Act: act, Role: ledger.RoleApprover, Code: "excessive", Reason: w.Sealed("tax", r.asker)})
		}
		r.step = 1
		l.waiting = append(l.waiting, r)
		return approve()
	case 1:
		e := w.Entry(tax.Office, &ledger.Release{Act: act, Part: w.Sealed(r.asker), Last: true})
		r.step, r.release = 2, e.ID()
		l.waiting = append(l.waiting, r)
		return e
	default:
		if l.rand.IntN(50) == 0 { // too late: it is refused
			l.waiting = append(l.waiting, r)
			return approve()
		}
		r.destroy = l.now.Add(l.step() + keepDays*24*time.Hour) // the receipt counts a block later
		l.kept = append(l.kept, r)
		return w.Entry(w.Agency(r.asker).Office, &ledger.Receipt{Act: act, Release: r.release})
	}
}
