package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"countersign/ledger"
	"countersign/ledger/rules"
)

// TestShadowStateIsAState writes records of every kind, requests again and
// again until most of them lie in the file, and reads what a plain state has.
func TestShadowStateIsAState(t *testing.T) {
	const seed = 8
	r := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(t.TempDir(), "requests")
	requests := newArchive(path, 4000)
	defer requests.close()
	shadow, plain := newShadowState(requests), &rules.MapState{}
	hash := func(n int) ledger.Hash { return ledger.Sum([]byte(fmt.Sprint(n))) }
	var keys [][]byte
	for step := range 4000 {
		id, value := hash(r.IntN(300)), bytes.Repeat([]byte{byte(step)}, 20+r.IntN(300))
		c := rules.Change{Key: requestKey(id), Value: value}
		switch r.IntN(5) {
		case 0:
			c = rules.Change{Key: append(append([]byte("s/"), be64(uint64(step))...), id[:]...), Value: []byte{1}}
		case 1:
			c = rules.Change{Key: append([]byte("cm/"), id[:]...), Value: ledger.Encode(hash(step))}
		case 2:
			c = rules.Change{Key: append([]byte("u/"), id[:r.IntN(4)]...)}
			if r.IntN(2) == 0 {
				c.Value = value
			}
		}
		keys = append(keys, c.Key)
		if err := shadow.write(c); err != nil {
			t.Fatal(err)
		}
		plain.Write([]rules.Change{c})
		key := keys[r.IntN(len(keys))]
		if !bytes.Equal(shadow.Get(key), plain.Get(key)) {
			t.Fatalf("seed %d, step %d: record %x is another", seed, step, key)
		}
	}
	for _, key := range keys {
		if !bytes.Equal(shadow.Get(key), plain.Get(key)) {
			t.Errorf("seed %d: record %x is another", seed, key)
		}
	}
	if shadow.size() != plain.Len() {
		t.Errorf("seed %d: %d records, there are %d", seed, shadow.size(), plain.Len())
	}
	for _, nobody := range [][]byte{[]byte("r/"), []byte("s/x"), requestKey(hash(-1)), append([]byte("cm/"), be64(3)...)} {
		if shadow.Get(nobody) != nil {
			t.Errorf("record %x was never written", nobody)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("nothing was put aside: %v", err)
	}
	for _, strange := range []rules.Change{{Key: requestKey(hash(1))}, {Key: []byte("r/1"), Value: []byte{1}}, {Key: append([]byte("cm/"), be64(3)...), Value: []byte{1}}} {
		if shadow.write(strange) == nil {
			t.Errorf("record %x was taken in a form that is not compared", strange.Key)
		}
	}
}
