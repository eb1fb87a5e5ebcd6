package control

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A connection whose peer the kernel does not name counts as somebody else's;
// our own is let in.
func TestOnlyTheSameUserIsLetIn(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ours, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	if !sameUser(ours) {
		t.Error("our own user was refused")
	}
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if sameUser(a) {
		t.Error("a connection without a user was let in")
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	c, err := net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if sameUser(c) {
		t.Error("a connection from the network was let in")
	}
}

// Another user of the machine gets no answer, even where somebody has opened the
// folder and the socket to everybody.
func TestAnotherUserOfTheMachineIsRefused(t *testing.T) {
	folder := t.TempDir()
	s, err := Serve(folder, newFake(), Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	socket := SocketPath(folder)
	if os.Getuid() != 0 { // who may not become another user is refused as one
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if c, err = net.Dial("unix", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got, err := l.Accept(); err != nil || fromUser(got, os.Getuid()+1) {
			t.Error("let in by a process of another user:", err)
		}
		return
	}
	for dir := filepath.Dir(socket); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(socket, 0o666); err != nil {
		t.Fatal(err)
	}
	for uid, let := range map[int]bool{0: true, 65534: false} {
		if answered, err := askAs(uid, socket); err != nil || answered != let {
			t.Errorf("user %d: answered %v, %v", uid, answered, err)
		}
	}
}

// askAs connects as a user of the machine, from a thread that is that user until
// it ends, and tells whether the server answers.
func askAs(uid int, socket string) (answered bool, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		var fd int
		if fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); err != nil {
			return
		}
		f := os.NewFile(uintptr(fd), socket)
		defer f.Close()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); e != 0 {
			err = e
			return
		}
		if err = unix.Connect(fd, &unix.SockaddrUnix{Name: socket}); err != nil {
			return
		}
		if _, e := f.WriteString("GET / HTTP/1.0\r\n\r\n"); e != nil && !errors.Is(e, unix.EPIPE) {
			err = e
			return
		}
		answer, e := io.ReadAll(f)
		if e != nil && !errors.Is(e, unix.ECONNRESET) {
			err = e
		}
		answered = len(answer) > 0
	}()
	<-done
	return answered, err
}
