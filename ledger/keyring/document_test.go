package keyring_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
)

func official(t *testing.T, agency ledger.AgencyID) *keyring.Identity {
	t.Helper()
	id, err := keyring.NewOfficial(agency, ledger.NewOfficialID(), ledger.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(id.Close)
	return id
}

func officeNode(t *testing.T, agency ledger.AgencyID) *keyring.Node {
	t.Helper()
	n, err := keyring.NewNode(agency, "office", keyring.NodeOptions{Office: true, Keeper: true})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func introduction(t *testing.T, agency ledger.AgencyID) keyring.Introduction {
	t.Helper()
	epoch, err := hybrid.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return keyring.Introduction{
		Title: "Tax Service", Made: 1, Admins: [2]keyring.Holder{official(t, agency), official(t, agency)},
		Office: officeNode(t, agency), Epoch: epoch.Recipient(),
		Calendar: keyring.WorkingDays(time.Date(2026, 3, 27, 9, 0, 0, 0, time.UTC), 250, time.UTC),
	}
}

func TestFoundingDocumentProvesEveryKey(t *testing.T) {
	d, err := keyring.Found(introduction(t, "tax"), ledger.DefaultParameters())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.ParseDocument(d.Bytes(), ledger.NetworkID{}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.Bytes()); n > ledger.MaxDocumentBytes {
		t.Fatalf("the document has %d bytes", n)
	}
}

func TestJoiningDocumentCountsInItsNetworkOnly(t *testing.T) {
	d, err := keyring.Join(network, introduction(t, "police"))
	if err != nil {
		t.Fatal(err)
	}
	if !d.Proven(network) || d.Proven(ledger.NetworkID{}) || d.Proven(ledger.Sum([]byte("another"))) {
		t.Fatal("proofs are not bound to the network")
	}
	d.Agency = "health"
	if d.Proven(network) {
		t.Fatal("proofs are not bound to the agency")
	}
}

func TestDocumentNeedsAnOfficeNodesKeys(t *testing.T) {
	i := introduction(t, "tax")
	desk, err := keyring.NewNode("tax", "desk-1", keyring.NodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	i.Office = desk
	if _, err := keyring.Join(network, i); !errors.Is(err, ledger.ErrBadForm) {
		t.Fatalf("got %v", err)
	}
}

func TestEnrolRotateAndEpochAreProven(t *testing.T) {
	bauer, next, admin := official(t, "tax"), official(t, "tax"), official(t, "tax")
	e, err := keyring.Enrol(network, "tax", bauer)
	if err != nil || !e.Proven(network, "tax") || e.Proven(network, "police") {
		t.Fatalf("enrol: %v", err)
	}
	r, err := keyring.Rotate(network, "tax", bauer.Official(), next, 10, 0)
	if err != nil || !r.Proven(network, "tax", bauer.Official()) || r.Proven(network, "tax", next.Official()) {
		t.Fatalf("rotate: %v", err)
	}
	p, err := keyring.Epoch(network, "tax", 3, bauer.Recipient(), admin)
	if err != nil || !p.Proven(network, "tax", admin.Public()) || p.Proven(network, "tax", bauer.Public()) {
		t.Fatalf("epoch: %v", err)
	}
	p.Number = 4
	if p.Proven(network, "tax", admin.Public()) {
		t.Fatal("the proof holds for another epoch")
	}
}

func TestNodeKeysComeBackFromEveryKindOfFile(t *testing.T) {
	holder, stranger := official(t, "tax"), official(t, "tax")
	for name, p := range map[string]keyring.Protection{
		"passphrase": {Passphrase: passphrase, Options: rehearsal},
		"recipients": {Recipients: []string{holder.Recipient()}},
		"mode":       {},
	} {
		t.Run(name, func(t *testing.T) {
			n := officeNode(t, "tax")
			path := filepath.Join(t.TempDir(), "node.key")
			if err := n.Save(path, network, p); err != nil {
				t.Fatal(err)
			}
			var got *keyring.Node
			var err error
			switch name {
			case "passphrase":
				if _, err := keyring.OpenNodeWithPassphrase(path, "wrong", rehearsal); !errors.Is(err, keyring.ErrWrongPassphrase) {
					t.Errorf("got %v", err)
				}
				got, err = keyring.OpenNodeWithPassphrase(path, passphrase, rehearsal)
			case "recipients":
				if _, err := keyring.OpenNodeWithIdentity(path, stranger); !errors.Is(err, keyring.ErrWrongHolder) {
					t.Errorf("got %v", err)
				}
				got, err = keyring.OpenNodeWithIdentity(path, holder)
			default:
				got, err = keyring.OpenNode(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.PeerKey(), n.PeerKey()) || got.Signer().Public().ID() != n.Signer().Public().ID() ||
				got.Age().Recipient() != n.Age().Recipient() || !bytes.Equal(got.ConsensusKey(), n.ConsensusKey()) ||
				!bytes.Equal(got.CheckpointKey(), n.CheckpointKey()) || got.Header().Network != network {
				t.Error("other keys came back")
			}
			if name != "mode" {
				if _, err := keyring.OpenNode(path); !errors.Is(err, keyring.ErrLocked) {
					t.Errorf("a locked file gave %v", err)
				}
			}
		})
	}
}

func TestPlainNodeFileOthersCanReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes")
	}
	path := filepath.Join(t.TempDir(), "node.key")
	if err := officeNode(t, "tax").Save(path, network, keyring.Protection{}); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v", info.Mode())
	}
	_ = os.Chmod(path, 0o640)
	if _, err := keyring.OpenNode(path); !errors.Is(err, keyring.ErrOpenToOthers) {
		t.Fatalf("got %v", err)
	}
}

func TestDesktopNodeHasTwoKeysOnly(t *testing.T) {
	n, err := keyring.NewNode("tax", "desk-1", keyring.NodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "node.key")
	if err := n.Save(path, network, keyring.Protection{}); err != nil {
		t.Fatal(err)
	}
	got, err := keyring.OpenNode(path)
	if err != nil || got.Age() != nil || got.Keeps() || got.Consensus() != nil || got.ConsensusKey() != nil {
		t.Fatalf("got %v, %v", got, err)
	}
	d, err := keyring.NodeDocument(network, got, nil)
	if err != nil || !d.Proven(network, "tax") {
		t.Fatalf("node document: %v", err)
	}
}

func TestWorkingDaysBeginAtLocalMidnightFromMondayToFriday(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 27, 15, 0, 0, 0, paris) // a Friday; clocks go forward on Sunday
	begin := func(days []ledger.Time, want ...string) {
		t.Helper()
		if len(days) != len(want) {
			t.Fatalf("%d days, not %d", len(days), len(want))
		}
		for i, d := range days {
			if d.String() != want[i] {
				t.Errorf("day %d begins at %s, not %s", i, d, want[i])
			}
		}
	}
	begin(keyring.WorkingDays(from, 3, paris), "2026-03-26T23:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-03-30T22:00:00.000Z")
	begin(keyring.DaysWorked(from, 3, paris, func(noon time.Time) bool { return noon.Weekday() != time.Monday }),
		"2026-03-26T23:00:00.000Z", "2026-03-27T23:00:00.000Z", "2026-03-28T23:00:00.000Z")
	if n := len(keyring.WorkingDays(time.Now(), 5000, paris)); n != ledger.MaxCalendarDays {
		t.Errorf("%d days", n)
	}
}
