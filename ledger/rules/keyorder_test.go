package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Keys come out sorted, each once, whatever came and went.
func TestKeyOrderStaysSorted(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, 1))
	var have []string
	o := newKeyOrder(nil)
	for step := range 20_000 {
		key := fmt.Sprint(r.IntN(3000))
		at, there := slices.BinarySearch(have, key)
		if grows := r.IntN(5) < 3 == (step < 12_000); grows {
			o.insert(key)
			if !there {
				have = slices.Insert(have, at, key)
			}
		} else {
			o.remove(key)
			if there {
				have = slices.Delete(have, at, at+1)
			}
		}
		if step%97 != 0 {
			continue
		}
		start := fmt.Sprint(r.IntN(3000))
		at, _ = slices.BinarySearch(have, start)
		if got := slices.Collect(o.from(start)); !slices.Equal(got, have[at:]) {
			t.Fatalf("seed %d, step %d: %d keys from %s, %d expected", seed, step, len(got), start, len(have)-at)
		}
	}
	again := newKeyOrder(have)
	if !slices.Equal(slices.Collect(again.from("")), have) || len(have) == 0 {
		t.Errorf("%d keys in order, %d expected", len(slices.Collect(again.from(""))), len(have))
	}
	var unkept *keyOrder
	unkept.insert("a")
	unkept.remove("a")
}
