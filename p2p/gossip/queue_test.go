package gossip

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestUrgentFramesOvertake(t *testing.T) {
	q := newQueue(10, 1000)
	for _, f := range []struct {
		text  string
		first bool
	}{{"part 1", false}, {"part 2", false}, {"vote 1", true}, {"vote 2", true}} {
		if !q.put(frame(f.text), f.first, giveUp, nil) {
			t.Fatalf("%s found no room", f.text)
		}
	}
	for _, want := range []string{"vote 1", "vote 2", "part 1", "part 2"} {
		if got := q.take(); string(got) != want {
			t.Fatalf("took %q, want %q", got, want)
		}
	}
	if q.take() != nil {
		t.Fatal("took a frame from an empty queue")
	}
}

func TestQueueIsBoundedInFramesAndBytes(t *testing.T) {
	q := newQueue(2, 100)
	big := bytes.Repeat([]byte{1}, 500)
	if !q.put(big, false, giveUp, nil) {
		t.Fatal("a single frame must always fit")
	}
	if q.put(frame("x"), false, giveUp, nil) {
		t.Fatal("went beyond the bytes")
	}
	if !q.put(frame("vote"), true, giveUp, nil) {
		t.Fatal("parts took the room of votes")
	}
	q.take()
	q.take()
	for range 2 {
		if !q.put(frame("x"), false, giveUp, nil) {
			t.Fatal("no room in an empty queue")
		}
	}
	if q.put(frame("x"), false, giveUp, nil) {
		t.Fatal("went beyond the frames")
	}
	for range 2 * (overrun - 1) {
		if !q.put(frame("x"), false, insist, nil) {
			t.Fatal("a broadcast was refused before the overrun")
		}
	}
	if q.put(frame("x"), false, insist, nil) {
		t.Fatal("a broadcast went beyond the overrun")
	}
}

func TestSendWaitsForRoomAndGivesUpWithTheSession(t *testing.T) {
	q := newQueue(1, 100)
	q.put(frame("first"), false, giveUp, nil)
	put := make(chan bool)
	go func() { put <- q.put(frame("second"), false, stay, nil) }()
	select {
	case <-put:
		t.Fatal("did not wait for room")
	case <-time.After(20 * time.Millisecond):
	}
	if got := q.take(); string(got) != "first" {
		t.Fatalf("took %q", got)
	}
	if !<-put {
		t.Fatal("did not take the room")
	}
	quit := make(chan struct{})
	go func() { put <- q.put(frame("third"), false, stay, quit) }()
	close(quit)
	if <-put {
		t.Fatal("sent on an ended session")
	}
}

func TestAFrameNobodyWaitsForGoesWithTheNextOrAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(10, 1000)
		told := func() bool {
			synctest.Wait()
			select {
			case <-q.ready:
				return true
			default:
				return false
			}
		}
		q.putIdly(frame("step"), true, giveUp, nil)
		if told() {
			t.Fatal("the writer was woken for what nobody waits for")
		}
		q.put(frame("vote"), true, giveUp, nil)
		if !told() {
			t.Fatal("the writer was not woken for a vote")
		}
		for _, want := range []string{"step", "vote", ""} {
			if got := q.take(); string(got) != want {
				t.Fatalf("took %q, want %q", got, want)
			}
		}
		time.Sleep(2 * idly)
		if told() {
			t.Fatal("the writer was woken for what had gone along")
		}
		q.putIdly(frame("step"), true, giveUp, nil)
		time.Sleep(idly)
		if !told() {
			t.Fatal("what nobody waits for was never sent")
		}
	})
}
