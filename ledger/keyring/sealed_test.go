package keyring_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"countersign/ledger/keyring"
)

// plainNode is a node's keys in a file that its mode alone protects.
func plainNode(t *testing.T) (*keyring.Node, string) {
	t.Helper()
	made, err := keyring.NewNode("tax", "desk-1", keyring.NodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "node.key")
	if err := made.Save(path, network, keyring.Protection{}); err != nil {
		t.Fatal(err)
	}
	n, err := keyring.OpenNode(path)
	if err != nil {
		t.Fatal(err)
	}
	return n, path
}

func TestPlainNodeFileBecomesOneThatOfficialsOpen(t *testing.T) {
	n, path := plainNode(t)
	arnaud, okafor, stranger := official(t, "tax"), official(t, "tax"), official(t, "tax")
	plain, _ := os.ReadFile(path)
	held, err := os.Open(path) // the old file's bytes, after its name is gone
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := n.SealTo(path, []string{arnaud.Recipient(), okafor.Recipient()}); err != nil {
		t.Fatal(err)
	}
	if sealed, err := keyring.NodeSealed(path); err != nil || !sealed {
		t.Fatalf("sealed %v, %v", sealed, err)
	}
	if _, err := keyring.OpenNode(path); !errors.Is(err, keyring.ErrLocked) {
		t.Errorf("without an official: %v", err)
	}
	if _, err := keyring.OpenNodeWithIdentity(path, stranger); !errors.Is(err, keyring.ErrWrongHolder) {
		t.Errorf("a stranger: %v", err)
	}
	for _, who := range []*keyring.Identity{arnaud, okafor} {
		got, err := keyring.OpenNodeWithIdentity(path, who)
		if err != nil || !bytes.Equal(got.PeerKey(), n.PeerKey()) || got.Header().Network != network {
			t.Fatalf("an official who works there: %v", err)
		}
	}
	if runtime.GOOS != "windows" {
		left := make([]byte, len(plain))
		if k, _ := held.ReadAt(left, 0); k != len(plain) || !bytes.Equal(left, make([]byte, len(plain))) {
			t.Error("the unsealed bytes are still on the disk")
		}
	}

	// Whoever has gone does not open what is sealed later.
	if err := n.SealTo(path, []string{okafor.Recipient()}); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.OpenNodeWithIdentity(path, arnaud); !errors.Is(err, keyring.ErrWrongHolder) {
		t.Errorf("who has gone: %v", err)
	}
}

func TestNodeFileIsSealedForSomebodyAndByItsOwnerOnly(t *testing.T) {
	n, path := plainNode(t)
	other, _ := plainNode(t)
	holder := official(t, "tax")
	whole, _ := os.ReadFile(path)
	for name, err := range map[string]error{
		"for nobody":      n.SealTo(path, nil),
		"another node's":  other.SealTo(path, []string{holder.Recipient()}),
		"for no key":      n.SealTo(path, []string{"age1pq1nonsense"}),
		"where it is not": n.SealTo(path+".gone", []string{holder.Recipient()}),
	} {
		if err == nil {
			t.Errorf("%s: it was sealed", name)
		}
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, whole) {
		t.Error("the file was changed all the same")
	}
}

// A process that is killed while it seals leaves the one file or the other.
func TestKilledWhileSealingLeavesAFileThatOpens(t *testing.T) {
	const folder = "COUNTERSIGN_TEST_SEALS_IN"
	if dir := os.Getenv(folder); dir != "" {
		sealUntilKilled(t, dir)
	}
	holder := official(t, "tax")
	for round := range 6 {
		n, path := plainNode(t)
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "for"), []byte(holder.Recipient()), 0o600); err != nil {
			t.Fatal(err)
		}
		child := exec.Command(os.Args[0], "-test.run", "^TestKilledWhileSealingLeavesAFileThatOpens$")
		child.Env = append(os.Environ(), folder+"="+filepath.Dir(path))
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			t.Fatal("the process that seals did not begin:", err)
		}
		time.Sleep(time.Duration(round*round) * time.Millisecond) // where in its work it is killed
		_ = child.Process.Kill()
		_ = child.Wait()
		sealed, err := keyring.NodeSealed(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		var got *keyring.Node
		if sealed {
			got, err = keyring.OpenNodeWithIdentity(path, holder)
		} else {
			got, err = keyring.OpenNode(path)
		}
		if err != nil || !bytes.Equal(got.PeerKey(), n.PeerKey()) {
			t.Fatalf("round %d, sealed %v: %v", round, sealed, err)
		}
	}
}

func sealUntilKilled(t *testing.T, dir string) {
	recipient, err := os.ReadFile(filepath.Join(dir, "for"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "node.key")
	n, err := keyring.OpenNode(path)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = os.Stdout.WriteString("x")
	for {
		if err := n.SealTo(path, []string{string(recipient)}); err != nil {
			t.Fatal(err)
		}
	}
}
