package rules

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"countersign/ledger"
)

// A chain of blocks ends where the same blocks end one by one: what it keeps
// decoded is what stands in the state. Now and then it is handed a block that
// does not count, and one that cannot follow, on its way.
func TestChainDoesWhatApplyDoes(t *testing.T) {
	if *histories < 1 {
		t.Fatal("no history to play")
	}
	for seed := *firstSeed; seed < *firstSeed+uint64(*histories); seed++ {
		ok := t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := play(t, seed)
			replica := &MapState{}
			replica.Write(c.genesis.Changes)
			chain, digest := NewChain(replica), c.genesis.Digest
			chain.keep = 1 + int(seed)%40
			for i, b := range c.blocks {
				b.Digest = digest
				switch i % 7 {
				case 3: // everything that is due happens, and is forgotten with the block
					idle, err := chain.Apply(Block{Height: b.Height, Time: b.Time.Add(50 * day), Entries: []*ledger.Entry{nil}, Digest: digest}, Signatures{})
					if err != nil || len(idle.Changes) != 0 || idle.Digest != digest {
						t.Fatalf("a block of nothing: %v", err)
					}
				case 5:
					if _, err := chain.Apply(Block{Height: b.Height, Entries: b.Entries, Time: b.Time.Add(-100 * 365 * 24 * time.Hour)}, Signatures{}); err == nil {
						t.Fatal("a block before the last one was taken")
					}
				}
				res, err := chain.Apply(b, Signatures{})
				if err != nil {
					t.Fatal(err)
				}
				plain, err := Apply(replica, b, Signatures{})
				if err != nil || res.Digest != plain.Digest || res.Log != plain.Log || !bytes.Equal(ledger.Encode(res.Changes), ledger.Encode(plain.Changes)) {
					t.Fatalf("block %d: the chain does something else: %v", b.Height, err)
				}
				for _, ch := range res.Changes {
					if r := ch.Request(); (r != nil) != (ch.Value != nil && bytes.HasPrefix(ch.Key, []byte(prefixRequest))) ||
						r != nil && !bytes.Equal(ledger.Encode(r), ch.Value) {
						t.Fatalf("block %d: the change of %q hands out another record", b.Height, ch.Key)
					}
				}
				replica.Write(res.Changes)
				digest = res.Digest
			}
			if digest != c.digest || !bytes.Equal(dump(replica), dump(c.state)) {
				t.Fatalf("the chain ends apart: %s and %s", digest, c.digest)
			}
		})
		if !ok {
			t.Fatalf("play it again with -seed=%d -histories=1", seed)
		}
	}
}
