package story

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
)

// Options of a player.
type Options struct {
	Program string // the countersignd that plays the nodes
	Dir     string // where the nodes' folders go
	Stories string // folder that relative source= paths are beside
}

// workFactor is that of the key files in a rehearsal: they are opened again and
// again, and protect nothing.
const workFactor = 10

// Passphrase opens every key file of a story.
const Passphrase = "valmarine"

// Report tells what became of one step.
type Report struct {
	File   string         `json:"file"`
	Line   int            `json:"line"`
	Text   string         `json:"text"`
	OK     bool           `json:"ok"`
	MS     float64        `json:"ms"`
	Detail map[string]any `json:"detail,omitempty"`
	Err    error          `json:"-"`
}

// Player plays one story on a city of its own.
type Player struct {
	opt  Options
	city *City

	agencies []*agency // in the order of their founding and joining
	people   map[string]*person
	requests map[string]ledger.EntryID
	offers   map[ledger.AgencyID]offered // of new admins, the last of each agency
	marks    map[string]ledger.EntryID   // R to the entry of the last signed step that named it
	clock    time.Duration
	detail   map[string]any
	story    *Story

	lastEntry ledger.EntryID // signed by the last step
	reached   ledger.Height  // the highest block in which a step's entry was final
}

// agency is one agency of a story.
type agency struct {
	id     ledger.AgencyID
	keeper bool
	admins [2]*person
	moved  string // code of the office node, when it is not the first one any more
}

// firstOffice is the code of every agency's first node.
const firstOffice = "office"

// office is the name of an agency's office node.
func (a *agency) office() string {
	if a.moved != "" {
		return string(a.id) + "/" + a.moved
	}
	return string(a.id) + "/" + firstOffice
}

// officeOf is the code of an agency's office node.
func (p *Player) officeOf(id ledger.AgencyID) string {
	for _, a := range p.agencies {
		if a.id == id && a.moved != "" {
			return a.moved
		}
	}
	return firstOffice
}

// person is an official with an open key.
type person struct {
	name     string // AGENCY/ID
	agency   ledger.AgencyID
	official ledger.OfficialID
	keys     string // folder of the key file
	file     string // the key file
	desks    map[string]*desk.Desk
	admin    bool // administers the agency, or did
}

// NewPlayer makes a player; the folder is made when it is missing.
func NewPlayer(o Options) (*Player, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make story folder: %w", err)
	}
	return &Player{opt: o, city: NewCity(o.Program, o.Dir), people: map[string]*person{},
		requests: map[string]ledger.EntryID{}, marks: map[string]ledger.EntryID{}, offers: map[ledger.AgencyID]offered{}}, nil
}

// City is the player's nodes.
func (p *Player) City() *City { return p.city }

// Close locks every desk and ends every node.
func (p *Player) Close() error {
	for _, who := range p.people {
		for _, d := range who.desks {
			d.Lock()
		}
	}
	return p.city.Close()
}

// ErrStory says that a step did not come true.
var ErrStory = errors.New("the story went another way")

// Play plays the steps in order and stops at the first that fails. report is
// called after each.
func (p *Player) Play(ctx context.Context, s *Story, report func(Report)) error {
	p.story = s
	for _, step := range s.Steps {
		p.detail = map[string]any{}
		start := time.Now()
		err := p.step(ctx, step)
		if err != nil {
			p.detail["error"] = err.Error()
		}
		report(Report{File: s.Name, Line: step.Line, Text: step.Text, OK: err == nil,
			MS: float64(time.Since(start).Microseconds()) / 1000, Detail: p.detail, Err: err})
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.Name, step.Line, step.Text, err)
		}
	}
	return nil
}

func (p *Player) step(ctx context.Context, s Step) error {
	play, ok := p.steps()[s.Verb]
	if !ok {
		return fmt.Errorf("the step %q cannot be played", s.Verb)
	}
	return play(ctx, s)
}

func (p *Player) steps() map[string]func(context.Context, Step) error {
	return map[string]func(context.Context, Step) error{
		"agency": p.agencyStep, "node": p.nodeStep, "person": p.personStep, "office": p.officeStep, "connect": p.connectStep,
		"dataset": p.datasetStep, "basis": p.basisStep, "ask": p.askStep,
		"approve": p.approveStep, "offer": p.offerStep, "refuse": p.refuseStep, "return": p.returnStep, "answer": p.answerStep,
		"accept": p.simpleStep(desk.ActAccept), "withdraw": p.simpleStep(desk.ActWithdraw), "delete": p.simpleStep(desk.ActDelete),
		"suspend": p.simpleStep(desk.ActSuspend), "resume": p.simpleStep(desk.ActResume), "revoke": p.simpleStep(desk.ActRevoke),
		"erase": p.eraseStep, "erased": p.erasedStep,
		"key": p.keyStep, "review": p.reviewStep, "leave": p.leaveStep, "vote": p.voteStep, "offer-admins": p.offerAdminsStep,
		"state": p.stateStep, "received": p.receivedStep, "hidden": p.hiddenStep, "opens": p.opensStep, "later": p.laterStep,
		"stop": p.stopStep, "start": p.startStep, "cut": p.cutStep, "heal": p.healStep, "restart": p.restartStep,
		"idle": p.idleStep, "clock": p.clockStep, "same": p.sameStep, "count": p.countStep, "burst": p.burstStep, "replay": p.replayStep,
	}
}

// agency finds an agency of the story.
func (p *Player) agency(id string) (*agency, error) {
	for _, a := range p.agencies {
		if string(a.id) == id {
			return a, nil
		}
	}
	return nil, fmt.Errorf("no agency %q in this story", id)
}

// person finds a person of the story.
func (p *Player) person(name string) (*person, error) {
	who := p.people[name]
	if who == nil {
		return nil, fmt.Errorf("no person %q in this story", name)
	}
	return who, nil
}

// request finds a request of the story.
func (p *Player) request(name string) (ledger.EntryID, error) {
	id, ok := p.requests[name]
	if !ok {
		return id, fmt.Errorf("no request %q in this story", name)
	}
	return id, nil
}

// client is the control client of a node: NAME of an agency, or the office node.
func (p *Player) client(a ledger.AgencyID, name string) (*control.Client, error) {
	if name == "" {
		name = p.officeOf(a)
	}
	if !strings.Contains(name, "/") {
		name = string(a) + "/" + name
	}
	n, err := p.city.Node(name)
	if err != nil {
		return nil, err
	}
	return n.Client()
}

// desk is a person's desk at one of their agency's nodes, unlocked.
func (p *Player) desk(ctx context.Context, who *person, at string) (*desk.Desk, error) {
	if at == "" {
		at = p.officeOf(who.agency)
	}
	if d := who.desks[at]; d != nil {
		return d, nil
	}
	client, err := p.client(who.agency, at)
	if err != nil {
		return nil, err
	}
	d := desk.New(client, desk.Options{Keys: who.keys, State: filepath.Join(p.opt.Dir, "desks", who.name, at), WorkFactor: workFactor})
	if err := d.Unlock(ctx, who.official, Passphrase); err != nil {
		return nil, fmt.Errorf("unlock %s: %w", who.name, err)
	}
	who.desks[at] = d
	return d, nil
}

// forgetDesks drops the desks of a node that ended: its control socket is gone.
func (p *Player) forgetDesks(nodeName string) {
	a, name, _ := strings.Cut(nodeName, "/")
	for _, who := range p.people {
		if string(who.agency) == a && who.desks[name] != nil {
			who.desks[name].Lock()
			delete(who.desks, name)
		}
	}
}

// everyone lists the running nodes' clients by name.
func (p *Player) everyone() (map[string]*control.Client, error) {
	out := map[string]*control.Client{}
	for _, n := range p.city.Running() {
		c, err := n.Client()
		if err != nil {
			return nil, err
		}
		out[n.Name] = c
	}
	return out, nil
}

// split reads AGENCY/ID.
func split(name string) (ledger.AgencyID, string, error) {
	a, id, ok := strings.Cut(name, "/")
	if !ok || !ledger.ValidCode(a) || id == "" {
		return "", "", fmt.Errorf("%q is not AGENCY/NAME", name)
	}
	return ledger.AgencyID(a), id, nil
}

// days reads a number of days such as 180d; empty is 0.
func days(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	d, err := span(text)
	return int(d / (24 * time.Hour)), err
}

// span reads a duration that may be in days, such as +3d, -2d or 90m.
func span(text string) (time.Duration, error) {
	t := strings.TrimPrefix(text, "+")
	if n, ok := strings.CutSuffix(t, "d"); ok {
		d, err := time.ParseDuration(n + "h")
		return d * 24, err
	}
	return time.ParseDuration(t)
}

// fields reads a comma-separated list of field names, sorted.
func fields(list []string) []ledger.FieldName {
	out := make([]ledger.FieldName, len(list))
	for i, f := range list {
		out[i] = ledger.FieldName(f)
	}
	return ledger.SortFields(out)
}

// until asks again and again until ok, ctx's end or the limit.
func until(ctx context.Context, limit time.Duration, ok func() (bool, error)) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-tick.C:
		}
	}
}

// rehearsal is how key files of a story are made.
func rehearsal() keyring.Options { return keyring.Options{Rehearsal: true, WorkFactor: workFactor} }

// loopback is where a story's nodes listen.
func loopback() []string {
	return []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"}
}

// now is the story's clock.
func (p *Player) now() time.Time { return time.Now().Add(p.clock) }

func (p *Player) founder() (*agency, error) {
	if len(p.agencies) == 0 {
		return nil, errors.New("the story has no agency yet")
	}
	return p.agencies[0], nil
}

// running tells whether an agency's office node runs.
func (p *Player) running(a *agency) bool {
	return slices.ContainsFunc(p.city.Running(), func(n *Child) bool { return n.Name == a.office() })
}
