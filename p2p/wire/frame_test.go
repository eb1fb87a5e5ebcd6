package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"countersign/p2p/wire"
)

// endless yields as many bytes as one likes, as a peer that never stops would.
type endless struct{ sent int }

func (e *endless) Read(p []byte) (int, error) {
	e.sent += len(p)
	return len(p), nil
}

func header(n uint32) []byte {
	return binary.BigEndian.AppendUint32(nil, n)
}

func TestFrameComesBackAsWritten(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 32 << 10, 32<<10 + 1, 200_000} {
		var pipe bytes.Buffer
		want := bytes.Repeat([]byte{7}, n)
		if err := wire.WriteFrame(&pipe, want, n); err != nil {
			t.Fatal(err)
		}
		got, err := wire.ReadFrame(&pipe, n)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("frame of %d bytes came back as %d bytes, error %v", n, len(got), err)
		}
	}
}

func TestFrameOverItsCapIsNeitherWrittenNorRead(t *testing.T) {
	var pipe bytes.Buffer
	if err := wire.WriteFrame(&pipe, make([]byte, 11), 10); !errors.Is(err, wire.ErrFrameTooLarge) || pipe.Len() != 0 {
		t.Fatalf("writing gave %v and %d bytes", err, pipe.Len())
	}
	if _, err := wire.ReadFrame(bytes.NewReader(header(11)), 10); !errors.Is(err, wire.ErrFrameTooLarge) {
		t.Fatalf("reading gave %v", err)
	}
}

// A frame that claims 4 GiB is refused with less than 1 MiB allocated, and so is
// one that stays under a large cap but never sends what it claimed.
func TestClaimOfFourGiBTakesNoMemory(t *testing.T) {
	allocated := func(do func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		do()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	claim := header(math.MaxUint32)
	if n := allocated(func() {
		src := &endless{}
		if _, err := wire.ReadFrame(io.MultiReader(bytes.NewReader(claim), src), 4<<20); !errors.Is(err, wire.ErrFrameTooLarge) {
			t.Errorf("claim of 4 GiB gave %v", err)
		}
		if src.sent != 0 {
			t.Errorf("read %d bytes of a refused frame", src.sent)
		}
	}); n > 1<<20 {
		t.Fatalf("allocated %d bytes for a refused claim", n)
	}
	if n := allocated(func() {
		short := io.MultiReader(bytes.NewReader(claim), bytes.NewReader(make([]byte, 1000)))
		if _, err := wire.ReadFrame(short, math.MaxUint32); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("broken off frame gave %v", err)
		}
	}); n > 1<<20 {
		t.Fatalf("allocated %d bytes for 1,000 bytes of an allowed claim", n)
	}
}

func TestStreamThatEndsBetweenFramesSaysEOF(t *testing.T) {
	if _, err := wire.ReadFrame(bytes.NewReader(nil), 10); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("end between frames gave %v", err)
	}
	if _, err := wire.ReadFrame(bytes.NewReader([]byte{0, 0}), 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("end inside a header gave %v", err)
	}
}

func TestDeadlineCoversTheWholeExchange(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	go func() { // a byte at a time, each well within the limit
		for _, b := range append(header(100), make([]byte, 100)...) {
			if _, err := far.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	err := wire.Within(near, 50*time.Millisecond, func() error {
		_, err := wire.ReadFrame(near, 100)
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a trickle outlived the deadline: %v", err)
	}
}
