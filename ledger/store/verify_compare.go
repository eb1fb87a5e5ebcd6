package store

import (
	"bytes"
	"errors"
	"runtime"
	"sync"
)

var errMoved = errors.New("the ledger moved on")

// section is some of the records of the file, in the order of their keys: those
// of a bucket that have a prefix, from one on, without some prefixes.
type section struct {
	bucket       bucket
	prefix, from []byte
	without      [][]byte
	match        func() matcher
}

// matcher compares the records of a section.
type matcher struct {
	// is tells whether a record is one that the blocks lead to.
	is func(key, value []byte) bool
	// all tells whether n records that are make up all; nil: any number.
	all func(n int) bool
	// err is why is could not tell; nil: it always can.
	err func() error
}

// sections are the whole file, what takes longest first. Blocks and entries were
// compared when they were judged: nothing is left to be there.
func (r *replay) sections() []section {
	s := r.shadow
	return []section{
		{bucket: bRows, match: s.matchRows},
		{bucket: bState, prefix: prefixSeen, match: s.state.matchSeen},
		{bucket: bState, prefix: requestPrefix(), match: s.state.matchRequests},
		{bucket: bState, prefix: prefixNamed, match: s.state.matchNamed},
		{bucket: bPosts, match: s.matchPosts},
		{bucket: bState, without: [][]byte{prefixNamed, requestPrefix(), prefixSeen}, match: s.state.matchOthers},
		{bucket: bIDs, match: s.matchIDs},
		{bucket: bTiles, match: s.matchTiles},
		{bucket: bCounts, match: s.matchCounts},
		{bucket: bCerts, match: anything},
		{bucket: bMeta, match: r.matchMeta},
		{bucket: bBlocks, from: behind(uint64(r.tip.Last)), match: nothing},
		{bucket: bEntries, from: fromPosition(r.tip.Head.Size), match: nothing},
	}
}

// compare walks over the file record by record, on all cores.
func (r *replay) compare() error {
	sections := r.sections()
	records, errs := make([]uint64, len(sections)), make([]error, len(sections))
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range jobs {
				records[i], errs[i] = r.compareSection(&sections[i])
			}
		})
	}
	for i := range sections {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	sum := uint64(0)
	for i := range sections {
		if errs[i] != nil {
			return errs[i]
		}
		sum += records[i]
	}
	r.v.report.Records += sum
	return nil
}

// compareSection counts the records it has compared. Each section is read in a
// snapshot of its own: as long as no block came in between they are the same.
func (r *replay) compareSection(c *section) (n uint64, err error) {
	m := c.match()
	err = r.v.store.View(func(have *Tx) error {
		tip, err := have.tip()
		if err != nil {
			return err
		}
		if tip.Last != r.v.target.Last {
			return errMoved
		}
		for w := have.ascend(c.bucket, c.prefix, c.from); w.valid(); {
			if left := c.leftOut(w.key); left != nil {
				w = have.ascend(c.bucket, c.prefix, after(left))
				continue
			}
			if n%4096 == 0 && r.v.ctx.Err() != nil {
				return r.v.ctx.Err()
			}
			if !m.is(w.key, w.value) {
				if m.err != nil && m.err() != nil {
					return m.err()
				}
				return damaged("record %x of %s is not what the blocks lead to", w.key, c.bucket.name())
			}
			n++
			w.next()
		}
		if have.err != nil {
			return have.err
		}
		if m.all != nil && !m.all(int(n)) {
			return damaged("%s: the records are not all those that the blocks lead to", c.bucket.name())
		}
		return nil
	})
	return n, err
}

// leftOut is the prefix for which another section has the record, or nil.
func (c *section) leftOut(key []byte) []byte {
	for _, prefix := range c.without {
		if bytes.HasPrefix(key, prefix) {
			return prefix
		}
	}
	return nil
}
