package ledgertest

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cometbft/cometbft/p2p"
)

// Fabric is a network in memory between the switches of a cluster. Links are
// made by Connect and then delayed, cut or dropped. It draws delays from its
// seed.
//
// A link behaves as p2p/gossip's do: what was sent has arrived or the session
// ends on both sides, a black hole is noticed by silence (DeadAfter), and a new
// session is a new peer.
type Fabric struct {
	// DeadAfter is how long a link with a cut direction lives on.
	DeadAfter time.Duration
	// Tap, if set before anything runs, sees every message as it is sent; from
	// any goroutine.
	Tap func(from, to p2p.ID, channel byte, message []byte)
	// Lose, if set before anything runs, tells which messages never arrive although
	// their sender hears that they went; from any goroutine.
	Lose func(from, to p2p.ID, channel byte, message []byte) bool

	mu    sync.Mutex
	rng   *rand.Rand
	nodes map[p2p.ID]*Switch
	links map[[2]p2p.ID]*link
	rules map[[2]p2p.ID]rule // by direction
	all   rule               // where no rule is set
}

// rule is how one direction carries messages.
type rule struct {
	cut        bool
	delay, jit time.Duration
}

// NewFabric makes a network whose delays come from a seed.
func NewFabric(seed uint64) *Fabric {
	return &Fabric{DeadAfter: time.Second, rng: rand.New(rand.NewPCG(seed, 0xfab)), nodes: map[p2p.ID]*Switch{},
		links: map[[2]p2p.ID]*link{}, rules: map[[2]p2p.ID]rule{}}
}

// Connect makes a link between two nodes; it carries sessions while both run.
func (f *Fabric) Connect(a, b string) {
	pair := pairOf(p2p.ID(a), p2p.ID(b))
	f.mu.Lock()
	defer f.mu.Unlock()
	if a == b || f.links[pair] != nil {
		return
	}
	f.links[pair] = newLink(f, pair)
}

// Delay slows every direction without a rule of its own: delay plus up to jitter.
func (f *Fabric) Delay(delay, jitter time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all.delay, f.all.jit = delay, jitter
}

// Cut stops both directions between two nodes, as a black hole does.
func (f *Fabric) Cut(a, b string) {
	f.CutOneWay(a, b)
	f.CutOneWay(b, a)
}

// CutOneWay stops what from sends to to.
func (f *Fabric) CutOneWay(from, to string) { f.setCut(from, to, true) }

// Heal lets both directions between two nodes carry again.
func (f *Fabric) Heal(a, b string) {
	f.setCut(a, b, false)
	f.setCut(b, a, false)
}

// Split cuts every link between the two groups; HealAll ends it.
func (f *Fabric) Split(a, b []string) {
	for _, x := range a {
		for _, y := range b {
			f.Cut(x, y)
		}
	}
}

// HealAll removes every cut.
func (f *Fabric) HealAll() {
	f.mu.Lock()
	for k, r := range f.rules {
		r.cut = false
		f.rules[k] = r
	}
	links := f.allLinks()
	f.mu.Unlock()
	for _, l := range links {
		l.poke()
	}
}

// Drop ends the session between two nodes; a new one begins at once.
func (f *Fabric) Drop(a, b string) {
	f.mu.Lock()
	l := f.links[pairOf(p2p.ID(a), p2p.ID(b))]
	f.mu.Unlock()
	if l != nil {
		l.drop()
	}
}

func (f *Fabric) setCut(from, to string, cut bool) {
	key := [2]p2p.ID{p2p.ID(from), p2p.ID(to)}
	f.mu.Lock()
	r, ok := f.rules[key]
	if !ok {
		r = f.all
	}
	r.cut = cut
	f.rules[key] = r
	l := f.links[pairOf(key[0], key[1])]
	f.mu.Unlock()
	if l != nil {
		l.poke()
	}
}

func (f *Fabric) rule(from, to p2p.ID) rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.rules[[2]p2p.ID{from, to}]
	if !ok {
		return f.all
	}
	r.delay, r.jit = f.all.delay, f.all.jit
	return r
}

// wait draws how long the next message in a direction takes.
func (f *Fabric) wait(r rule) time.Duration {
	if r.jit <= 0 {
		return r.delay
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return r.delay + time.Duration(f.rng.Int64N(int64(r.jit)))
}

func (f *Fabric) cut(pair [2]p2p.ID) bool {
	return f.rule(pair[0], pair[1]).cut || f.rule(pair[1], pair[0]).cut
}

func (f *Fabric) node(id p2p.ID) *Switch {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.nodes[id]
}

// join makes a started switch the node of its name.
func (f *Fabric) join(s *Switch) {
	f.mu.Lock()
	f.nodes[s.id] = s
	links := f.linksOf(s.id)
	f.mu.Unlock()
	for _, l := range links {
		l.poke()
	}
}

// leave ends the sessions of a switch and waits until its reactors know.
func (f *Fabric) leave(s *Switch) {
	f.mu.Lock()
	if f.nodes[s.id] == s {
		delete(f.nodes, s.id)
	}
	links := f.linksOf(s.id)
	f.mu.Unlock()
	for _, l := range links {
		l.end(s)
	}
}

func (f *Fabric) linksOf(id p2p.ID) (out []*link) {
	for pair, l := range f.links {
		if pair[0] == id || pair[1] == id {
			out = append(out, l)
		}
	}
	return out
}

func (f *Fabric) allLinks() (out []*link) {
	for _, l := range f.links {
		out = append(out, l)
	}
	return out
}

// Close ends all links; every switch must be stopped.
func (f *Fabric) Close() {
	f.mu.Lock()
	links := f.allLinks()
	f.links = map[[2]p2p.ID]*link{}
	f.mu.Unlock()
	for _, l := range links {
		l.close()
	}
}

func pairOf(a, b p2p.ID) [2]p2p.ID {
	if a > b {
		a, b = b, a
	}
	return [2]p2p.ID{a, b}
}
