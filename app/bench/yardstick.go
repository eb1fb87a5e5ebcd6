package bench

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"countersign/ledger"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// readySignature is a signature whose key stands ready for verifying.
type readySignature struct {
	key       *ed25519.ExpandedPublicKey
	message   []byte
	signature []byte
}

// signatures are those of a ledger's newest entries, as many as verify best as
// one batch.
func signatures(st *store.Store, l *ledgertest.BulkLedger) ([]readySignature, error) {
	keys := map[ledger.KeyID]*ed25519.ExpandedPublicKey{}
	ready := func(k ledger.PublicKey) (err error) {
		keys[k.ID()], err = ed25519.NewExpandedPublicKey(k.Bytes)
		return err
	}
	for _, a := range l.World.Agencies {
		if err := ready(a.Office.Public()); err != nil {
			return nil, err
		}
		for _, o := range a.Officials {
			if err := ready(o.Key.Public()); err != nil {
				return nil, err
			}
		}
	}
	var out []readySignature
	err := st.View(func(tx *store.Tx) error {
		records, err := tx.EntriesBefore(math.MaxUint64, ledger.MaxBatch)
		if err != nil {
			return err
		}
		for _, rec := range records {
			e, err := rec.Entry()
			if err != nil {
				return err
			}
			if k, ok := keys[e.Body.Author]; ok {
				out = append(out, readySignature{k, e.SigningBytes(), e.Signature})
			}
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = errors.New("the ledger has no signatures")
	}
	return out, err
}

// batchRate is how many signatures a second all cores verify with the library's
// own batches, by the rule that the ledger has.
func batchRate(items []readySignature) float64 {
	const d = time.Second
	var done atomic.Int64
	var wg sync.WaitGroup
	rule := &ed25519.Options{Verify: ed25519.VerifyOptionsZIP_215}
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Since(start) < d {
				b := ed25519.NewBatchVerifierWithCapacity(len(items))
				for _, it := range items {
					b.AddExpandedWithOptions(it.key, it.message, it.signature, rule)
				}
				if b.VerifyBatchOnly(nil) {
					done.Add(int64(len(items)))
				}
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}
