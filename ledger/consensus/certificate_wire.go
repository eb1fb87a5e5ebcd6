package consensus

import (
	"bytes"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"countersign/ledger"
)

// wireCertificate is the portable form: CometBFT's own encodings in a frame.
type wireCertificate struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Header  []byte
	Next    []byte
	Commit  []byte
	Keepers []ledger.PublicKey
	Changes []wireChange
}

type wireChange struct {
	_       struct{} `cbor:",toarray"`
	Header  []byte
	Commit  []byte
	Keepers []ledger.PublicKey
}

// MaxCertificateBytes limits a certificate: hundreds of changes by many keepers.
const MaxCertificateBytes = 16 << 20

// Bytes is the portable form.
func (c *Certificate) Bytes() []byte {
	w := wireCertificate{Version: 1, Header: wireHeader(&c.Header), Next: wireHeader(&c.Next), Commit: wireCommit(c.Commit), Keepers: c.Keepers}
	for _, ch := range c.Changes {
		w.Changes = append(w.Changes, wireChange{Header: wireHeader(&ch.Header), Commit: wireCommit(ch.Commit), Keepers: ch.Keepers})
	}
	return ledger.Encode(w)
}

// ParseCertificate reads the portable form and accepts no second one of it.
func ParseCertificate(raw []byte) (*Certificate, error) {
	var w wireCertificate
	if err := ledger.Decode(raw, MaxCertificateBytes, &w); err != nil || w.Version != 1 {
		return nil, bad("its form is unknown")
	}
	c := &Certificate{Keepers: w.Keepers}
	var err error
	if c.Header, err = parseHeader(w.Header); err != nil {
		return nil, err
	}
	if c.Next, err = parseHeader(w.Next); err != nil {
		return nil, err
	}
	if c.Commit, err = parseCommit(w.Commit); err != nil {
		return nil, err
	}
	for _, wc := range w.Changes {
		ch := KeeperSetChange{Keepers: wc.Keepers}
		if ch.Header, err = parseHeader(wc.Header); err != nil {
			return nil, err
		}
		if ch.Commit, err = parseCommit(wc.Commit); err != nil {
			return nil, err
		}
		c.Changes = append(c.Changes, ch)
	}
	if !bytes.Equal(c.Bytes(), raw) {
		return nil, bad("it is not in canonical form")
	}
	return c, nil
}

func wireHeader(h *cmttypes.Header) []byte {
	b, err := h.ToProto().Marshal()
	if err != nil {
		return nil // a time outside the years 1 to 9999: verifies nowhere
	}
	return b
}

func wireCommit(c *cmttypes.Commit) []byte {
	b, err := c.ToProto().Marshal()
	if err != nil {
		return nil
	}
	return b
}

func parseHeader(raw []byte) (cmttypes.Header, error) {
	var pb cmtproto.Header
	if err := pb.Unmarshal(raw); err != nil {
		return cmttypes.Header{}, bad("header: %v", err)
	}
	h, err := cmttypes.HeaderFromProto(&pb)
	if err != nil {
		return cmttypes.Header{}, bad("header: %v", err)
	}
	return h, nil
}

func parseCommit(raw []byte) (*cmttypes.Commit, error) {
	var pb cmtproto.Commit
	if err := pb.Unmarshal(raw); err != nil {
		return nil, bad("commit: %v", err)
	}
	c, err := cmttypes.CommitFromProto(&pb)
	if err != nil {
		return nil, bad("commit: %v", err)
	}
	return c, nil
}
