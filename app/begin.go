package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"countersign/app/node"
	"countersign/app/ui"
	"countersign/app/ui/first"
	"countersign/app/ui/unlock"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// beginning shows the first page; done is called when there is a profile.
func (d *desktop) beginning(done func()) {
	d.resize(ui.Settings{})
	var end func()
	end = ui.Begin(d.options(), start{folder: d.args.profile}, appVersion, func() {
		end()
		done()
	})
}

// start makes a profile in a folder. It implements first.Beginning.
type start struct{ folder string }

// Check implements first.Beginning.
func (s start) Check(a first.Agency) (code, title error) {
	if !ledger.ValidCode(a.Code) {
		code = ledger.ErrBadCode
	}
	if !ledger.ValidTitle(a.Title) {
		title = ledger.ErrBadTitle
	}
	return code, title
}

// CheckInvitation implements first.Beginning.
func (s start) CheckInvitation(text string) error {
	_, err := node.ParseInvitation(text, ledger.Time(time.Now().UnixMilli()))
	return err
}

// options makes the agency's two first administrators. This computer remembers
// their names; their cards are published as soon as the agency is a member.
func (s start) options(a first.Agency) (node.AgencyOptions, func() error) {
	first, second := ledger.NewOfficialID(), ledger.NewOfficialID()
	remember := func() error {
		store := settings{filepath.Join(s.folder, settingsFile)}
		v := store.Load()
		v.Known = map[ledger.OfficialID]unlock.Known{first: {Name: a.Names[0], Agency: a.Title}, second: {Name: a.Names[1], Agency: a.Title}}
		v.Last = first
		return store.Save(v)
	}
	return node.AgencyOptions{Agency: ledger.AgencyID(a.Code), Title: a.Title, MDNS: true, Keeper: true, Admins: [2]node.AdminOptions{
		{Official: first, Passphrase: a.Passphrases[0], Card: vault.Card{Name: a.Names[0]}},
		{Official: second, Passphrase: a.Passphrases[1], Card: vault.Card{Name: a.Names[1]}}}}, remember
}

// Found implements first.Beginning.
func (s start) Found(_ context.Context, a first.Agency) error {
	o, remember := s.options(a)
	o.Parameters = ledger.DefaultParameters()
	if _, err := node.Found(s.folder, o); err != nil {
		return err
	}
	return remember()
}

// Join implements first.Beginning.
func (s start) Join(ctx context.Context, invitation string, a *first.Agency, words func(ctx context.Context, words [6]string) (bool, error)) error {
	if a == nil {
		_, err := node.JoinNode(ctx, s.folder, invitation, node.NodeOptions{MDNS: true}, words)
		return err
	}
	o, remember := s.options(*a)
	if _, err := node.JoinAgency(ctx, s.folder, invitation, o, words); err != nil {
		return err
	}
	return remember()
}

// Demo implements first.Beginning.
func (s start) Demo() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("open the demo city: %w", err)
	}
	cmd := exec.Command(self, "--demo", "tax")
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the demo city: %w", err)
	}
	return cmd.Process.Release()
}
