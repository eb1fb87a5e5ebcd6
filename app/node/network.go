package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/rules"
	"countersign/ledger/store"
	"countersign/p2p"
)

// maxClockOff is how far this computer's clock may be from its peers' before it is said.
const maxClockOff = 10 * time.Second

// Network is the state of members and peers as this node sees it.
func (n *Node) Network(context.Context) (desk.Network, error) {
	if err := n.ready(); err != nil {
		return desk.Network{}, fmt.Errorf("look at the network: %w", err)
	}
	us := n.currentProfile().Agency
	peers := n.peerStatus()
	out := desk.Network{Kept: n.outbox.pending(), Problem: n.problem(peers), ReadOnly: n.readOnly()}
	err := n.store.View(func(tx *store.Tx) error {
		out.Height, out.LogSize, out.LastBlock = tx.Height(), tx.Head().Size, tx.Time()
		view := rules.NewView(tx)
		if g := view.Global(); g != nil {
			out.Rules = desk.RulesState{Version: g.RulesVersion, Next: g.NextVersion, From: g.NextHeight, Known: consensus.RulesVersion}
		}
		for _, a := range view.Agencies() {
			if a.Faults > 0 {
				out.DoubleVotes = append(out.DoubleVotes, doubleVotes(view, a)...)
			}
			if a.Standing == rules.StandingLeft || a.Standing == rules.StandingExpelled {
				continue
			}
			m := desk.Member{Agency: a.ID, Title: a.Title, Standing: a.Standing, Keeper: a.Keeper, Us: a.ID == us, Faults: a.Faults}
			if m.Us {
				m.Online, m.Height, m.Since = true, out.Height, n.started
			} else if p, ok := peers[a.ID]; ok {
				m.Online, m.Since, m.Delay, m.Height = p.Up, p.Since, p.Delay, ledger.Height(p.Height)
				m.ClockOff, m.Addresses = p.ClockOffset, p.Addresses
			}
			if a.Keeper {
				out.Keepers++
				if m.Online {
					out.Online++
				}
			}
			out.SyncTo = max(out.SyncTo, m.Height)
			out.Members = append(out.Members, m)
		}
		return nil
	})
	slices.SortFunc(out.DoubleVotes, func(a, b desk.DoubleVote) int { return cmp.Compare(b.Seen, a.Seen) })
	out.DoubleVotes = out.DoubleVotes[:min(len(out.DoubleVotes), desk.MaxDoubleVotes)]
	out.Needed = out.Keepers*2/3 + 1
	out.Syncing = out.SyncTo > out.Height+syncLag
	return out, err
}

// doubleVotes are those on record against an agency, whether it is still a member or not.
func doubleVotes(v rules.View, a *rules.Agency) []desk.DoubleVote {
	var out []desk.DoubleVote
	for _, f := range v.Faults(a.ID) {
		out = append(out, desk.DoubleVote{Agency: a.ID, Title: a.Title, Height: f.Height, Seen: f.Seen, At: f.At, Proof: f.Proof})
	}
	return out
}

// syncLag is how many blocks behind its peers a replica may be without saying
// that it catches up.
const syncLag = 20

// peerStatus is the best connection of each agency: one that is up wins, then
// its office node's.
func (n *Node) peerStatus() map[ledger.AgencyID]p2p.PeerStatus {
	out := map[ledger.AgencyID]p2p.PeerStatus{}
	if n.Sealed() {
		return out
	}
	for _, s := range n.host.Status() {
		m, ok := n.peerOf(s.ID)
		if !ok {
			continue
		}
		old, seen := out[m.agency]
		if !seen || s.Up && !old.Up || s.Up == old.Up && s.Height > old.Height {
			out[m.agency] = s
		}
	}
	return out
}

// problem is the one thing that an official should know, or empty.
func (n *Node) problem(peers map[ledger.AgencyID]p2p.PeerStatus) string {
	if err := n.trouble.get(troubleChain); err != nil {
		return "stopped: " + err.Error()
	}
	if n.readOnly() {
		return "disk-full: nothing new can be kept until there is room"
	}
	if err := n.eng().Health(); errors.Is(err, consensus.ErrNewerRules) {
		return "stopped-rules: " + err.Error()
	} else if err != nil {
		return "stopped: " + err.Error()
	}
	if off, wrong := clockOffOf(peers); wrong {
		return "clock-off: " + off.Round(time.Second).String()
	}
	if err := n.trouble.get(troubleJournal); err != nil {
		return "journal: " + err.Error()
	}
	return ""
}

// clockOff tells whether most peers that are up say that our clock is wrong.
func (n *Node) clockOff() bool {
	_, wrong := clockOffOf(n.peerStatus())
	return wrong
}

func clockOffOf(peers map[ledger.AgencyID]p2p.PeerStatus) (off time.Duration, wrong bool) {
	votes := 0
	for _, p := range peers {
		if p.Up && p.ClockOffset.Abs() > maxClockOff {
			off, votes = p.ClockOffset, votes+1
		}
	}
	return off, votes*2 > len(peers)
}
