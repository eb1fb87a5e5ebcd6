// Package p2p owns a node's one libp2p host: who may connect to it, at which
// addresses others are found, and whether they are there.
//
// It does not own what is said over it. Ledger gossip, vault, delivery, office
// and join are protocols of other packages, registered with SetHandler or Serve
// and spoken with Open or Call. It reads no ledger either: whoever does calls
// Enroll and Expel as membership changes.
//
// Words are those of DOMAIN.md; "host", "peer ID", "stream", "protocol" and
// "multiaddress" are libp2p's (libp2p specifications, "Addressing" and
// "Connections").
//
// A node does this:
//
//	h, err := p2p.New(p2p.Config{Key: key, Network: id, Listen: p2p.DefaultListen(), State: applied})
//	h.SetHandler("vault", p2p.StreamLimits{}, serveVault)  // before the first Enroll
//	h.Enroll(peer, addresses...)                           // for each node on the ledger
//	stop := h.OnChange(show)                               // up, away, height
//	…
//	h.Announce()                                           // after each block applied
//	h.Expel(peer)                                          // the ledger removed it
//	h.Close()
//
// Who gets in. The gate lets enrolled peers pass, and for the length of a join a
// guest, for the protocols named only. libp2p authenticates the peer before the
// gate is asked, and a stranger's connection ends there.
//
// Who is up. A connection says little: the far gate may close it a moment later,
// and a link that has gone dead shows only after half a minute. A peer is up once
// a hello has come, and away after four seconds without one; then its connections
// are closed, so that nobody writes into the hole, and dialling starts again.
package p2p
