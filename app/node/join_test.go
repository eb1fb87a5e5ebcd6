package node

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/ledger"
)

func inviteText(t *testing.T, network ledger.NetworkID, expires ledger.Time, change func(*Invitation)) (Invitation, string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	inv := newInvitation(network, expires)
	inv.Peer, inv.Addrs = pub, []string{"/ip4/127.0.0.1/tcp/1"}
	if change != nil {
		change(&inv)
	}
	return inv, inv.text(key)
}

// FAULTS 31: malicious, expired and reused invitations.
func TestInvitationsThatAreNoneAreRefused(t *testing.T) {
	now := ledger.TimeOf(time.Now())
	inv, text := inviteText(t, ledger.NetworkID{1}, now.Add(time.Hour), nil)
	got, err := ParseInvitation("  "+text[:40]+"\r\n  "+text[40:]+"\n", now)
	if err != nil || got.Serial != inv.Serial {
		t.Fatal("as mail programs break it:", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(text, invitationPrefix))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) string {
		b := append([]byte{}, raw...)
		b[i] ^= 1
		return invitationPrefix + base64.RawURLEncoding.EncodeToString(b)
	}
	_, strange := inviteText(t, ledger.NetworkID{1}, now.Add(time.Hour), func(i *Invitation) { i.Agency = "../tax" })
	_, newer := inviteText(t, ledger.NetworkID{1}, now.Add(time.Hour), func(i *Invitation) { i.Version = 9 })
	for name, bad := range map[string]string{
		"empty": "", "a word": "hello", "prefix alone": invitationPrefix, "cut": text[:len(text)/2], "not base64": text[:60] + "!" + text[61:],
		"long": invitationPrefix + strings.Repeat("A", maxInvitation), "signature": flip(3), "body": flip(len(raw) - 1),
		"appended": invitationPrefix + base64.RawURLEncoding.EncodeToString(append(raw, 0)), "code": strange, "version": newer,
	} {
		if _, err := ParseInvitation(bad, now); !errors.Is(err, ErrBadInvitation) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseInvitation(text, now.Add(2*time.Hour)); !errors.Is(err, ErrInvitationExpired) {
		t.Error("expired:", err)
	}
}

func FuzzParseInvitation(f *testing.F) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	inv := newInvitation(ledger.NetworkID{1}, ledger.Time(1000))
	inv.Peer = key.Public().(ed25519.PublicKey)
	f.Add(inv.text(key))
	f.Add(invitationPrefix)
	f.Fuzz(func(t *testing.T, text string) {
		if i, err := ParseInvitation(text, 0); err == nil {
			if again, err := ParseInvitation(strings.Join(strings.Fields(text), ""), 0); err != nil || again.Serial != i.Serial {
				t.Error("accepted once only:", err)
			}
		}
	})
}

func TestSixWordsCoverNetworkInvitationAndDocument(t *testing.T) {
	now := ledger.TimeOf(time.Now())
	inv, _ := inviteText(t, ledger.NetworkID{1}, now, nil)
	words := CheckWords(inv, []byte("document"))
	if words != CheckWords(inv, []byte("document")) {
		t.Error("the two sides would read different words")
	}
	for _, w := range words {
		if w == "" {
			t.Error("empty word in", words)
		}
	}
	other, later := inv, inv
	other.Network, later.Expires = ledger.NetworkID{2}, now+1
	for name, w := range map[string][6]string{"document": CheckWords(inv, []byte("Document")), "network": CheckWords(other, []byte("document")),
		"invitation": CheckWords(later, []byte("document"))} {
		if w == words {
			t.Error("the same words for another", name)
		}
	}
}

// nothingIn fails the test when a folder holds anything.
func nothingIn(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was written to", folder, err)
	}
}

// One node invites: nothing is written on the guest's side before both have
// compared the words, an invitation serves one guest and survives a restart.
func TestJoining(t *testing.T) {
	tax := foundTown(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	text, err := tax.node.Invite(ctx, InviteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "police")

	// The words differ on the telephone.
	_, err = JoinAgency(ctx, folder, text, agencyOptions("police", "Valmarine Police"), func(context.Context, [6]string) (bool, error) { return false, nil })
	if !errors.Is(err, ErrNotConfirmed) {
		t.Error("not confirmed:", err)
	}
	nothingIn(t, folder)

	// Somebody else comes with the same invitation: the words were read from the first document.
	_, err = JoinAgency(ctx, folder, text, agencyOptions("health", "Health Fund"), func(context.Context, [6]string) (bool, error) {
		t.Error("a second guest was shown words")
		return true, nil
	})
	if !errors.Is(err, ErrInvitationUsed) {
		t.Error("second guest:", err)
	}
	nothingIn(t, folder)

	// It holds across a restart: the node listens where it did. What was handed in and not confirmed is forgotten.
	tax.stop()
	tax.start()
	if joins, err := tax.node.Joins(ctx); err != nil || len(joins) != 0 {
		t.Error("after a restart:", joins, err)
	}
	o := agencyOptions("police", "Valmarine Police")
	p, err := JoinAgency(ctx, folder, text, o, func(ctx context.Context, words [6]string) (bool, error) {
		joins, err := tax.node.Joins(ctx)
		if err != nil || len(joins) != 1 || joins[0].Words != words {
			return false, errors.Join(err, errors.New("different words"))
		}
		return true, tax.node.ConfirmJoin(ctx, joins[0].Serial)
	})
	if err != nil || p.Agency != "police" || !p.Rehearsal {
		t.Fatal(p, err)
	}
	if _, err := JoinAgency(ctx, folder, text, o, nil); !errors.Is(err, ErrProfileExists) {
		t.Error("into a folder with a profile:", err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if _, err := JoinAgency(ctx, elsewhere, text, agencyOptions("civil", "Civil Registry"), nil); !errors.Is(err, ErrInvitationUsed) {
		t.Error("used:", err)
	}
	nothingIn(t, elsewhere)

	// An expired guest is put out, and a node invitation is not one for an agency.
	tax.node.clock.Move(73 * time.Hour)
	tax.node.dismissGuests()
	if n := len(tax.node.guests.open); n != 0 {
		t.Error("guests left:", n)
	}
	if _, err := tax.node.Invite(ctx, InviteOptions{Agency: "health", Node: "desk"}); err == nil {
		t.Error("invited another agency's node")
	}
	if _, err := JoinNode(ctx, elsewhere, text, NodeOptions{Now: time.Now()}, nil); !errors.Is(err, ErrBadInvitation) {
		t.Error("an agency's invitation for a node:", err)
	}
}

// An invitation whose signature holds but whose network is not the one that the
// inviting node belongs to opens nothing.
func TestInvitationOfAnotherNetworkOpensNothing(t *testing.T) {
	tax := foundTown(t)
	text, err := tax.node.Invite(t.Context(), InviteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := ParseInvitation(text, ledger.TimeOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	inv.Network[0] ^= 1
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	folder := filepath.Join(t.TempDir(), "police")
	if _, err := JoinAgency(ctx, folder, inv.text(tax.node.keys.PeerKey()), agencyOptions("police", "Police"), nil); err == nil {
		t.Error("joined another network")
	}
	nothingIn(t, folder)
}
