//go:build linux && netns

package p2p_test

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/p2p"
)

// An office is two network namespaces with a cable between them. The test makes
// them with its own program, so it needs no root, and nothing that it says reaches
// the network of this computer. The stage "office" of the tests has the tag.
const (
	officeSide = "COUNTERSIGN_OFFICE_SIDE"
	nearAddr   = "10.77.0.1"
	farAddr    = "10.77.0.2"
	officeWait = 40 * time.Second
	farIsDone  = "the far side is done"
)

// In an office nobody has to type addresses: two enrolled nodes find each other by
// mDNS and connect. A stranger finds them as well and is not let in, and a node of
// another network does not even look for them.
func TestOfficeNodesFindEachOtherByMDNS(t *testing.T) {
	switch os.Getenv(officeSide) {
	case "":
		cmd := side(t, "near", syscall.CLONE_NEWUSER|syscall.CLONE_NEWNET)
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Fatalf("%v (this needs a kernel that lets users make namespaces)", err)
		}
	case "near":
		nearSide(t)
	case "far":
		farSide(t)
	}
}

// side is this test once more, in namespaces of its own.
func side(t *testing.T, name string, clone uintptr) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), officeSide+"="+name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: clone, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func idOf(t *testing.T, name string) p2p.PeerID {
	t.Helper()
	id, err := p2p.PeerIDFromPublicKey(keyOf(name).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func inOffice(c *p2p.Config) { c.Listen, c.LocalDiscovery = p2p.DefaultListen(), true }

// knows lets a node of the office in, without saying where it is.
func knows(t *testing.T, h *p2p.Host, name string) {
	t.Helper()
	if err := h.Enroll(idOf(t, name)); err != nil {
		t.Fatal(err)
	}
}

func statusOf(t *testing.T, h *p2p.Host, name string) p2p.PeerStatus {
	t.Helper()
	s, ok := h.PeerStatus(idOf(t, name))
	if !ok {
		t.Fatalf("%s is not enrolled", name)
	}
	return s
}

func hasAddress(s p2p.PeerStatus, ip string) bool {
	return slices.ContainsFunc(s.Addresses, func(a string) bool { return strings.HasPrefix(a, "/ip4/"+ip+"/") })
}

// nearSide lays the cable and is the Treasury, which knows Health alone.
func nearSide(t *testing.T) {
	far := side(t, "far", syscall.CLONE_NEWNET)
	far.Stderr = os.Stderr
	stop, err := far.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	says, err := far.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := far.Start(); err != nil {
		t.Fatal(err)
	}
	lay(t, "near", "far", far.Process.Pid)
	plugIn(t, "near", nearAddr)

	treasury := node(t, "Treasury", inOffice)
	knows(t, treasury, "Health")
	eventually(t, "Health found and up", officeWait, func() bool { return statusOf(t, treasury, "Health").Up })
	if s := statusOf(t, treasury, "Health"); !hasAddress(s, farAddr) {
		t.Errorf("Health is up at %v", s.Addresses)
	}
	lines, done := bufio.NewScanner(says), false
	for !done && lines.Scan() {
		t.Log("far: " + lines.Text())
		done = strings.TrimSpace(lines.Text()) == farIsDone
	}
	if !done {
		t.Error("the far side ended before it was done")
	}
	if _, known := treasury.PeerStatus(idOf(t, "Stranger")); known || treasury.Connected(idOf(t, "Stranger")) {
		t.Error("the stranger is let in")
	}
	if !statusOf(t, treasury, "Health").Up {
		t.Error("Health has gone")
	}
	stop.Close() // what the far side waits for
	for lines.Scan() {
		t.Log("far: " + lines.Text())
	}
	if err := far.Wait(); err != nil {
		t.Errorf("the far side: %v", err)
	}
}

// farSide is Health, a stranger, and a node of another network, at the other end.
func farSide(t *testing.T) {
	eventually(t, "the cable laid", officeWait, func() bool { _, err := net.InterfaceByName("far"); return err == nil })
	plugIn(t, "far", farAddr)

	health, stranger := node(t, "Health", inOffice), node(t, "Stranger", inOffice)
	elsewhere := node(t, "Elsewhere", inOffice, func(c *p2p.Config) { c.Network = sha256.Sum256([]byte("another city")) })
	for _, h := range []*p2p.Host{health, stranger, elsewhere} {
		knows(t, h, "Treasury")
	}
	eventually(t, "the Treasury found and up", officeWait, func() bool { return statusOf(t, health, "Treasury").Up })
	if s := statusOf(t, health, "Treasury"); !hasAddress(s, nearAddr) {
		t.Errorf("the Treasury is up at %v", s.Addresses)
	}
	eventually(t, "the stranger refused", officeWait, func() bool {
		s := statusOf(t, stranger, "Treasury")
		return hasAddress(s, nearAddr) && errors.Is(s.LastError, p2p.ErrRefused)
	})
	if statusOf(t, stranger, "Treasury").Up {
		t.Error("the stranger is up")
	}
	if s := statusOf(t, elsewhere, "Treasury"); len(s.Addresses) > 0 {
		t.Errorf("a node of another network found the Treasury at %v", s.Addresses)
	}
	if _, err := os.Stdout.WriteString("\n" + farIsDone + "\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil { // until the near side has looked
		t.Fatal(err)
	}
}
