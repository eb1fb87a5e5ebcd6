package consensus_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// certified makes a cluster in which four keepers have ordered an entry, and
// the certificate of its block.
func certified(t *testing.T) (*ledgertest.Cluster, *consensus.Certificate) {
	t.Helper()
	c := ledgertest.NewCluster(t, ledgertest.Options{Seed: 20, Agencies: 4, Keepers: 4})
	e := c.Something(c.World.Agencies[2])
	c.Final(10*time.Second, nil, e)
	n := c.Nodes[3]
	var block *store.BlockInfo
	err := n.Store.View(func(tx *store.Tx) error {
		r, err := tx.EntryByID(e.ID())
		if err == nil {
			block, err = tx.Block(r.Height)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var cert *consensus.Certificate
	c.Until(10*time.Second, "the block after the entry's", func() bool {
		cert, err = n.Engine.Certificate(block.Height)
		return err == nil
	})
	if cert.AppHash() != ledger.AppHash(block.Head, block.Digest) {
		t.Fatal("the certificate is of another state than the store's")
	}
	return c, cert
}

func TestCertificateVerifiesWithTheFoundingDocumentAlone(t *testing.T) {
	c, cert := certified(t)
	if len(cert.Changes) != 1 || len(cert.Keepers) != 4 {
		t.Errorf("%d changes of keepers to %d keepers", len(cert.Changes), len(cert.Keepers))
	}
	again, err := consensus.ParseCertificate(cert.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := consensus.VerifyCertificate(c.World.Founding, again); err != nil {
		t.Fatal(err)
	}
	genesis, err := c.Nodes[0].Engine.Certificate(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := consensus.VerifyCertificate(c.World.Founding, genesis); err != nil {
		t.Errorf("certificate of the first block: %v", err)
	}
	c.Final(10*time.Second, nil, c.Something(c.World.Agencies[0]))
	for h := cert.Height(); h <= cert.Height()+1; h++ {
		if header, commit, err := c.Nodes[1].Store.Certificate(h); err != nil || len(header) == 0 || len(commit) == 0 {
			t.Errorf("the store keeps no certificate of block %d: %v", h, err)
		}
	}
	alone := ledgertest.Found(99, "customs")
	if err := consensus.VerifyCertificate(alone.Founding, again); !errors.Is(err, consensus.ErrOtherNetwork) {
		t.Errorf("accepted for another network: %v", err)
	}
	t.Run("forged", func(t *testing.T) { testForged(t, c, cert) })
	t.Run("every byte", func(t *testing.T) { testEveryByte(t, c, cert) })
}

// testForged: FAULTS 15.
func testForged(t *testing.T, c *ledgertest.Cluster, cert *consensus.Certificate) {
	present := func(cm *cmttypes.Commit) (at []int) {
		for i, s := range cm.Signatures {
			if s.BlockIDFlag == cmttypes.BlockIDFlagCommit {
				at = append(at, i)
			}
		}
		return at
	}
	cases := map[string]func(*consensus.Certificate){
		"too few signers": func(x *consensus.Certificate) {
			for i := 2; i < 4; i++ {
				x.Commit.Signatures[i] = cmttypes.NewCommitSigAbsent()
			}
		},
		"a signer twice": func(x *consensus.Certificate) {
			at := present(x.Commit)
			for i := range x.Commit.Signatures {
				x.Commit.Signatures[i] = x.Commit.Signatures[at[0]]
			}
		},
		"a keeper named twice": func(x *consensus.Certificate) { x.Keepers[1] = x.Keepers[0] },
		"another network's chain": func(x *consensus.Certificate) {
			x.Header.ChainID, x.Next.ChainID = "cs-else", "cs-else"
		},
		"another state": func(x *consensus.Certificate) { x.Next.AppHash = bytes.Repeat([]byte{1}, 32) },
		"another block before": func(x *consensus.Certificate) {
			x.Header.DataHash = bytes.Repeat([]byte{1}, 32)
		},
		"without the change of keepers": func(x *consensus.Certificate) { x.Changes = nil },
		"keepers of its own": func(x *consensus.Certificate) {
			for i := range x.Keepers {
				x.Keepers[i] = ledgertest.NewKey(77, string(rune('a'+i))).Public()
			}
		},
		"a change to keepers of its own": func(x *consensus.Certificate) {
			for i := range x.Keepers {
				k := ledgertest.NewKey(77, string(rune('a'+i))).Public()
				x.Keepers[i], x.Changes[0].Keepers[i] = k, k
			}
		},
		"a change without signatures": func(x *consensus.Certificate) {
			x.Changes[0].Commit.Signatures[0] = cmttypes.NewCommitSigAbsent()
		},
		"the change twice": func(x *consensus.Certificate) { x.Changes = append(x.Changes, x.Changes[0]) },
	}
	for name, forge := range cases {
		x, err := consensus.ParseCertificate(cert.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		forge(x)
		err = consensus.VerifyCertificate(c.World.Founding, x)
		if !errors.Is(err, consensus.ErrBadCertificate) && !errors.Is(err, consensus.ErrOtherNetwork) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// testEveryByte: a flipped byte is noticed, or stands where nothing is claimed
// (an absent keeper's place, the number of a round that the signatures cover).
func testEveryByte(t *testing.T, c *ledgertest.Cluster, cert *consensus.Certificate) {
	raw := cert.Bytes()
	for i := range raw {
		flipped := bytes.Clone(raw)
		flipped[i] ^= 0x10
		x, err := consensus.ParseCertificate(flipped)
		if err != nil {
			continue
		}
		if consensus.VerifyCertificate(c.World.Founding, x) == nil {
			t.Fatalf("byte %d of %d can be changed", i, len(raw))
		}
	}
}
