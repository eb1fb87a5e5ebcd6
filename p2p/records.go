package p2p

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/libp2p/go-libp2p/p2p/discovery/mdns"
	ma "github.com/multiformats/go-multiaddr"
)

// Peers pass on where others are found. What is passed is the record that a peer
// signs of itself (libp2p RFC 0003, "Peer routing records"), so nobody can send
// us to a wrong place; a newer one replaces an older one.

const (
	recordsProtocol = "addresses"
	recordsBytes    = 256 << 10
	recordsMax      = 256
	recordAddrs     = 8 // taken from one record

	// recordsGap is the least time between two questions to one peer.
	recordsGap = 2 * time.Second
)

type recordsRequest struct{}

type recordsAnswer struct {
	Records [][]byte `cbor:"1,keyasint"` // signed envelopes
}

// records holds the newest signed record of each enrolled peer.
type records struct {
	mu      sync.Mutex
	by      map[peer.ID]signedRecord
	version uint64 // counts changes; hellos tell it, and who sees it change asks
}

type signedRecord struct {
	seq uint64
	raw []byte
}

func newRecords() *records { return &records{by: map[peer.ID]signedRecord{}} }

func (r *records) forget(id peer.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.by, id)
}

// put reports whether the record is news.
func (r *records) put(id peer.ID, s signedRecord) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.by[id]; ok && old.seq >= s.seq {
		return false
	}
	r.by[id] = s
	r.version++
	return true
}

func (r *records) count() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

func (r *records) list() [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([][]byte, 0, len(r.by))
	for _, s := range r.by {
		if len(out) == recordsMax {
			break
		}
		out = append(out, s.raw)
	}
	return out
}

func (h *Host) serveRecords() {
	Serve(h, recordsProtocol, StreamLimits{PerPeer: 2}, recordsBytes,
		func(context.Context, PeerID, recordsRequest) (recordsAnswer, error) {
			return recordsAnswer{Records: append(h.ownRecord(), h.found.list()...)}, nil
		})
}

// ownRecord returns the record libp2p signs of us whenever our addresses change.
func (h *Host) ownRecord() [][]byte {
	book, ok := peerstore.GetCertifiedAddrBook(h.net.Peerstore())
	if !ok {
		return nil
	}
	envelope := book.GetPeerRecord(h.self)
	if envelope == nil { // not listening anywhere
		return nil
	}
	raw, err := envelope.Marshal()
	if err != nil {
		return nil
	}
	return [][]byte{raw}
}

// askRecords asks an up peer for its own record and those it knows.
func (h *Host) askRecords(l *link) {
	if !h.begin() {
		return
	}
	go func() {
		defer h.wait.Done()
		ctx, cancel := context.WithTimeout(l.ctx, callLimit)
		defer cancel()
		var a recordsAnswer
		if err := h.Call(ctx, textOf(l.id), recordsProtocol, recordsRequest{}, &a, recordsBytes); err != nil {
			h.log.Debug("no address records", "peer", textOf(l.id).Short(), "err", err)
			return
		}
		for _, raw := range a.Records[:min(len(a.Records), recordsMax)] {
			h.learn(raw)
		}
	}()
}

// learn takes a record if an enrolled peer signed it of itself.
func (h *Host) learn(raw []byte) {
	var rec peer.PeerRecord
	envelope, err := record.ConsumeTypedEnvelope(raw, &rec)
	if err != nil || !rec.PeerID.MatchesPublicKey(envelope.PublicKey) {
		return
	}
	h.mu.Lock()
	l := h.links[rec.PeerID]
	h.mu.Unlock()
	if l == nil || !h.found.put(rec.PeerID, signedRecord{seq: rec.Seq, raw: raw}) {
		return
	}
	l.setRelayed(rec.Addrs[:min(len(rec.Addrs), recordAddrs)])
	l.poke()
}

// localFinder takes addresses from mDNS; they are tried only for enrolled peers,
// and the handshake shows whether they were true.
type localFinder struct{ h *Host }

// nearbyMax bounds how many peers that are not enrolled are remembered.
const nearbyMax = 256

// HandlePeerFound is called by libp2p's mDNS, once for as long as what it heard is
// valid, which is most of an hour: who is enrolled later has to be known then.
func (f localFinder) HandlePeerFound(found peer.AddrInfo) {
	addrs := found.Addrs[:min(len(found.Addrs), recordAddrs)]
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	if l := f.h.links[found.ID]; l != nil {
		l.setNearby(addrs)
		l.poke()
		return
	}
	f.h.keepNearby(found.ID, addrs)
}

// keepNearby remembers a peer that is not enrolled. The caller holds h.mu.
func (h *Host) keepNearby(id peer.ID, addrs []ma.Multiaddr) {
	if _, known := h.nearby[id]; !known && len(h.nearby) >= nearbyMax {
		for other := range h.nearby { // whichever: there are more than an office has
			delete(h.nearby, other)
			break
		}
	}
	h.nearby[id] = addrs
}

func (h *Host) discoverLocally() (interface{ Close() error }, error) {
	s := mdns.NewMdnsService(h.net, "_countersign-"+shortNetwork(h.cfg.Network)+"._udp", localFinder{h})
	if err := s.Start(); err != nil {
		return nil, fmt.Errorf("local discovery: %w", err)
	}
	return s, nil
}
