package main

import (
	"errors"
	"fmt"
	"syscall"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/consensus"
	"countersign/ledger/keyring"
	"countersign/ledger/store"
)

// advice is what a person can do about an error, and what is safe.
var advice = []struct {
	err  error
	text string
}{
	{store.ErrInUse, "Another process holds this folder. Nothing was changed. Ask it with `countersignd status`, or stop it first."},
	{store.ErrDamaged, "The replica's file is damaged. Keys, outbox and letters lie in other files and are safe. Start the node with --rebuild to set the file aside and fetch the record again."},
	{store.ErrNotOurs, "This file is not a replica of Countersign. Nothing was changed. Check the folder's name."},
	{store.ErrNewerVersion, "A newer version of Countersign wrote this folder. Nothing was changed. Update this program."},
	{node.ErrNewerProfile, "A newer version of Countersign wrote this folder. Nothing was changed. Update this program."},
	{node.ErrNoProfile, "Found a network with `countersignd init`, or join one with `countersignd join`."},
	{node.ErrProfileDamaged, "Nothing was changed. The record can be fetched again, this file cannot: put it back from a copy of the folder. Where there is none, an admin removes this node and invites a new one."},
	{node.ErrProfileExists, "Nothing was changed."},
	{node.ErrNodeTaken, "No invitation was made."},
	{node.ErrTooFew, "Nothing was changed. Try again when more of them are online."},
	{node.ErrNotOffered, "Nothing was connected. Compare the code with the catalogue; an admin publishes a data set at a desk or with `countersignd admin publish`."},
	{desk.ErrNotOffice, "Nothing was connected. Give this command on the agency's office node."},
	{desk.ErrNotSpare, "A further node joins with `countersignd join --spare`, or becomes a spare with `countersignd spare FOLDER`; `countersignd admin computers` lists them."},
	{node.ErrDesktopSpare, "Nothing was changed."},
	{desk.ErrNotConnected, "Nothing was changed. `countersignd status` lists what is connected."},
	{desk.ErrHasAdmins, "Nothing was written. Enrol another one with `countersignd admin enrol`."},
	{desk.ErrBadOffer, "Nothing was signed. Ask the agency for the whole text that `countersignd admin offer-admins` printed there."},
	{node.ErrNotConfirmed, "Ask the other side to read its words again; if they differ, the invitation was changed on its way."},
	{desk.ErrSealed, "Nothing was changed. Open the window, `countersign --profile FOLDER`, and unlock; or start this in a terminal, which asks for the passphrase."},
	{desk.ErrNotOpener, "Nothing was changed. An official who has worked at this computer before unlocks first; if nobody can, invite it anew with `countersignd invite --node`."},
	{keyring.ErrWrongPassphrase, "Nothing was signed."},
	{desk.ErrWrongPassphrase, "Nothing was signed."},
	{desk.ErrNotYours, "Nothing was signed. Only an official whose key lies here and whom the record names can do this."},
	{consensus.ErrEngineDamaged, "Keys and letters are safe. Start the node with --rebuild to set it aside and fetch the record again."},
	{consensus.ErrNewerRules, "Nothing is lost. Update this program; the node then goes on by itself."},
	{ledger.ErrTooLarge, "Nothing was changed."},
	{syscall.ENOSPC, "The disk is full. What was signed is kept. Free some space; the node goes on by itself."},
}

// plain says what happened, what is safe and what to do.
func plain(err error) string {
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return fmt.Sprintf("%v\n%s", err, a.text)
		}
	}
	var code ledger.Refusal
	if errors.As(err, &code) {
		return fmt.Sprintf("refused by the rules: %s. The attempt is on the record, the request stays as it was.", code)
	}
	return err.Error()
}
