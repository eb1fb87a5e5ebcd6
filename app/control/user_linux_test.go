package control

import (
	"net"
	"path/filepath"
	"testing"
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
