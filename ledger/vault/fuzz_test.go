package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"countersign/ledger"
)

// FAULTS 25: the vault's own files.

func FuzzPartHeader(f *testing.F) {
	p := Part{Commitment: ledger.Sum([]byte("commitment")), Root: ledger.Sum([]byte("root")), Size: 4096, From: "a peer", At: 1_772_438_400_000}
	f.Add(p.header())
	f.Add(append(p.header(), 0))
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parseHeader(raw)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if !bytes.Equal(p.header(), raw) || p.check() != nil {
			t.Fatal("taken and written otherwise")
		}
	})
}

func FuzzListCache(f *testing.F) {
	line := ledger.Encode(cacheLine{Request: ledger.Sum([]byte("request")), Row: CacheRow{Case: "VM-2026-0417", Subjects: 1}})
	file := append(binary.BigEndian.AppendUint16(nil, uint16(len(line))), line...)
	f.Add(append(file, 0, 0, 0, 0))
	f.Add(file)
	f.Add([]byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, plain []byte) {
		rows, err := parseLines(plain)
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("an error of no kind: %v", err)
		}
		for id, row := range rows {
			if again := ledger.Encode(cacheLine{Request: id, Row: row}); !bytes.Contains(plain, again) {
				t.Fatal("taken and written otherwise")
			}
		}
	})
}
