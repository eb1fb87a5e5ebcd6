package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"sync"
	"syscall"
	"time"

	"countersign/app/control"
)

// City is a set of nodes on this computer, each a process of its own.
type City struct {
	program string // the countersignd to start
	dir     string

	mu    sync.Mutex
	nodes map[string]*Child
	clock time.Duration
}

// Child is one node's process. Its name is AGENCY/NODE.
type Child struct {
	Name   string
	Folder string

	cmd    *exec.Cmd
	exited chan struct{}
	log    *os.File
	client *control.Client
}

// ErrNoSuchNode says that a story names a node that it has not made.
var ErrNoSuchNode = errors.New("no such node in this story")

// startLimit is how long a node may take until its control socket answers.
const startLimit = 30 * time.Second

// NewCity makes an empty city whose folders lie in dir.
func NewCity(program, dir string) *City {
	return &City{program: program, dir: dir, nodes: map[string]*Child{}}
}

// Folder is where a node of this name keeps its profile.
func (c *City) Folder(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

// SetClock moves the clock with which nodes are started from now on.
func (c *City) SetClock(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock = d
}

// Add makes a node known without starting it.
func (c *City) Add(name string) *Child {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.nodes[name]; n != nil {
		return n
	}
	n := &Child{Name: name, Folder: c.Folder(name)}
	c.nodes[name] = n
	return n
}

// Node finds a node.
func (c *City) Node(name string) (*Child, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.nodes[name]
	if n == nil {
		return nil, fmt.Errorf("%s: %w", name, ErrNoSuchNode)
	}
	return n, nil
}

// Running lists the nodes that run, by name.
func (c *City) Running() []*Child {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*Child
	for _, n := range c.nodes {
		if n.running() {
			out = append(out, n)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// All lists all nodes, by name.
func (c *City) All() []*Child {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]*Child, 0, len(c.nodes))
	for _, n := range c.nodes {
		out = append(out, n)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Start starts a node and waits until it answers. What it prints goes to
// node.log in its folder.
func (c *City) Start(ctx context.Context, n *Child) error {
	if n.running() {
		return fmt.Errorf("start %s: it is running", n.Name)
	}
	log, err := os.OpenFile(filepath.Join(n.Folder, "node.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	args := []string{"run", "--rehearsal", "--with-parent"}
	c.mu.Lock()
	if c.clock != 0 {
		args = append(args, "--clock="+c.clock.String())
	}
	c.mu.Unlock()
	cmd := exec.Command(c.program, append(args, n.Folder)...)
	cmd.Stdout, cmd.Stderr = log, log
	ownGroup(cmd)
	// The node ends when its input does: the kernel closes the pipe of a player
	// that was killed. Wait closes it otherwise.
	if _, err := cmd.StdinPipe(); err != nil {
		log.Close()
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	if err := cmd.Start(); err != nil {
		log.Close()
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(exited)
	}()
	c.mu.Lock()
	n.cmd, n.log, n.exited = cmd, log, exited
	c.mu.Unlock()
	return c.connect(ctx, n)
}

// connect waits for the control socket of a node that is starting.
func (c *City) connect(ctx context.Context, n *Child) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		client, err := control.Dial(ctx, n.Folder)
		if err == nil {
			c.mu.Lock()
			n.client = client
			c.mu.Unlock()
			return nil
		}
		select {
		case <-n.exited:
			return fmt.Errorf("start %s: it ended at once: %s", n.Name, n.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("start %s: it does not answer: %w", n.Name, err)
		case <-tick.C:
		}
	}
}

// stopLimit is how long a node may take to end in order.
const stopLimit = 20 * time.Second

// Stop ends a node, in order or by SIGKILL, and waits for its end.
func (c *City) Stop(ctx context.Context, n *Child, kill bool) error {
	if !n.running() {
		return nil
	}
	if kill {
		if err := n.cmd.Process.Kill(); err != nil {
			return fmt.Errorf("stop %s: %w", n.Name, err)
		}
	} else if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", n.Name, err)
	}
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	select {
	case <-n.exited:
	case <-ctx.Done():
		_ = n.cmd.Process.Kill()
		<-n.exited
		return ctx.Err()
	case <-limit.C:
		_ = n.cmd.Process.Kill()
		<-n.exited
		return fmt.Errorf("stop %s: it did not end within %s", n.Name, stopLimit)
	}
	n.client.Close()
	return n.log.Close()
}

// Close ends every node that runs: all are told first, then waited for.
func (c *City) Close() error {
	var wait sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, n := range c.Running() {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if err := c.Stop(context.Background(), n, false); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		}()
	}
	wait.Wait()
	return errors.Join(errs...)
}

// Client is the control client of a node that runs.
func (n *Child) Client() (*control.Client, error) {
	if !n.running() || n.client == nil {
		return nil, fmt.Errorf("%s is not running", n.Name)
	}
	return n.client, nil
}

// PID is the process, for callers that kill it themselves.
func (n *Child) PID() int { return n.cmd.Process.Pid }

func (n *Child) running() bool {
	if n.cmd == nil {
		return false
	}
	select {
	case <-n.exited:
		return false
	default:
		return true
	}
}

// lastWords is the end of the node's log.
func (n *Child) lastWords() string {
	b, err := os.ReadFile(filepath.Join(n.Folder, "node.log"))
	if err != nil {
		return err.Error()
	}
	b = bytes.TrimSpace(b)
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		b = b[i+1:]
	}
	return string(b)
}
