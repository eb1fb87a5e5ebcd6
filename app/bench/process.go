package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"countersign/ledger"
)

// NodeCommand is the command that Keep runs under, with a profile folder.
const NodeCommand = "bench-node"

// startLimit is how long a keeper's process may take until it runs, endLimit
// until it has ended in order.
const (
	startLimit = 60 * time.Second
	endLimit   = 20 * time.Second
)

var errEnded = errors.New("the keeper's process has ended")

// process is the parent's end of one keeper.
type process struct {
	agency  ledger.AgencyID
	folder  string
	cmd     *exec.Cmd
	in      io.WriteCloser
	log     *os.File
	replies chan reply
	exited  chan struct{}
	mu      sync.Mutex // one call at a time
}

// start starts the node of a folder and waits until it runs. heard is called
// from one goroutine with what the node says by itself; nil drops it.
func start(ctx context.Context, program string, agency ledger.AgencyID, folder string, heard func(line)) (*process, error) {
	log, err := os.OpenFile(filepath.Join(folder, "node.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", agency, err)
	}
	p := &process{agency: agency, folder: folder, cmd: exec.Command(program, NodeCommand, folder), log: log,
		replies: make(chan reply, 1), exited: make(chan struct{})}
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		p.in, err = p.cmd.StdinPipe()
	}
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		log.Close()
		return nil, fmt.Errorf("start %s: %w", agency, err)
	}
	go p.listen(out, heard)
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if _, err := p.await(ctx); err != nil {
		p.kill()
		return nil, fmt.Errorf("start %s: %w; its last words: %s", agency, err, lastWords(log.Name()))
	}
	return p, nil
}

// listen reads the lines of the process until it ends. A torn last line is what
// a killed process leaves.
func (p *process) listen(out io.Reader, heard func(line)) {
	dec := json.NewDecoder(bufio.NewReaderSize(out, 1<<16))
	for {
		var l line
		if dec.Decode(&l) != nil {
			break
		}
		if l.Reply != nil {
			p.replies <- *l.Reply
		} else if heard != nil {
			heard(l)
		}
	}
	_ = p.cmd.Wait() // how it ended is in its log
	p.log.Close()
	close(p.exited)
}

func (p *process) await(ctx context.Context) (reply, error) {
	select {
	case r := <-p.replies:
		if r.Error != "" {
			return r, fmt.Errorf("%s: %s", p.agency, r.Error)
		}
		return r, nil
	case <-p.exited:
		return reply{}, errEnded
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
}

// call asks the process and waits for its answer. After an error but the
// process's own the process is good for nothing more.
func (p *process) call(ctx context.Context, r request) (reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := json.NewEncoder(p.in).Encode(r); err != nil {
		return reply{}, fmt.Errorf("%s: %w", p.agency, errEnded)
	}
	return p.await(ctx)
}

func (p *process) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// kill ends the process by SIGKILL and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.exited
}

// end closes the process's input, upon which it ends in order.
func (p *process) end() error {
	_ = p.in.Close()
	t := time.NewTimer(endLimit)
	defer t.Stop()
	select {
	case <-p.exited:
		return nil
	case <-t.C:
		p.kill()
		return fmt.Errorf("%s did not end within %s", p.agency, endLimit)
	}
}

// lastWords is the last line of a log.
func lastWords(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	last := ""
	for s := bufio.NewScanner(f); s.Scan(); {
		if s.Text() != "" {
			last = s.Text()
		}
	}
	return last
}
