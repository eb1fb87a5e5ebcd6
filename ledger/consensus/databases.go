package consensus

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	dbm "github.com/cometbft/cometbft-db"
	lerrors "github.com/syndtr/goleveldb/leveldb/errors"
)

// errDatabaseClosed answers writes after the end.
var errDatabaseClosed = errors.New("the engine's database is closed")

// database closes when nothing is under way, and answers "not found" from then
// on: CometBFT's gossip goroutines end a moment after they are told to and
// panic when a read fails.
type database struct {
	dbm.DB
	mu     sync.Mutex
	idle   sync.Cond
	using  int
	closed bool

	relaxed atomic.Bool // single records need not be durable at once
	lateMu  sync.Mutex
	late    map[string][]byte // those that sync makes durable
}

// openDatabase opens one of the engine's databases in its folder.
func openDatabase(dir, name string) (*database, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the engine's %s: %w", name, err)
	}
	db, err := dbm.NewGoLevelDB(name, dir)
	if err != nil {
		if lerrors.IsCorrupted(err) {
			err = fmt.Errorf("%w: %w", ErrEngineDamaged, err)
		}
		return nil, fmt.Errorf("open the engine's %s: %w", name, err)
	}
	d := &database{DB: db}
	d.idle.L = &d.mu
	return d, nil
}

// begin tells whether the database is open and, if so, keeps it open until end.
func (d *database) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.using++
	return true
}

func (d *database) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.using--
	d.idle.Broadcast()
}

func (d *database) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	for d.using > 0 {
		d.idle.Wait()
	}
	return d.DB.Close()
}

func (d *database) Get(key []byte) ([]byte, error) {
	if !d.begin() {
		return nil, nil
	}
	defer d.end()
	return d.DB.Get(key)
}

func (d *database) Has(key []byte) (bool, error) {
	if !d.begin() {
		return false, nil
	}
	defer d.end()
	return d.DB.Has(key)
}

// write runs a change unless the database is closed.
func (d *database) write(change func() error) error {
	if !d.begin() {
		return errDatabaseClosed
	}
	defer d.end()
	return change()
}

func (d *database) Set(k, v []byte) error {
	return d.write(func() error { return d.DB.Set(k, v) })
}

// SetSync makes a record durable at once, or with the next sync or WriteSync.
func (d *database) SetSync(k, v []byte) error {
	if !d.relaxed.Load() {
		return d.write(func() error { return d.DB.SetSync(k, v) })
	}
	d.lateMu.Lock()
	defer d.lateMu.Unlock()
	if d.late == nil {
		d.late = map[string][]byte{}
	}
	d.late[string(k)] = v
	return d.write(func() error { return d.DB.Set(k, v) })
}

// sync makes durable what SetSync has put off. It writes the records once more:
// those before may stand in a log that the database has left behind.
func (d *database) sync() error {
	d.lateMu.Lock()
	defer d.lateMu.Unlock()
	for k, v := range d.late {
		if err := d.write(func() error { return d.DB.SetSync([]byte(k), v) }); err != nil {
			return err
		}
		delete(d.late, k)
	}
	return nil
}

func (d *database) Delete(k []byte) error {
	return d.write(func() error { return d.DB.Delete(k) })
}

func (d *database) DeleteSync(k []byte) error {
	return d.write(func() error { return d.DB.DeleteSync(k) })
}

func (d *database) Iterator(start, end []byte) (dbm.Iterator, error) {
	return d.iterate(func() (dbm.Iterator, error) { return d.DB.Iterator(start, end) })
}

func (d *database) ReverseIterator(start, end []byte) (dbm.Iterator, error) {
	return d.iterate(func() (dbm.Iterator, error) { return d.DB.ReverseIterator(start, end) })
}

// iterate keeps the database open until the iterator is closed.
func (d *database) iterate(open func() (dbm.Iterator, error)) (dbm.Iterator, error) {
	if !d.begin() {
		return nil, errDatabaseClosed
	}
	it, err := open()
	if err != nil {
		d.end()
		return nil, err
	}
	return &iterator{Iterator: it, done: d.end}, nil
}

func (d *database) NewBatch() dbm.Batch { return &batch{Batch: d.DB.NewBatch(), db: d} }

type iterator struct {
	dbm.Iterator
	once sync.Once
	done func()
}

func (i *iterator) Close() error {
	err := i.Iterator.Close()
	i.once.Do(i.done)
	return err
}

type batch struct {
	dbm.Batch
	db *database
}

func (b *batch) Write() error     { return b.db.write(b.Batch.Write) }
func (b *batch) WriteSync() error { return b.db.write(b.Batch.WriteSync) }
