package desk

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Draft is a request that is being composed. It is local: unsigned, on this
// computer, sealed for the official who writes it.
type Draft struct {
	ID    string
	Saved time.Time
	Ask   Ask
}

const (
	draftsFolder = "drafts"
	draftSuffix  = ".draft"
)

func draftName(id string) string { return filepath.Join(draftsFolder, id+draftSuffix) }

// validDraft keeps an ID from naming another file.
func validDraft(id string) bool {
	b, err := hex.DecodeString(id)
	return err == nil && len(b) == 8
}

// SaveDraft keeps a draft; an empty id makes a new one.
func (d *Desk) SaveDraft(id string, ask Ask) (Draft, error) {
	s, err := d.session()
	if err != nil {
		return Draft{}, err
	}
	if gone, err := d.copiedIsGone(s, ask); err != nil || gone {
		return Draft{}, fmt.Errorf("save draft: %w", cmp.Or(err, ErrErased))
	}
	if id == "" {
		b := make([]byte, 8)
		_, _ = rand.Read(b) // never fails since Go 1.24
		id = hex.EncodeToString(b)
	}
	if !validDraft(id) {
		return Draft{}, fmt.Errorf("save draft: %q is not a draft", id)
	}
	dr := Draft{ID: id, Saved: d.clock(), Ask: ask}
	if err := s.cabinet.writeSealed(draftName(id), dr, s.recipient); err != nil {
		return Draft{}, fmt.Errorf("save draft: %w", err)
	}
	return dr, nil
}

// Drafts lists the official's drafts, the last saved first. A draft that cannot
// be read (another version of the program wrote it) is left out and stays.
func (d *Desk) Drafts() ([]Draft, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	return d.draftsOf(s)
}

func (d *Desk) draftsOf(s *session) ([]Draft, error) {
	names, err := s.cabinet.names(draftsFolder, draftSuffix)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	var out []Draft
	for _, id := range names {
		var dr Draft
		if validDraft(id) && s.cabinet.readSealed(draftName(id), s.identity, &dr) == nil {
			out = append(out, dr)
		}
	}
	slices.SortFunc(out, func(a, b Draft) int { return cmp.Or(b.Saved.Compare(a.Saved), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// DiscardDraft deletes a draft; one that is gone already is no error.
func (d *Desk) DiscardDraft(id string) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	if !validDraft(id) {
		return nil
	}
	if err := s.cabinet.remove(draftName(id)); err != nil {
		return fmt.Errorf("discard draft: %w", err)
	}
	return nil
}
