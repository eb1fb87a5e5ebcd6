package page

import (
	"time"

	"countersign/app/desk"
)

// paceAfter is for how long a copy has to be watched before its pace means anything.
const paceAfter = 2 * time.Second

// Pace tells how long a first copy of the record takes, from how far it has come
// while it was watched.
type Pace struct {
	from time.Time
	at   desk.Height
}

// Left is how long the rest takes at the pace so far; false when that is not
// known yet, or when nothing is being copied.
func (p *Pace) Left(now time.Time, n desk.Network) (time.Duration, bool) {
	if !n.Syncing || n.Height < p.at {
		*p = Pace{}
		return 0, false
	}
	if p.from.IsZero() {
		p.from, p.at = now, n.Height
	}
	took := now.Sub(p.from)
	if took < paceAfter || n.Height == p.at {
		return 0, false
	}
	return time.Duration(float64(took) * float64(n.SyncTo-n.Height) / float64(n.Height-p.at)), true
}
