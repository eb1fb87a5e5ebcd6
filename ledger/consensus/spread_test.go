package consensus

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/cometbft/cometbft/p2p"

	"countersign/ledger"
)

// colleague is a peer that is connected and answers nothing.
type colleague struct {
	p2p.Peer
	id p2p.ID
}

func (c *colleague) ID() p2p.ID            { return c.id }
func (c *colleague) Get(string) any        { return nil }
func (c *colleague) Quit() <-chan struct{} { return nil }

// spreading is a spread whose keepers are police and health; desk keeps nothing.
func spreading(t *testing.T) (s *spread, police, health, desk *line) {
	t.Helper()
	s = &spread{app: &application{parsed: newParsedEntries(parsedBytes)}, height: func() int64 { return 1 },
		keeper: func(peer string) (ledger.KeyID, bool) { return ledger.KeyID{}, peer != "desk" },
		items:  map[ledger.Hash]*waiting{}, lines: map[p2p.ID]*line{}, lateIn: make(chan struct{}, 1)}
	var lines []*line
	for _, id := range []p2p.ID{"police", "health", "desk"} {
		l := &line{peer: &colleague{id: id}, slot: s.slots.take(), ready: make(chan struct{}, 1)}
		s.lines[id] = l
		lines = append(lines, l)
	}
	return s, lines[0], lines[1], lines[2]
}

// sent is what the next message to a peer holds.
func sent(s *spread, l *line) (out []string) {
	batch, _, _ := s.next(l)
	for _, w := range batch {
		out = append(out, string(w.raw))
	}
	return out
}

func expectSent(t *testing.T, s *spread, l *line, want ...string) {
	t.Helper()
	if got := sent(s, l); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s is sent %q, want %q", l.peer.ID(), got, want)
	}
}

func TestOwnEntriesGoToAllInOneMessage(t *testing.T) {
	s, police, health, desk := spreading(t)
	s.add(newTransaction([]byte("one")), nil)
	s.add(newTransaction([]byte("two")), nil)
	for _, l := range []*line{police, health, desk} {
		expectSent(t, s, l, "one", "two")
		expectSent(t, s, l)
	}
}

func TestEntryOfADeskGoesOnAtOnceButNotBack(t *testing.T) {
	s, police, health, desk := spreading(t)
	s.add(newTransaction([]byte("one")), desk.peer)
	expectSent(t, s, police, "one")
	expectSent(t, s, health, "one")
	expectSent(t, s, desk)
}

func TestEntryOfAKeeperIsPassedOnOnlyIfItWaits(t *testing.T) {
	s, police, health, _ := spreading(t)
	s.add(newTransaction([]byte("ordered")), police.peer)
	s.add(newTransaction([]byte("waits")), police.peer)
	expectSent(t, s, health)
	now := time.Now()
	if s.overdue(now) == 0 {
		t.Fatal("nobody looks again")
	}
	expectSent(t, s, health)
	s.remove(ledger.Sum([]byte("ordered")))
	if pause := s.overdue(now.Add(relaySoon + time.Second/100)); pause != 0 {
		t.Fatalf("looks again after %v although nothing is left", pause)
	}
	expectSent(t, s, health, "waits")
	expectSent(t, s, police)
}

func TestBusyPoolPassesOnLater(t *testing.T) {
	s, police, health, _ := spreading(t)
	for i := range relayFew + 1 {
		s.add(newTransaction(fmt.Appendf(nil, "entry %d", i)), police.peer)
	}
	now := time.Now()
	s.overdue(now.Add(relayLate / 2))
	expectSent(t, s, health)
	s.overdue(now.Add(relayLate + time.Second/100))
	if got := sent(s, health); len(got) != relayFew+1 {
		t.Fatalf("%d entries are passed on, want %d", len(got), relayFew+1)
	}
}

func TestPeerThatSentAnEntryIsNotSentIt(t *testing.T) {
	s, police, health, _ := spreading(t)
	s.add(newTransaction([]byte("one")), nil)
	if fresh := s.unknown(police.peer, [][]byte{[]byte("one"), []byte("new")}); len(fresh) != 1 || string(fresh[0].raw) != "new" {
		t.Fatalf("checked again: %v", fresh)
	}
	expectSent(t, s, police)
	expectSent(t, s, health, "one")
}

func TestMessagesAreBounded(t *testing.T) {
	s, police, _, _ := spreading(t)
	for i := range 5 {
		s.add(newTransaction(bytes.Repeat([]byte{byte(i)}, batchBytes/2)), nil)
	}
	for _, want := range []int{2, 2, 1, 0} {
		if got := sent(s, police); len(got) != want {
			t.Fatalf("a message of %d entries, want %d", len(got), want)
		}
	}
	s.add(newTransaction(make([]byte, ledger.MaxEntryBytes)), nil)
	if got := sent(s, police); len(got) != 1 {
		t.Fatal("the largest entry is not sent")
	}
}

func TestUnsentMessageIsSentAgainFirst(t *testing.T) {
	s, police, _, _ := spreading(t)
	s.add(newTransaction([]byte("one")), nil)
	batch, _, _ := s.next(police)
	s.add(newTransaction([]byte("two")), nil)
	s.back(police, batch)
	expectSent(t, s, police, "one", "two")
}

func TestRepeatsBecomeSeldom(t *testing.T) {
	s, police, _, _ := spreading(t)
	if s.repeat([]byte("one")) {
		t.Fatal("an entry that does not wait here is repeated")
	}
	s.add(newTransaction([]byte("one")), nil)
	expectSent(t, s, police, "one")
	w := s.items[ledger.Sum([]byte("one"))]
	if !s.repeat(w.raw) {
		t.Fatal("a waiting entry is not known")
	}
	expectSent(t, s, police) // it was sent just now
	for _, pause := range []time.Duration{2 * repeatFirst, 4 * repeatFirst} {
		w.again = time.Now()
		s.repeat(w.raw)
		expectSent(t, s, police, "one")
		if w.pause != pause {
			t.Fatalf("repeated after %v, want %v", w.pause, pause)
		}
	}
}

func TestNewSessionIsSentEverything(t *testing.T) {
	s, police, _, _ := spreading(t)
	s.add(newTransaction([]byte("one")), nil)
	expectSent(t, s, police, "one")
	s.RemovePeer(police.peer, nil)
	again := &colleague{id: "police"}
	s.BaseReactor = *p2p.NewBaseReactor("Entries", s)
	s.lines["police"] = &line{peer: again, slot: s.slots.take(), ready: make(chan struct{}, 1), queue: s.all()}
	expectSent(t, s, s.lines["police"], "one")
}
