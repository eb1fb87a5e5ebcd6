package consensus

import "encoding/binary"

// The engine's database "changes" has one key for each height whose header
// announces another set of keepers. CometBFT knows the sets at all heights but
// not when they changed, and a chain of certificates names just those.

func changeKey(height int64) []byte {
	return binary.BigEndian.AppendUint64([]byte("change/"), uint64(height))
}

func changeHeight(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key[len(key)-8:]))
}
