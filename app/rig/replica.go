package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/ledgertest"
	"countersign/ledger/store"
)

// bigPassphrase opens the key of the official at the desk over the big replica.
const bigPassphrase = "valmarine"

// bigFormat counts the ways in which the big replica has been made: one that was
// made in another way is not used again.
const bigFormat = 3

// The record ends on the day on which it is made, so that the window has as much to
// do as on a day at work. One that is older than bigFresh is made again: by then
// what was open in it is overdue, and what was kept is to be destroyed.
const (
	bigOver  = 300 * 24 * time.Hour
	bigFresh = 7 * 24 * time.Hour
)

// bigReplica makes, unless it is there, the profile of a desk of the Tax Service
// whose record has so many entries, and returns its folder.
func bigReplica(at string, entries int) (profile string, err error) {
	profile = filepath.Join(at, fmt.Sprintf("profile-%d-v%d", entries, bigFormat))
	if is, err := os.Stat(filepath.Join(profile, "founding.cbor")); err == nil && time.Since(is.ModTime()) < bigFresh {
		say("%s is there", profile)
		return profile, nil
	}
	making := profile + ".making" // a name of its own until it is whole
	if err := errors.Join(os.RemoveAll(profile), os.RemoveAll(making), os.MkdirAll(filepath.Join(making, node.KeysFolder), 0o700)); err != nil {
		return "", err
	}
	say("making %s, once", profile)
	began, told := time.Now(), time.Now()
	official, err := keyring.NewOfficial("tax", ledger.NewOfficialID(), ledger.Ed25519)
	if err != nil {
		return "", err
	}
	defer official.Close()
	st, err := store.Open(filepath.Join(making, "ledger.db"), store.Options{})
	if err != nil {
		return "", err
	}
	l, err := ledgertest.BulkLoad(st, ledgertest.BulkOptions{Seed: 1, Entries: entries, Over: bigOver, From: ledger.TimeOf(began.Add(-bigOver - time.Hour)), Progress: func(done, total int) {
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			say("%d of %d entries", done, total)
		}
	}, Extra: func(w *ledgertest.World) ([]*ledger.Entry, error) {
		half, err := keyring.Enrol(w.ID, "tax", official)
		if err != nil {
			return nil, err
		}
		half.Roles = []ledger.RoleGrant{{Role: ledger.RoleApprover}}
		return w.Propose(w.Agency("tax"), &ledger.Propose{Enrol: half}), nil
	}})
	if err == nil {
		err = l.Engine(filepath.Join(making, "engine"), st)
	}
	if err = errors.Join(err, st.Close()); err != nil {
		return "", err
	}
	if err := writeProfile(making, l.World, official); err != nil {
		return "", err
	}
	say("made in %s", time.Since(began).Round(time.Second))
	return profile, os.Rename(making, profile)
}

// writeProfile writes what a node needs beside its replica. The node is not
// enrolled: it reads, and nobody lets it in.
func writeProfile(at string, w *ledgertest.World, official *keyring.Identity) error {
	if err := official.Save(filepath.Join(at, node.KeysFolder, official.Header().FileName()), w.ID, bigPassphrase, keyring.Options{}); err != nil {
		return err
	}
	keys, err := keyring.NewNode("tax", "desk-1", keyring.NodeOptions{})
	if err != nil {
		return err
	}
	defer keys.Close()
	if err := keys.Save(filepath.Join(at, "node.key"), w.ID, keyring.Protection{}); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(at, "founding.cbor"), w.Founding.Bytes(), 0o600); err != nil {
		return err
	}
	return node.WriteProfile(at, node.Profile{Network: w.ID, Agency: "tax", Node: "desk-1", Listen: []string{"/ip4/127.0.0.1/tcp/0"}})
}
