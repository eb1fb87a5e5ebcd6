package hybrid

import "strings"

// The text form of recipients is Bech32 (BIP 173) with the prefix of age's
// hybrid recipients. Only writing is needed here: age parses them.
const (
	recipientPrefix = "age1pq"
	bech32Charset   = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
)

func encodeRecipient(public []byte) string {
	values := fiveBits(public)
	var out strings.Builder
	out.Grow(len(recipientPrefix) + 1 + len(values) + 6)
	out.WriteString(recipientPrefix + "1")
	for _, v := range values {
		out.WriteByte(bech32Charset[v])
	}
	sum := bech32Sum(values)
	for shift := 25; shift >= 0; shift -= 5 {
		out.WriteByte(bech32Charset[sum>>shift&31])
	}
	return out.String()
}

func fiveBits(b []byte) []byte {
	out := make([]byte, 0, (len(b)*8+4)/5)
	var held uint32
	var bits uint
	for _, v := range b {
		held, bits = held<<8|uint32(v), bits+8
		for bits >= 5 {
			bits -= 5
			out = append(out, byte(held>>bits)&31)
		}
	}
	if bits > 0 {
		out = append(out, byte(held<<(5-bits))&31)
	}
	return out
}

func bech32Sum(values []byte) uint32 {
	all := make([]byte, 0, 2*len(recipientPrefix)+1+len(values)+6)
	for i := range len(recipientPrefix) {
		all = append(all, recipientPrefix[i]>>5)
	}
	all = append(all, 0)
	for i := range len(recipientPrefix) {
		all = append(all, recipientPrefix[i]&31)
	}
	all = append(all, values...)
	all = append(all, 0, 0, 0, 0, 0, 0)
	sum := uint32(1)
	for _, v := range all {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum ^ 1
}
