package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/app/node"
	"countersign/ledger"
)

// format is the format of a city's folder; a city of an older one is set aside
// and made again.
const format = 1

const (
	fileCity   = "city.json"
	filePeople = "people.json"
	fileLock   = "lock"
)

// ErrNewerCity says that a newer version of the program made the city.
var ErrNewerCity = errors.New("a newer version of Countersign made this demo city: nothing was changed")

// ErrNotACity says that a folder holds something else.
var ErrNotACity = errors.New("this folder holds something else than a demo city: choose an empty one")

// record is city.json.
type record struct {
	Format   int       `json:"format"`
	Agencies int       `json:"agencies"`
	Made     bool      `json:"made"` // false while it is being made
	Since    time.Time `json:"since"`
	Stories  int       `json:"stories"` // how often the story was told again
}

// DefaultDir is where the demo city lives: in the user's data folder.
func DefaultDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "countersign", "demo"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "countersign", "demo"), nil
}

// DeskPath is where the profile of an agency's desk lies once the city is made.
func DeskPath(dir, agency string) string {
	return folder(dir, ledger.AgencyID(agency), deskNode)
}

// DeskFolder is the profile folder of an agency's desktop node ("tax", "police").
func DeskFolder(dir, agency string) (string, error) {
	f := folder(dir, ledger.AgencyID(agency), deskNode)
	if _, err := node.ReadProfile(f); err != nil {
		return "", fmt.Errorf("the demo city has no desk %q: %w", agency, err)
	}
	return f, nil
}

// People lists the people of a city, in the order of the plan, so that a desk
// that is locked can name them.
func People(dir string) ([]Person, error) {
	b, err := os.ReadFile(filepath.Join(dir, filePeople))
	if err != nil {
		return nil, fmt.Errorf("people of the demo city: %w", err)
	}
	var out []Person
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("people of the demo city: %w", err)
	}
	return out, nil
}

// writePeople writes who is who.
func (c *city) writePeople() error {
	var out []Person
	for _, a := range c.plan.Agencies {
		for _, p := range a.People {
			p.Number = c.number(string(a.ID) + "/" + p.ID)
			out = append(out, p)
		}
	}
	return writeJSON(filepath.Join(c.opt.Dir, filePeople), out)
}

func readRecord(dir string) (record, error) {
	var r record
	b, err := os.ReadFile(filepath.Join(dir, fileCity))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read demo city: %w", err)
	}
	return r, nil
}

func writeRecord(dir string, r record) error {
	r.Format = format
	return writeJSON(filepath.Join(dir, fileCity), r)
}

// writeJSON writes a file whole or not at all.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	tmp := path + ".new"
	if err = os.WriteFile(tmp, append(b, '\n'), 0o600); err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// condition is what a folder holds.
type condition int

const (
	isEmpty condition = iota
	isHalf            // a city whose making was cut off
	isOld             // of an older format, or unreadable
	isWhole
)

// inspect looks at a city's folder, whose lock is held.
func inspect(dir string) (record, condition, error) {
	r, err := readRecord(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return r, isEmpty, foreign(dir)
	case err != nil:
		return r, isOld, nil
	case r.Format > format:
		return r, isWhole, ErrNewerCity
	case r.Format < format:
		return r, isOld, nil
	case !r.Made:
		return r, isHalf, nil
	}
	return r, isWhole, nil
}

// foreign refuses a folder without city.json that holds anything.
func foreign(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{fileLock, fileCity + ".new"}, e.Name()) {
			return fmt.Errorf("%s: %w", dir, ErrNotACity)
		}
	}
	return nil
}

// setAside moves a city out of the way, next to its folder, and says where it is.
// The lock stays where it is.
func setAside(dir string) (string, error) {
	aside := dir + "-set-aside-" + time.Now().UTC().Format("20060102-150405")
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return "", fmt.Errorf("set the old city aside: %w", err)
	}
	return aside, empty(dir, func(path string) error { return os.Rename(path, filepath.Join(aside, filepath.Base(path))) })
}

// clear removes a city that was never finished.
func clearAway(dir string) error { return empty(dir, os.RemoveAll) }

// empty takes everything but the lock out of a folder, city.json last: what was
// cut off in between is still known as a city.
func empty(dir string, take func(path string) error) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty %s: %w", dir, err)
	}
	slices.SortStableFunc(entries, func(a, b os.DirEntry) int {
		return strings.Compare(last(a.Name()), last(b.Name()))
	})
	for _, e := range entries {
		if e.Name() == fileLock {
			continue
		}
		if err := take(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("empty %s: %w", dir, err)
		}
	}
	return nil
}

func last(name string) string {
	if name == fileCity {
		return "\uffff"
	}
	return name
}
