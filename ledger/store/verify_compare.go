package store

import (
	"bytes"
	"errors"

	"countersign/ledger"
)

// compare walks both files record by record.
func (r *rebuild) compare() error {
	return r.copy.View(func(want *Tx) error {
		return r.v.store.View(func(have *Tx) error {
			tip, err := have.tip()
			if err != nil {
				return err
			}
			if tip.Last != r.v.target.Last {
				return errMoved
			}
			for b := bucket(0); b < bucketCount; b++ {
				if err := r.compareBucket(b, have, want, tip); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

var errMoved = errors.New("the ledger moved on")

func (r *rebuild) compareBucket(b bucket, have, want *Tx, tip tipRecord) error {
	h, w := have.ascend(b, nil, nil), want.ascend(b, nil, nil)
	for n := uint64(0); h.valid(); n++ {
		if n%4096 == 0 && r.v.ctx.Err() != nil {
			return r.v.ctx.Err()
		}
		r.v.report.Records++
		if b == bCerts {
			h.next()
			continue
		}
		expected := w.value
		if b == bMeta && bytes.Equal(w.key, keyTip) {
			expected = ledger.Encode(r.expectTip(want, tip))
		}
		if !w.valid() || !bytes.Equal(h.key, w.key) || !bytes.Equal(h.value, expected) {
			break
		}
		h.next()
		w.next()
	}
	switch {
	case have.err != nil:
		return have.err
	case want.err != nil:
		return want.err
	case b == bCerts:
		return nil
	case h.valid():
		return damaged("record %x of %s is not what the blocks lead to", h.key, b.name())
	case w.valid():
		return damaged("record %x of %s is missing", w.key, b.name())
	}
	return nil
}

// expectTip adds to the rebuilt tip what empty blocks have moved.
func (r *rebuild) expectTip(want *Tx, tip tipRecord) tipRecord {
	t, _ := want.tip()
	t.Height, t.EngineID = tip.Height, tip.EngineID
	return t
}
