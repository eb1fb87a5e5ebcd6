package store

import (
	"bytes"

	"countersign/ledger"

	bolt "go.etcd.io/bbolt"
)

// Buckets are the file's, by name.
func Buckets() (out []string) {
	for b := bucket(0); b < bucketCount; b++ {
		out = append(out, b.name())
	}
	return out
}

// Tamper is what somebody with the file and this program could do: it changes,
// removes or adds one record, the nth of a bucket, and seals it as we do.
func (s *Store) Tamper(name string, nth int, change func(key, value []byte) (k, v []byte)) (there bool, err error) {
	b := bucket(0)
	for b.name() != name {
		b++
	}
	err = s.db.Update(func(btx *bolt.Tx) error {
		w := newWriter(s, btx)
		at := w.tx.ascend(b, nil, nil)
		for ; at.valid() && nth > 0; nth-- {
			at.next()
		}
		if there = at.valid(); !there {
			return nil
		}
		key, value := bytes.Clone(at.key), bytes.Clone(at.value)
		k, v := change(bytes.Clone(key), bytes.Clone(value))
		if !bytes.Equal(k, key) && len(k) <= len(key) {
			w.delete(b, key)
		}
		if len(k) > 0 {
			w.put(b, k, v)
		}
		return w.err()
	})
	return there, err
}

// RewriteEntry changes an entry's record.
func RewriteEntry(value []byte, outcome ledger.Refusal) []byte {
	var r entryRecord
	if err := ledger.DecodeRecord(value, &r); err != nil {
		panic(err)
	}
	r.Outcome = outcome
	return ledger.Encode(r)
}
