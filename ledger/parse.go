package ledger

import "encoding/binary"

// The two outer layers of an entry have one canonical form each, without a
// choice: two byte strings in an array, and eight fields in a map. They are read
// by hand here, which takes a fraction of the time of decoding, encoding again
// and comparing. What these functions do not take goes through Decode, which
// also says what is wrong with it.

// splitSigned reads the wire form of an entry.
func splitSigned(raw []byte) (body, signature []byte, ok bool) {
	c := cursor{rest: raw}
	if c.byte() != 0x82 { // array of two
		return nil, nil, false
	}
	body, signature = c.bytes(), c.bytes()
	return body, signature, !c.bad && len(c.rest) == 0
}

// readBody reads a body; its payload is looked at by whoever decodes it.
func readBody(raw []byte) (b Body, ok bool) {
	c := cursor{rest: raw}
	if c.byte() != 0xa8 { // map of eight
		return b, false
	}
	c.expect(0)
	version := c.uint()
	c.expect(1)
	kind := c.uint()
	c.expect(2)
	c.fixed(b.Network[:])
	c.expect(3)
	c.fixed(b.Author[:])
	c.expect(4)
	b.Claimed = c.time()
	c.expect(5)
	b.ValidUntil = c.time()
	c.expect(6)
	c.fixed(b.Nonce[:])
	c.expect(7)
	if c.bad || version > 255 || kind > 255 || len(c.rest) == 0 {
		return Body{}, false
	}
	b.Version, b.Kind, b.Payload = uint8(version), Kind(kind), c.rest
	return b, true
}

// cursor reads canonical CBOR (RFC 8949 section 4.2): what is not in its
// shortest form is bad.
type cursor struct {
	rest []byte
	bad  bool
}

func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.bad = true
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// expect reads a small map key.
func (c *cursor) expect(key byte) { c.bad = c.byte() != key || c.bad }

// head reads an initial byte with its argument.
func (c *cursor) head() (major byte, n uint64) {
	b := c.byte()
	major, n = b>>5, uint64(b&0x1f)
	if n < 24 {
		return major, n
	}
	size := 1 << (n - 24)
	if n > 27 || len(c.rest) < size {
		c.bad = true
		return major, 0
	}
	var wide [8]byte
	copy(wide[8-size:], c.rest[:size])
	c.rest = c.rest[size:]
	n = binary.BigEndian.Uint64(wide[:])
	least := [...]uint64{1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
	c.bad = c.bad || n < least[size]
	return major, n
}

func (c *cursor) uint() uint64 {
	major, n := c.head()
	c.bad = c.bad || major != 0
	return n
}

func (c *cursor) time() Time {
	major, n := c.head()
	c.bad = c.bad || major > 1 || n > 1<<63-1
	if major == 1 {
		return Time(-1 - int64(n))
	}
	return Time(n)
}

// bytes reads a byte string, without copying it.
func (c *cursor) bytes() []byte {
	major, n := c.head()
	if c.bad || major != 2 || n > uint64(len(c.rest)) {
		c.bad = true
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

// fixed reads a byte string of exactly the size of out.
func (c *cursor) fixed(out []byte) {
	b := c.bytes()
	c.bad = c.bad || len(b) != len(out)
	copy(out, b)
}
