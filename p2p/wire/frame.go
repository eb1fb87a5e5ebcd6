package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// HeaderBytes is the length of the header in front of each frame.
const HeaderBytes = 4

// firstGrab is how much memory a frame gets on its word alone. Beyond that the
// buffer grows with what has really arrived, so a peer has to send bytes to make
// us hold bytes.
const firstGrab = 32 << 10

// ErrFrameTooLarge says that a frame, ours or the other side's, is longer than
// the protocol's cap. Nothing of it was read.
var ErrFrameTooLarge = errors.New("frame is larger than its cap")

// WriteFrame writes b as one frame of at most max bytes, with one Write.
func WriteFrame(w io.Writer, b []byte, max int) error {
	if len(b) > max {
		return fmt.Errorf("write frame of %d bytes, cap %d: %w", len(b), max, ErrFrameTooLarge)
	}
	out := make([]byte, HeaderBytes, HeaderBytes+len(b))
	binary.BigEndian.PutUint32(out, uint32(len(b)))
	if _, err := w.Write(append(out, b...)); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// ReadFrame reads one frame of at most max bytes. A frame that claims more is
// refused with ErrFrameTooLarge before any memory is taken for it. The error
// wraps io.EOF if the stream ended between two frames and io.ErrUnexpectedEOF if
// it ended inside one.
func ReadFrame(r io.Reader, max int) ([]byte, error) {
	var header [HeaderBytes]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, fmt.Errorf("read frame header: %w", err)
	}
	n := binary.BigEndian.Uint32(header[:])
	if max < 0 || uint64(n) > uint64(max) {
		return nil, fmt.Errorf("read frame of %d bytes, cap %d: %w", n, max, ErrFrameTooLarge)
	}
	b, err := readGrowing(r, int(n))
	if err != nil {
		return nil, fmt.Errorf("read frame of %d bytes: %w", n, err)
	}
	return b, nil
}

// readGrowing reads exactly n bytes into a buffer that doubles as they arrive.
func readGrowing(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, min(n, firstGrab))
	got := 0
	for {
		m, err := io.ReadFull(r, b[got:])
		got += m
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		if got == n {
			return b, nil
		}
		grown := make([]byte, min(n, 2*len(b)))
		copy(grown, b)
		b = grown
	}
}
