package consensus

import (
	"net"
	"slices"
	"testing"
	"time"

	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/mock"
	cmttypes "github.com/cometbft/cometbft/types"
)

// holder is one session with a peer that has blocks.
type holder struct {
	*mock.Peer
	id p2p.ID
}

func (h holder) ID() p2p.ID { return h.id }

func session(t *testing.T, id p2p.ID) holder {
	h := holder{mock.NewPeer(net.IPv4zero), id}
	t.Cleanup(func() { _ = h.Stop() })
	return h
}

func blockAt(height int64) *cmttypes.Block {
	return &cmttypes.Block{Header: cmttypes.Header{Height: height}}
}

// asked are the heights that a peer is asked for now.
func asked(qs []question, id p2p.ID) (heights []int64) {
	for _, q := range qs {
		if q.peer.ID() == id {
			heights = append(heights, q.height)
		}
	}
	return heights
}

func TestWhatAPeerHasSentStaysWhenItLeaves(t *testing.T) {
	now := time.Now()
	w := newWanted(1)
	tax, police := session(t, "tax"), session(t, "police")
	w.says(tax, 1, 3)
	if got := asked(w.questions(now), "tax"); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Fatalf("asked for %v", got)
	}
	for _, height := range []int64{1, 2} {
		if !w.take(tax, blockAt(height), 100, now) {
			t.Fatalf("block %d was not taken", height)
		}
	}
	first, second := w.pair()
	w.gone(tax) // between two steps of whoever applies the pair
	if again, next := w.pair(); first == nil || again != first || next != second {
		t.Fatal("the blocks have gone with their sender")
	}
	w.advance()
	w.says(police, 1, 3)
	if got := asked(w.questions(now), "police"); !slices.Equal(got, []int64{3}) {
		t.Errorf("asked for %v, want what is missing still", got)
	}
}

func TestOnlyWhatWasAskedForIsTaken(t *testing.T) {
	now := time.Now()
	w := newWanted(1)
	tax, police := session(t, "tax"), session(t, "police")
	w.says(tax, 1, 2)
	w.questions(now)
	w.says(police, 1, 2)
	back := session(t, "tax")
	w.says(back, 1, 2) // the session that was asked is over
	for who, from := range map[string]p2p.Peer{"a peer that was not asked": police, "an earlier session": tax, "a new session": back} {
		if w.owes(from) || w.take(from, blockAt(1), 100, now) {
			t.Errorf("a block of %s was taken", who)
		}
	}
	w.gone(tax) // late news of the earlier session
	if w.told() != 2 {
		t.Error("the new session was forgotten with the old one")
	}
}

func TestAnotherIsAskedForWhatNobodyAnswers(t *testing.T) {
	now := time.Now()
	w := newWanted(1)
	tax, police := session(t, "tax"), session(t, "police")
	w.says(tax, 1, 2)
	w.questions(now)
	w.says(police, 1, 2)
	if got := w.questions(now.Add(askAfter / 2)); len(got) != 0 {
		t.Fatalf("asked again at once: %v", got)
	}
	now = now.Add(askAfter)
	if got := asked(w.questions(now), "police"); !slices.Equal(got, []int64{1, 2}) {
		t.Fatalf("police are asked for %v", got)
	}
	if !w.take(tax, blockAt(1), 100, now) || !w.take(police, blockAt(1), 100, now) {
		t.Error("both may answer")
	}
}

// A peer that says it has more than there is must not keep a node from ending
// the search.
func TestSilentPeerIsLeftAlone(t *testing.T) {
	now := time.Now()
	w := newWanted(1)
	liar := session(t, "liar")
	w.says(liar, 1, 1<<40)
	if w.questions(now); w.enough(now) {
		t.Fatal("enough, although a peer says that it has more")
	}
	now = now.Add(silentAfter + time.Second)
	if got := w.questions(now); len(got) != 0 || !w.enough(now) {
		t.Errorf("%d questions to a peer that does not answer, enough %v", len(got), w.enough(now))
	}
	now = now.Add(restTime)
	if got := w.questions(now); len(got) == 0 {
		t.Error("it is never asked again")
	}
}

func TestSendersOfBadBlocksLoseAllTheySent(t *testing.T) {
	now := time.Now()
	w := newWanted(1)
	tax, police := session(t, "tax"), session(t, "police")
	w.says(tax, 1, 1)
	w.says(police, 2, 3)
	w.questions(now)
	w.take(tax, blockAt(1), 100, now)
	w.says(police, 1, 3)
	w.questions(now)
	for _, height := range []int64{2, 3} {
		w.take(police, blockAt(height), 100, now)
	}
	if bad := w.reject(now); len(bad) != 2 {
		t.Errorf("%d senders of the pair", len(bad))
	}
	if first, second := w.pair(); first != nil || second != nil || w.bytes != 0 {
		t.Errorf("%d bytes of theirs are kept", w.bytes)
	}
	if !w.enough(now) || len(w.questions(now)) != 0 {
		t.Error("they are asked again at once")
	}
}
