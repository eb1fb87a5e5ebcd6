package delivery

import (
	"errors"

	"lukechampine.com/blake3/bao"
)

// Lie changes the bytes of an answer that carries a slice.
func Lie(response any, change func([]byte) []byte) error {
	s, ok := response.(*slice)
	if !ok {
		return errors.New("not a slice")
	}
	s.Data = change(s.Data)
	return nil
}

// SliceLength is how long the answer's slice is.
func SliceLength(response any) int {
	s, _ := response.(*slice)
	return len(s.Data)
}

// VerifySlice is how slices are verified.
func VerifySlice(data []byte, size, at, n uint64, root [32]byte) ([]byte, bool) {
	return verifySlice(data, size, at, n, root)
}

// Tree is a part's encoding, of which slices are cut.
func Tree(data []byte) ([]byte, [32]byte) { return bao.EncodeBuf(data, group, false) }
