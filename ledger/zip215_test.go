package ledger_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/oasisprotocol/curve25519-voi/curve"
	"github.com/oasisprotocol/curve25519-voi/curve/scalar"

	. "countersign/ledger"
)

// smallOrder lists every encoding, canonical or not, of the eight points of
// small order (ZIP-215, "It's 255:19AM").
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// agree demands that batches, and keys that are kept ready, say of every item
// what Verify says.
func agree(t *testing.T, items []Signed) []bool {
	t.Helper()
	kept := NewKeyCache(8)
	batch, again := NewKeyCache(4096).VerifyAll(items), kept.VerifyAll(items)
	for i, it := range items {
		one := it.Key.Verify(it.Message, it.Signature)
		if one != batch[i] || one != again[i] {
			t.Errorf("item %d: alone %v, in a batch of %d %v, with few keys kept %v", i, one, len(items), batch[i], again[i])
		}
		for range 2 { // the second time the key is ready
			if ready := kept.Verify(it.Key, it.Message, it.Signature); ready != one {
				t.Errorf("item %d: alone %v, by the key kept %v", i, one, ready)
			}
		}
	}
	return batch
}

func TestSmallOrderKeysAreNoKeys(t *testing.T) {
	for _, a := range smallOrder {
		if err := (PublicKey{Ed25519, unhex(a)}).Check(); !errors.Is(err, ErrBadKey) {
			t.Errorf("%s: %v", a, err)
		}
	}
}

// Each of these verifies under ZIP-215, whose rule is one for single signatures
// and batches; under others the answer depends on the library.
func TestBatchAndSingleAgreeOnSmallOrderPoints(t *testing.T) {
	var items []Signed
	for _, a := range smallOrder {
		for _, r := range smallOrder {
			items = append(items, Signed{Key: PublicKey{Ed25519, unhex(a)}, Message: []byte("Zcash"), Signature: append(unhex(r), make([]byte, 32)...)})
		}
	}
	for i, ok := range agree(t, items) {
		if !ok {
			t.Errorf("pair %d does not verify under ZIP-215", i)
		}
	}
	key := newSigner("honest")
	sig, _ := key.Sign([]byte("message"))
	honest := Signed{Key: key.Public(), Message: []byte("message"), Signature: sig}
	bad := honest
	bad.Message = []byte("another")
	got := agree(t, append(append([]Signed{bad, honest}, items...), bad))
	if got[0] || !got[1] || got[len(got)-1] {
		t.Error("one bad signature in a batch is found and the good ones stay good")
	}
}

// mixed makes a signature whose R, or whose key, carries a part of small order.
func mixed(seed string, message []byte, torsionA, torsionR *curve.EdwardsPoint) Signed {
	a, r := scalarOf(seed+" key"), scalarOf(seed+" nonce")
	pointA, pointR := curve.NewEdwardsPoint(), curve.NewEdwardsPoint()
	pointA.Add(pointA.MulBasepoint(curve.ED25519_BASEPOINT_TABLE, a), torsionA)
	pointR.Add(pointR.MulBasepoint(curve.ED25519_BASEPOINT_TABLE, r), torsionR)
	encA, encR := encode(pointA), encode(pointR)
	h := sha512.New()
	h.Write(encR)
	h.Write(encA)
	h.Write(message)
	k, err := scalar.NewFromBytesModOrderWide(h.Sum(nil))
	if err != nil {
		panic(err)
	}
	s := scalar.New().Mul(k, a)
	s.Add(s, r)
	sig := make([]byte, 64)
	copy(sig, encR)
	if err := s.ToBytes(sig[32:]); err != nil {
		panic(err)
	}
	return Signed{Key: PublicKey{Ed25519, encA}, Message: message, Signature: sig}
}

func scalarOf(name string) *scalar.Scalar {
	h := sha512.Sum512([]byte(name))
	s, err := scalar.NewFromBytesModOrderWide(h[:])
	if err != nil {
		panic(err)
	}
	return s
}

func encode(p *curve.EdwardsPoint) []byte {
	b, err := p.MarshalBinary()
	if err != nil {
		panic(err)
	}
	return b
}

func TestBatchAndSingleAgreeOnMixedOrderPoints(t *testing.T) {
	var items []Signed
	for i, ta := range curve.EIGHT_TORSION {
		for j, tr := range curve.EIGHT_TORSION {
			it := mixed(fmt.Sprint(i, j), []byte("mixed"), ta, tr)
			if err := it.Key.Check(); (err == nil) != ta.IsIdentity() {
				t.Errorf("key with torsion %d: %v", i, err)
			}
			items = append(items, it)
			it.Message = []byte("other")
			items = append(items, it)
		}
	}
	for i, ok := range agree(t, items) {
		if ok != (i%2 == 0) { // cofactored: the part of small order does not matter
			t.Errorf("item %d: %v", i, ok)
		}
	}
}

// TestBadSignaturesAreFoundInLargeBatches spoils some of more signatures than one
// batch takes, by keys of which some sign often and some once.
func TestBadSignaturesAreFoundInLargeBatches(t *testing.T) {
	items := make([]Signed, MaxBatch+MaxBatch/2)
	bad := map[int]bool{}
	for i := range items {
		name := "often"
		if i%9 == 0 {
			name = fmt.Sprint("once ", i)
		}
		key, message := newSigner(name), fmt.Appendf(nil, "message %d", i)
		signature, err := key.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		items[i] = Signed{key.Public(), message, signature}
	}
	for i, ok := range NewKeyCache(4096).VerifyAll(items) {
		if !ok {
			t.Fatalf("item %d does not hold", i)
		}
	}
	for n, i := range []int{0, 17, 18, MaxBatch - 1, MaxBatch, len(items) - 1} {
		it := &items[i]
		bad[i] = true
		switch it.Signature = append([]byte(nil), it.Signature...); n % 3 {
		case 0:
			it.Message = append([]byte("other "), it.Message...)
		case 1:
			it.Signature[0] ^= 1
		default:
			it.Signature[40] ^= 1
		}
	}
	for i, ok := range agree(t, items) {
		if ok == bad[i] {
			t.Errorf("item %d: %v", i, ok)
		}
	}
}

func TestUnreducedScalarIsRefused(t *testing.T) {
	it := mixed("unreduced", []byte("m"), curve.EIGHT_TORSION[0], curve.EIGHT_TORSION[0])
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int)
	for i := 63; i >= 32; i-- {
		s.Lsh(s, 8).Or(s, big.NewInt(int64(it.Signature[i])))
	}
	s.Add(s, order)
	high := append([]byte(nil), it.Signature...)
	for i := 32; i < 64; i++ {
		high[i] = byte(new(big.Int).Rsh(s, uint(8*(i-32))).Uint64())
	}
	items := make([]Signed, 10)
	for i := range items {
		items[i] = it
		if i%2 == 1 {
			items[i].Signature = high
		}
	}
	for i, ok := range agree(t, items) {
		if ok != (i%2 == 0) {
			t.Errorf("item %d: %v", i, ok)
		}
	}
}

func TestNonCanonicalKeysAreNoKeys(t *testing.T) {
	for i := 0; i < 19; i++ { // y between p and 2^255
		b := unhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
		b[0] += byte(i)
		for _, sign := range []byte{0, 0x80} {
			b[31] = 0x7f | sign
			if err := (PublicKey{Ed25519, b}).Check(); err == nil {
				t.Errorf("%x is taken as a key", b)
			}
		}
	}
}

func TestP256TakesTheLowFormAlone(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := PublicKey{P256, elliptic.MarshalCompressed(elliptic.P256(), key.X, key.Y)}
	if err := public.Check(); err != nil {
		t.Fatal(err)
	}
	message := []byte("message")
	digest := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	low := LowS(r, s)
	high := append([]byte(nil), low...)
	n := elliptic.P256().Params().N
	new(big.Int).Sub(n, new(big.Int).SetBytes(low[32:])).FillBytes(high[32:])
	if !public.Verify(message, low) || public.Verify(message, high) {
		t.Error("one signature has two forms")
	}
	if again := LowS(new(big.Int).SetBytes(high[:32]), new(big.Int).SetBytes(high[32:])); hex.EncodeToString(again) != hex.EncodeToString(low) {
		t.Error("LowS of the high form is the low form")
	}
	zero := make([]byte, SignatureSize)
	for name, k := range map[string]PublicKey{"wrong tag": {Ed25519, public.Bytes}, "unknown tag": {3, public.Bytes}, "no tag": {0, public.Bytes},
		"off the curve": {P256, append([]byte{2}, unhex(smallOrder[4])...)}, "short": {P256, public.Bytes[:32]}, "nil": {P256, nil}} {
		if k.Check() == nil && name != "off the curve" || k.Verify(message, low) || k.Verify(message, zero) || k.Verify(message, nil) {
			t.Errorf("%s: taken", name)
		}
	}
	ed := newSigner("ed")
	sig, _ := ed.Sign(message)
	if (PublicKey{P256, ed.Public().Bytes}).Verify(message, sig) {
		t.Error("an Ed25519 signature under the P-256 tag")
	}
	items := []Signed{{public, message, low}, {public, message, high}, {ed.Public(), message, sig}, {PublicKey{9, nil}, message, sig}}
	for len(items) < 16 {
		items = append(items, items[2])
	}
	agree(t, items)
}
