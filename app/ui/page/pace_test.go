package page

import (
	"testing"
	"time"

	"countersign/app/desk"
)

func TestTimeLeftFollowsThePaceOfACopy(t *testing.T) {
	var p Pace
	start := time.Date(2026, 6, 11, 14, 32, 0, 0, time.UTC)
	at := func(height desk.Height) desk.Network {
		return desk.Network{Syncing: true, Height: height, SyncTo: 1200}
	}
	for _, c := range []struct {
		after  int
		height desk.Height
		want   time.Duration
		known  bool
	}{
		{0, 200, 0, false},              // nothing to compare with
		{1, 400, 0, false},              // too early
		{4, 600, 6 * time.Second, true}, // 100 blocks a second, 600 to go
		{8, 1000, 2 * time.Second, true},
		{9, 100, 0, false}, // another copy
		{14, 600, 0, false},
	} {
		left, known := p.Left(start.Add(time.Duration(c.after)*time.Second), at(c.height))
		if left != c.want || known != c.known {
			t.Errorf("after %d s at block %d: %v, %v", c.after, c.height, left, known)
		}
	}
	if _, known := p.Left(start.Add(time.Hour), desk.Network{Height: 1200}); known {
		t.Error("time left of a copy that is whole")
	}
}
