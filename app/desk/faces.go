package desk

import (
	"os"
	"path/filepath"

	"countersign/ledger"
)

// face is what the page for unlocking shows of somebody who uses this computer,
// when their card is sealed.
type face struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

const facesFile = "faces.json"

// readFaces reads who has unlocked here; an unreadable file names nobody.
func (d *Desk) readFaces() map[ledger.OfficialID]face {
	out := map[ledger.OfficialID]face{}
	data, err := os.ReadFile(filepath.Join(d.opt.State, facesFile))
	if err != nil || decodeFile(data, &out) != nil || out == nil {
		return map[ledger.OfficialID]face{}
	}
	return out
}

// keepFace remembers the unlocked official's name on this computer. Failing to
// costs the name on the next page for unlocking, nothing else.
func (d *Desk) keepFace(s *session) {
	s.mu.Lock()
	now := face{Name: s.person.Name, Title: s.person.Title}
	s.mu.Unlock()
	if now.Name != unnamed(s.me) {
		d.writeFace(s.me, now)
	}
}

// writeFace remembers a name.
func (d *Desk) writeFace(o ledger.OfficialID, now face) {
	all := d.readFaces()
	if all[o] == now {
		return
	}
	all[o] = now
	if data, err := encodeFile(all); err == nil {
		_ = cabinet(d.opt.State).write(facesFile, data)
	}
}
