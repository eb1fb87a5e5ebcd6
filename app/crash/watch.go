package crash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"time"
)

// recordArgument has the program record a crash of the process that started it.
const recordArgument = "record-crash"

// maxOutput is more than the runtime says about one goroutine, in bytes.
const maxOutput = 1 << 20

// Watcher is the pipe to the process that records a crash of this one.
type Watcher struct {
	in  *os.File
	cmd *exec.Cmd
}

// Recording tells whether this process was started to record, and into which folder.
func Recording(args []string) (folder string, ok bool) {
	if len(args) == 2 && args[0] == recordArgument {
		return args[1], true
	}
	return "", false
}

// Watch starts program as the process that records a crash of this one into a
// folder. env is added to its environment.
func Watch(folder, program string, env ...string) (*Watcher, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("watch for crashes: %w", err)
	}
	defer out.Close()
	cmd := exec.Command(program, recordArgument, folder)
	cmd.Stdin, cmd.Env = out, append(os.Environ(), env...)
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("watch for crashes: %w", err), in.Close())
	}
	w := &Watcher{in: in, cmd: cmd}
	if err := debug.SetCrashOutput(in, debug.CrashOptions{}); err != nil {
		return nil, errors.Join(fmt.Errorf("watch for crashes: %w", err), w.Close())
	}
	return w, nil
}

// Close says that this process ends in order, and waits for the other.
func (w *Watcher) Close() error {
	err := debug.SetCrashOutput(nil, debug.CrashOptions{})
	return errors.Join(err, w.in.Close(), w.cmd.Wait())
}

// Record waits until the process that writes to in has ended, and writes a
// report if it said why.
func Record(in io.Reader, folder, version string, clock func() time.Time) error {
	signal.Ignore(os.Interrupt) // of the terminal: the other process decides
	said, err := io.ReadAll(io.LimitReader(in, maxOutput))
	if err != nil {
		return fmt.Errorf("record a crash: %w", err)
	}
	if len(said) == 0 {
		return nil
	}
	return Write(folder, Make(said, version, clock()))
}

// Guard is deferred where a Watcher may not stand yet: unless watched says that
// it does, it writes a report of a panic that comes by and lets it go on.
func Guard(folder, version string, clock func() time.Time, watched func() bool) {
	if watched() {
		return
	}
	p := recover()
	if p == nil {
		return
	}
	if err := Write(folder, Make(debug.Stack(), version, clock())); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	panic(p)
}
