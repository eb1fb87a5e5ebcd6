package desk_test

import (
	"context"
	"testing"
)

// BenchmarkInbox reads an inbox of 300 requests whose letters are open already.
func BenchmarkInbox(b *testing.B) {
	v := newValmarine(b)
	for range 300 {
		v.ask()
	}
	if _, err := v.arnaud.Inbox(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		inbox, err := v.arnaud.Inbox(context.Background())
		if err != nil || len(inbox.ToSign) != 300 {
			b.Fatalf("%d rows: %v", len(inbox.ToSign), err)
		}
	}
}

// BenchmarkLetter reads one letter with everything on its page.
func BenchmarkLetter(b *testing.B) {
	v := newValmarine(b)
	id := v.ask()
	b.ReportAllocs()
	for b.Loop() {
		v.letter(v.arnaud, id)
	}
}
