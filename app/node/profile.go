package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"countersign/ledger"
)

// profileVersion is the format of profile.json written today.
// Version 1 knew no spare nodes; it is read as it is and written anew with the next change.
const profileVersion = 2

// The files and folders of a profile.
const (
	fileProfile  = "profile.json"
	fileFounding = "founding.cbor"
	fileLedger   = "ledger.db"
	fileNodeKeys = "node.key"
	fileGuard    = "keeper.state"
	fileJournal  = "journal.log"
	fileErased   = "erased.log"
	dirEngine    = "engine"
	dirVault     = "vault"
	dirGrants    = "grants"
	dirOutbox    = "outbox"
	// KeysFolder holds the officials' key files of a profile.
	KeysFolder = "keys"
	// StateFolder holds what a desk keeps: drafts, unread marks.
	StateFolder = "desk"
)

// ErrNoProfile says that a folder holds no profile.
var ErrNoProfile = errors.New("no profile here")

// ErrNewerProfile says that a newer version of the program wrote the folder.
var ErrNewerProfile = errors.New("written by a newer version of Countersign")

// ErrProfileDamaged says that a file without which the folder is no node is
// damaged or missing. It cannot be made again from the record.
var ErrProfileDamaged = errors.New("a file that makes this folder a node is damaged or missing")

// Profile is what a node knows before it opens anything: whose it is, where it
// listens, which sources are connected.
type Profile struct {
	Version   int              `json:"version"`
	Network   ledger.NetworkID `json:"network"`
	Agency    ledger.AgencyID  `json:"agency"`
	Node      ledger.NodeCode  `json:"node"`
	Keeper    bool             `json:"keeper"`          // holds the agency's consensus key and wants to keep
	Spare     bool             `json:"spare,omitempty"` // a further node that may become the office node: it has an age identity
	Rehearsal bool             `json:"rehearsal"`
	Demo      bool             `json:"demo,omitempty"`
	Listen    []string         `json:"listen"`
	MDNS      bool             `json:"mdns"`
	Peers     []PeerHint       `json:"peers,omitempty"`
	Sources   []Source         `json:"sources,omitempty"`
	Pin       *Pin             `json:"pin,omitempty"`
	// HideSubjects is the agency's rule for a desk: see desk.Profile.
	HideSubjects bool `json:"hide_subjects,omitempty"`
}

// PeerHint is where a peer was last found.
type PeerHint struct {
	Peer  string   `json:"peer"`
	Addrs []string `json:"addrs"`
}

// Source connects a dataset of this agency with a file.
type Source struct {
	Dataset ledger.Code      `json:"dataset"`
	File    string           `json:"file"`
	Key     ledger.FieldName `json:"key"` // the column that names the subject
}

// Pin is the block that the invitation vouched for: a chain without it is set aside.
type Pin struct {
	Height  ledger.Height `json:"height" cbor:"0,keyasint"`
	Hash    ledger.Hash   `json:"hash" cbor:"1,keyasint"`
	Refused bool          `json:"refused,omitempty" cbor:"-"` // the chain here is without it
}

// ReadProfile reads the profile in folder.
func ReadProfile(folder string) (Profile, error) {
	var p Profile
	b, err := os.ReadFile(filepath.Join(folder, fileProfile))
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("%s: %w", folder, ErrNoProfile)
	}
	if err != nil {
		return p, fmt.Errorf("read profile: %w", err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("%s: %w: %w", filepath.Join(folder, fileProfile), ErrProfileDamaged, err)
	}
	if p.Version > profileVersion {
		return p, fmt.Errorf("profile %s: %w", folder, ErrNewerProfile)
	}
	return p, nil
}

// WriteProfile writes the profile into folder, whole or not at all.
func WriteProfile(folder string, p Profile) error {
	p.Version = profileVersion
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	return writeFile(filepath.Join(folder, fileProfile), append(b, '\n'))
}

// setSource connects a dataset, replacing an earlier connection.
func (p *Profile) setSource(s Source) {
	p.dropSource(s.Dataset)
	p.Sources = append(slices.Clip(p.Sources), s)
}

// dropSource forgets a dataset's connection; false when there is none.
func (p *Profile) dropSource(code ledger.Code) bool {
	if _, ok := p.source(code); !ok {
		return false
	}
	var left []Source // a list of its own: others read the old one
	for _, s := range p.Sources {
		if s.Dataset != code {
			left = append(left, s)
		}
	}
	p.Sources = left
	return true
}

// source finds the connection of a dataset.
func (p Profile) source(code ledger.Code) (Source, bool) {
	i := slices.IndexFunc(p.Sources, func(s Source) bool { return s.Dataset == code })
	if i < 0 {
		return Source{}, false
	}
	return p.Sources[i], true
}

func readFounding(folder string) (*ledger.Document, error) {
	path := filepath.Join(folder, fileFounding)
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read founding document: %w", err)
	}
	var doc *ledger.Document
	if err == nil {
		doc, err = ledger.ParseDocument(b, ledger.NetworkID{})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrProfileDamaged, err)
	}
	return doc, nil
}

// writeFile writes a file durably: whole, or as it was before.
func writeFile(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(b); err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
