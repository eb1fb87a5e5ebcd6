package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/keyring"
)

// desktop enrols a further node of the member's agency, with the key files of
// some officials in its folder. Nothing of it runs yet.
func (m *member) desktop(code ledger.NodeCode, officials ...string) string {
	m.t.Helper()
	return m.further(code, NodeOptions{}, officials...)
}

// further is desktop with options.
func (m *member) further(code ledger.NodeCode, o NodeOptions, officials ...string) string {
	m.t.Helper()
	o.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	folder := filepath.Join(m.t.TempDir(), string(code))
	text, err := m.node.Invite(m.t.Context(), InviteOptions{Agency: m.agency, Node: code})
	if err != nil {
		m.t.Fatal(err)
	}
	var guest JoinRequest
	_, err = JoinNode(m.t.Context(), folder, text, o, func(ctx context.Context, words [6]string) (bool, error) {
		joins, err := m.node.Joins(ctx)
		if err != nil || len(joins) != 1 || joins[0].Words != words {
			return false, errors.Join(err, errors.New("the two sides show different words"))
		}
		guest = joins[0]
		return true, m.node.ConfirmJoin(ctx, guest.Serial)
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.act("admin1", desk.Act{Kind: desk.ActNode, Node: &ledger.Node{Node: *guest.Node}})
	for _, o := range officials {
		m.bringKey(folder, o)
	}
	return folder
}

// keyFile is the file of an official's key at the office.
func (m *member) keyFile(official string) string {
	m.t.Helper()
	listed, err := keyring.List(filepath.Join(m.folder, KeysFolder))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, l := range listed {
		if l.Header.Official == m.officials[official] {
			return l.Path
		}
	}
	m.t.Fatal("no key of", official)
	return ""
}

// bringKey copies an official's key file into another folder.
func (m *member) bringKey(folder, official string) {
	m.t.Helper()
	from := m.keyFile(official)
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, KeysFolder, filepath.Base(from)), b, 0o600)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// opened is a desktop's node with a desk over it, as the window has them.
func (m *member) opened(folder string) (*Node, *desk.Desk) {
	m.t.Helper()
	n, err := Open(folder, Options{Version: "test", Rehearsal: true, Desktop: true})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = n.Close() })
	return n, desk.New(n, desk.Options{Keys: filepath.Join(folder, KeysFolder), State: m.t.TempDir(), WorkFactor: 10,
		Unlocked: func(keys *keyring.Identity) error { return n.Unlock(keys) }})
}

// caughtUp waits until a further node has what the office node has now.
func (m *member) caughtUp(n *Node) {
	m.t.Helper()
	want := m.node.height()
	m.until("the desktop to catch up", func() bool { return n.height() >= want })
}

func TestDesktopsOwnKeyOpensAtTheFirstUnlock(t *testing.T) {
	tax := foundTown(t)
	tax.enrol("arnaud", ledger.RoleApprover)
	tax.enrol("okafor", ledger.RoleApprover)
	folder := tax.desktop("desk-1", "okafor")
	ctx := t.Context()

	// The first time nobody has worked here: the key is in a plain file until
	// somebody whom the record names has unlocked.
	n, d := tax.opened(folder)
	if n.Sealed() || KeySealed(folder) {
		t.Fatal("sealed before anybody unlocked")
	}
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	tax.caughtUp(n)
	if err := d.Unlock(ctx, tax.officials["okafor"], passphrase); err != nil {
		t.Fatal(err)
	}
	if !KeySealed(folder) {
		t.Fatal("the plain file is still there after the first unlock")
	}
	d.Lock()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}

	// From now on the folder alone is no node: it can be read, and takes part in nothing.
	if _, err := Open(folder, Options{Rehearsal: true}); !errors.Is(err, desk.ErrSealed) {
		t.Error("without a person:", err)
	}
	n, d = tax.opened(folder)
	if err := n.Start(); !errors.Is(err, desk.ErrSealed) || !n.Sealed() {
		t.Error("started without a person:", err)
	}
	for what, err := range map[string]error{
		"network": second(n.Network(ctx)), "grants": second(n.Grants(ctx, tax.officials["okafor"])), "put grants": n.PutGrants(ctx, nil),
		"submit": n.Submit(ctx, tax.something(), nil), "invite": second(n.Invite(ctx, InviteOptions{})), "cut": n.Cut(ctx, nil, true),
	} {
		if !errors.Is(err, desk.ErrSealed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s, err := n.Status(ctx); err != nil || s.Height == 0 || len(s.Problems) != 1 {
		t.Errorf("status %+v, %v", s, err)
	}
	tax.bringKey(folder, "arnaud")
	if err := d.Unlock(ctx, tax.officials["arnaud"], passphrase); !errors.Is(err, desk.ErrNotOpener) {
		t.Error("somebody who has not worked here:", err)
	}
	if _, unlocked := d.Me(); unlocked || !n.Sealed() {
		t.Error("unlocked all the same")
	}
	if err := d.Unlock(ctx, tax.officials["okafor"], "wrong"); !errors.Is(err, desk.ErrWrongPassphrase) || !n.Sealed() {
		t.Error("a wrong passphrase:", err)
	}

	// Okafor opens it, and with him everybody whose key is here. It stays open
	// when he locks.
	if err := d.Unlock(ctx, tax.officials["okafor"], passphrase); err != nil {
		t.Fatal(err)
	}
	<-n.Unsealed()
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	d.Lock()
	tax.act("admin1", desk.Act{Kind: desk.ActPropose, Propose: &ledger.Propose{Calendar: &ledger.Calendar{Days: keyring.WorkingDays(n.Now(), 30, n.Now().Location())}}})
	tax.caughtUp(n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n, d = tax.opened(folder)
	if err := d.Unlock(ctx, tax.officials["arnaud"], passphrase); err != nil {
		t.Fatal("who was let in by a colleague:", err)
	}
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}

	// Whoever is revoked opens it no longer.
	who, err := keyring.Open(tax.keyFile("okafor"), passphrase, keyring.Options{Rehearsal: true})
	if err != nil {
		t.Fatal(err)
	}
	defer who.Close()
	if _, err := openFor(filepath.Join(folder, fileNodeKeys), who); err != nil {
		t.Fatal("before the revocation:", err)
	}
	p, err := tax.desk("admin1").RevokeProposal(ctx, tax.officials["okafor"], "key-compromise", tax.node.clock.Ledger().Add(-time.Hour))
	tax.both(p, err)
	tax.until("the key to be sealed anew", func() bool {
		_, err := openFor(filepath.Join(folder, fileNodeKeys), who)
		return errors.Is(err, desk.ErrNotOpener)
	})
	d.Lock()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}

	// The command line opens it with a passphrase.
	if keys, err := OpenSealed(folder, passphrase); err != nil {
		t.Error("on the command line:", err)
	} else {
		keys.Close()
	}
	if _, err := OpenSealed(folder, "wrong"); !errors.Is(err, keyring.ErrWrongPassphrase) {
		t.Error("on the command line, a wrong passphrase:", err)
	}
}

// An office node has to start again with nobody there: its file stays as it is.
func TestOfficeNodesKeyIsNotSealed(t *testing.T) {
	tax := foundTown(t)
	tax.stop()
	n, d := tax.opened(tax.folder)
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	if err := d.Unlock(t.Context(), tax.officials["admin1"], passphrase); err != nil {
		t.Fatal(err)
	}
	if KeySealed(tax.folder) {
		t.Error("sealed")
	}
}

func second[T any](_ T, err error) error { return err }
