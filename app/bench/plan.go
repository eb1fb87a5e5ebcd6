package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// fault is one thing that goes wrong and is put right again: nodes are killed or
// stopped, links cut, or both, for a while.
type fault struct {
	kill  []int    // by SIGKILL
	stop  []int    // in order
	cut   [][2]int // links that become black holes
	hold  time.Duration
	pause time.Duration // afterwards, before the next
}

func (f fault) String() string {
	var parts []string
	if len(f.kill) > 0 {
		parts = append(parts, fmt.Sprintf("kill %v", f.kill))
	}
	if len(f.stop) > 0 {
		parts = append(parts, fmt.Sprintf("stop %v", f.stop))
	}
	if len(f.cut) > 0 {
		parts = append(parts, fmt.Sprintf("cut %v", f.cut))
	}
	return fmt.Sprintf("%s for %d ms", strings.Join(parts, ", "), f.hold.Milliseconds())
}

// planner draws faults for n nodes. One seed gives one sequence.
type planner struct {
	n    int
	rand *rand.Rand
}

func newPlanner(n int, seed uint64) *planner {
	return &planner{n: n, rand: rand.New(rand.NewPCG(seed, 11))}
}

func (p *planner) next() fault {
	f := fault{hold: p.between(200, 3000), pause: p.between(300, 1500)}
	order := p.rand.Perm(p.n)
	switch w := p.rand.IntN(100); {
	case w < 30:
		f.kill = order[:1]
	case w < 40:
		f.stop = order[:1]
	case w < 45:
		f.kill = order[:2]
	case w < 50:
		f.kill = order
	case w < 70: // one is cut off
		f.cut = p.between2(order[:1], order[1:])
	case w < 78: // no side has a quorum
		f.cut = p.between2(order[:p.n/2], order[p.n/2:])
	case w < 90: // one link
		f.cut = p.between2(order[:1], order[1:2])
	default: // one cut off, another killed
		f.cut, f.kill = p.between2(order[:1], order[1:]), order[1:2]
	}
	return f
}

// between draws milliseconds.
func (p *planner) between(from, to int) time.Duration {
	return time.Duration(from+p.rand.IntN(to-from)) * time.Millisecond
}

// between2 lists the links between two groups.
func (p *planner) between2(these, those []int) [][2]int {
	var out [][2]int
	for _, a := range these {
		for _, b := range those {
			out = append(out, [2]int{min(a, b), max(a, b)})
		}
	}
	slices.SortFunc(out, func(a, b [2]int) int { return (a[0]-b[0])*16 + a[1] - b[1] })
	return out
}
