package store

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// signatureBatch is how many signatures are verified as one: more gain little.
const signatureBatch = 512

// signatures verifies the signatures of the entries [from, to) on all cores. Of
// several bad ones the first on the ledger is reported.
func (v *verification) signatures(from, to uint64) error {
	var (
		mu    sync.Mutex
		next  = from
		first error
		where uint64
		wg    sync.WaitGroup
	)
	take := func() (uint64, bool) {
		mu.Lock()
		defer mu.Unlock()
		at := next
		next += signatureBatch
		return at, at < to && (first == nil || at < where)
	}
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			keys := map[ledger.KeyID]ledger.PublicKey{}
			for at, ok := take(); ok; at, ok = take() {
				end := min(at+signatureBatch, to)
				err := v.ctx.Err()
				if err == nil {
					err = v.signatureBatch(keys, at, end)
				}
				mu.Lock()
				if err == nil {
					v.tell(end - at)
				} else if first == nil || at < where {
					first, where = err, at
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	v.verified = to
	return first
}

// wireForm is an entry as far as its signature needs it.
type wireForm struct {
	_         struct{} `cbor:",toarray"`
	Body      []byte
	Signature []byte
}

func (v *verification) signatureBatch(keys map[ledger.KeyID]ledger.PublicKey, from, to uint64) error {
	items := make([]ledger.Signed, 0, to-from)
	heights := make([]ledger.Height, 0, to-from)
	err := v.store.View(func(tx *Tx) error {
		for p := from; p < to; p++ {
			r, err := tx.EntryAt(p)
			if err != nil {
				return v.locate(tx, p, asDamage(err, fmt.Sprintf("the entry at position %d", p)))
			}
			it, err := signedForm(tx, keys, r.Raw)
			if err != nil {
				return problem(r.Height, "entry %d: %v", r.Index, err)
			}
			items = append(items, it)
			heights = append(heights, r.Height)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, ok := range ledger.VerifyAll(items) {
		if !ok {
			return problem(heights[i], "the signature of the entry at position %d does not hold", from+uint64(i))
		}
	}
	return nil
}

func signedForm(tx *Tx, keys map[ledger.KeyID]ledger.PublicKey, raw []byte) (ledger.Signed, error) {
	var w wireForm
	var b ledger.Body
	if err := ledger.DecodeRecord(raw, &w); err != nil {
		return ledger.Signed{}, err
	}
	if err := ledger.DecodeRecord(w.Body, &b); err != nil {
		return ledger.Signed{}, err
	}
	key, ok := keys[b.Author]
	if !ok {
		k := rules.NewView(tx).Key(b.Author)
		if k == nil {
			return ledger.Signed{}, errors.New("its author has no key on the ledger")
		}
		key = k.Public
		keys[b.Author] = key
	}
	return ledger.Signed{Key: key, Message: ledger.SigningBytes("entry", b.Network, w.Body), Signature: w.Signature}, nil
}

// locate names the block of a damaged entry by the blocks' own records.
func (v *verification) locate(tx *Tx, position uint64, err error) error {
	var d *DamageError
	if !errors.As(err, &d) {
		return err
	}
	found := *d
	clean := &Tx{store: tx.store, bolt: tx.bolt} // what was read before is marked as damaged
	for h := ledger.Height(0); ; {
		blocks, e := clean.BlocksBefore(h, 256)
		if e != nil || len(blocks) == 0 {
			return &found
		}
		for _, b := range blocks {
			if b.First <= position {
				found.Block = b.Height
				return &found
			}
			h = b.Height
		}
	}
}
