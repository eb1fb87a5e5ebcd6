package ledger

import (
	"crypto/rand"
	"crypto/sha512"
	"sync"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"
)

// MaxBatch is how many signatures are verified as one: more gain little.
const MaxBatch = 2048

// minBatch is from where on a batch costs less than its signatures one by one.
const minBatch = 4

// factorSize is the size of the random factor of each signature of a batch: one
// that does not hold is missed with a probability of 2^-128.
const factorSize = 16

// KeyCache verifies as PublicKey.Verify does, one signature or many, and keeps
// Ed25519 keys that come again and again ready for it. It may be used from several
// goroutines.
type KeyCache struct {
	most int
	mu   sync.Mutex
	keys map[string]*curve.ExpandedEdwardsPoint // −A; nil: no point
}

// NewKeyCache makes a cache of so many keys.
func NewKeyCache(keys int) *KeyCache {
	return &KeyCache{most: keys, keys: map[string]*curve.ExpandedEdwardsPoint{}}
}

// key is the point −A of a key, or nil.
func (c *KeyCache) key(key []byte) *curve.ExpandedEdwardsPoint {
	c.mu.Lock()
	p, known := c.keys[string(key)]
	c.mu.Unlock()
	if known {
		return p
	}
	var a curve.EdwardsPoint
	if decompress(&a, key) {
		p = curve.NewExpandedEdwardsPoint(a.Neg(&a))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) >= c.most {
		clear(c.keys) // what is still needed is soon there again
	}
	c.keys[string(key)] = p
	return p
}

// Signed is one signature to be verified.
type Signed struct {
	Key       PublicKey
	Message   []byte
	Signature []byte
}

// terms are what an Ed25519 signature brings into the equation of ZIP-215,
// 8·(R + k·A − s·B) = 0.
type terms struct {
	r    curve.EdwardsPoint
	k, s scalar.Scalar
}

// read tells whether the signature can hold at all: R is a point in any encoding,
// and s is reduced. The key is tested by itself.
func (t *terms) read(it *Signed) bool {
	if len(it.Key.Bytes) != curve.CompressedPointSize || len(it.Signature) != SignatureSize {
		return false
	}
	if _, err := t.s.SetCanonicalBytes(it.Signature[32:]); err != nil || !decompress(&t.r, it.Signature[:32]) {
		return false
	}
	var wide [sha512.Size]byte
	h := sha512.New()
	h.Write(it.Signature[:32])
	h.Write(it.Key.Bytes)
	h.Write(it.Message)
	_, err := t.k.SetBytesModOrderWide(h.Sum(wide[:0]))
	return err == nil
}

// decompress reads a point in any encoding, as ZIP-215 wants.
func decompress(into *curve.EdwardsPoint, b []byte) bool {
	var compressed curve.CompressedEdwardsY
	if _, err := compressed.SetBytes(b); err != nil {
		return false
	}
	_, err := into.SetCompressedY(&compressed)
	return err == nil
}

// Verify checks one signature over message. The key must have passed Check.
func (c *KeyCache) Verify(k PublicKey, message, signature []byte) bool {
	if k.Algorithm != Ed25519 {
		return k.Verify(message, signature)
	}
	var t terms
	if !t.read(&Signed{k, message, signature}) {
		return false
	}
	key := c.key(k.Bytes)
	if key == nil {
		return false
	}
	var sum curve.EdwardsPoint
	return sum.ExpandedTripleScalarMulBasepointVartime(&t.k, key, &t.s, &t.r).IsSmallOrder()
}

// VerifyAll checks many signatures and tells for each whether it holds: Ed25519
// ones in batches, which agree with Verify on every signature.
func (c *KeyCache) VerifyAll(items []Signed) []bool {
	out := make([]bool, len(items))
	var b *batch
	for i := range items {
		if it := &items[i]; it.Key.Algorithm != Ed25519 {
			out[i] = it.Key.Verify(it.Message, it.Signature)
			continue
		}
		if b == nil {
			b = newBatch(c, min(len(items)-i, MaxBatch))
		}
		if b.add(i, &items[i]); len(b.at) == MaxBatch {
			b.answer(items, out)
			b = nil
		}
	}
	if b != nil {
		b.answer(items, out)
	}
	return out
}

// batch is Ed25519 signatures whose equations are verified as one,
//
//	8·(Σ zᵢ·Rᵢ + Σ zᵢkᵢ·Aᵢ − Σ zᵢsᵢ·B) = 0
//
// with random factors zᵢ (Bernstein et al., "High-speed high-security
// signatures", section 5). Few keys sign most of a ledger, so the factors of one
// key are added up before it is multiplied: what is left of a signature's cost is
// little more than reading its R.
type batch struct {
	cache *KeyCache
	at    []int // of the signatures among the items
	rs    []curve.EdwardsPoint
	zs    []scalar.Scalar
	base  scalar.Scalar // Σ zᵢsᵢ
	keys  map[string]*keyTerm
	noise []byte
}

// keyTerm is what one key brings into the equation.
type keyTerm struct {
	point  *curve.ExpandedEdwardsPoint // −A; nil: no point
	factor scalar.Scalar               // Σ zᵢkᵢ
}

func newBatch(c *KeyCache, size int) *batch {
	b := &batch{cache: c, at: make([]int, 0, size), rs: make([]curve.EdwardsPoint, size), zs: make([]scalar.Scalar, size),
		keys: map[string]*keyTerm{}, noise: make([]byte, size*factorSize)}
	_, _ = rand.Read(b.noise) // never fails since Go 1.24
	return b
}

// add takes a signature into the equation, unless it cannot hold.
func (b *batch) add(i int, it *Signed) {
	var t terms
	if !t.read(it) {
		return
	}
	key := b.keys[string(it.Key.Bytes)]
	if key == nil {
		key = &keyTerm{point: b.cache.key(it.Key.Bytes)}
		b.keys[string(it.Key.Bytes)] = key
	}
	if key.point == nil {
		return
	}
	n := len(b.at)
	var wide [scalar.ScalarSize]byte
	copy(wide[:factorSize], b.noise[n*factorSize:])
	z, product := &b.zs[n], scalar.New()
	_, _ = z.SetBits(wide[:]) // fails for another size alone
	b.base.Add(&b.base, product.Mul(z, &t.s))
	key.factor.Add(&key.factor, product.Mul(z, &t.k))
	b.rs[n] = t.r
	b.at = append(b.at, i)
}

// answer verifies the signatures taken. Those of a batch that does not hold are
// verified one by one.
func (b *batch) answer(items []Signed, out []bool) {
	all := len(b.at) >= minBatch && b.holds()
	for _, i := range b.at {
		it := &items[i]
		out[i] = all || b.cache.Verify(it.Key, it.Message, it.Signature)
	}
}

func (b *batch) holds() bool {
	factors, points := make([]*scalar.Scalar, 0, len(b.at)+1), make([]*curve.EdwardsPoint, 0, len(b.at)+1)
	for i := range b.at {
		factors, points = append(factors, &b.zs[i]), append(points, &b.rs[i])
	}
	factors, points = append(factors, b.base.Neg(&b.base)), append(points, curve.ED25519_BASEPOINT_POINT)
	var ofKeys []*scalar.Scalar
	var keys []*curve.ExpandedEdwardsPoint
	for _, key := range b.keys {
		if key.point != nil {
			ofKeys, keys = append(ofKeys, key.factor.Neg(&key.factor)), append(keys, key.point)
		}
	}
	var sum curve.EdwardsPoint
	return sum.ExpandedMultiscalarMulVartime(ofKeys, keys, factors, points).IsSmallOrder()
}
