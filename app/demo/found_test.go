package demo

import (
	"errors"
	"slices"
	"testing"

	"countersign/ledger"
)

// ballot is a motion that three of the city's agencies carry, on nodes of which
// each but the last voter's is a vote behind.
type ballot struct {
	votes []ledger.AgencyID
	late  error // what a vote is answered with once the motion is carried
}

func (b *ballot) carried(at ledger.AgencyID) (bool, error) {
	known := len(b.votes)
	if at != b.votes[known-1] {
		known--
	}
	return known >= 3, nil
}

func (b *ballot) vote(by *Agency) error {
	if len(b.votes) >= 3 {
		return b.late
	}
	b.votes = append(b.votes, by.ID)
	return nil
}

// A vote that comes after the last one needed is refused, so nobody may be asked
// for one because the founder's node has not seen the last one yet.
func TestNobodyVotesOnceTheMotionIsCarried(t *testing.T) {
	agencies := []Agency{{ID: "police"}, {ID: "tax"}, {ID: "health"}, {ID: "civil"}, {ID: "pension"}}
	b := &ballot{votes: []ledger.AgencyID{"police"}, late: ledger.VoteClosed}
	if err := carry(agencies, b.carried, b.vote); err != nil {
		t.Fatal(err)
	}
	if want := []ledger.AgencyID{"police", "tax", "health"}; !slices.Equal(b.votes, want) {
		t.Errorf("in favour: %v, want %v", b.votes, want)
	}
	b = &ballot{votes: []ledger.AgencyID{"police"}}
	if err := carry(agencies[:2], b.carried, b.vote); !errors.Is(err, errNotCarried) {
		t.Errorf("carried by two of four: %v", err)
	}
}
