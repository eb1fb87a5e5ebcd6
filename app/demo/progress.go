package demo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Step is a part of the way until a city stands.
type Step string

// The steps: of a new city, and of one that was made before.
const (
	StepFound    Step = "found"    // the agencies found their network and join it
	StepFurnish  Step = "furnish"  // people are enrolled, datasets and legal bases published
	StepPast     Step = "past"     // sixty days pass
	StepDesks    Step = "desks"    // the desks fetch the record
	StepStart    Step = "start"    // the agencies start
	StepTogether Step = "together" // they find one another
)

// Progress is how far the process that starts a city has come.
type Progress struct {
	Step Step `json:"step"`
	At   int  `json:"at"` // the first is 1
	Of   int  `json:"of"`
}

const fileProgress = "progress.json"

// ReadProgress tells how far a city in a folder has come; false: no process has
// written it, or the city stands.
func ReadProgress(dir string) (p Progress, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, fileProgress))
	return p, err == nil && json.Unmarshal(b, &p) == nil
}

// step writes down that a step begins, for windows that wait for the city. A
// city that is made for a single story has no steps.
func (c *city) step(s Step) error {
	at := slices.Index(c.steps, s)
	if at < 0 {
		return nil
	}
	return writeJSON(filepath.Join(c.opt.Dir, fileProgress), Progress{s, at + 1, len(c.steps)})
}

// stands removes what was written on the way.
func (c *city) stands() error {
	if err := os.RemoveAll(filepath.Join(c.opt.Dir, fileProgress)); err != nil {
		return fmt.Errorf("demo city: %w", err)
	}
	return nil
}
