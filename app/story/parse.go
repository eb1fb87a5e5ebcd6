package story

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	shellquote "github.com/kballard/go-shellquote"
	"golang.org/x/tools/txtar"

	"countersign/ledger"
)

// Story is a parsed file.
type Story struct {
	Name  string
	Steps []Step
	Files map[string][]byte // of the txtar archive at the end
}

// Step is one line.
type Step struct {
	Line    int
	Text    string // as written
	Refused bool   // led by "!": must be refused, or must not come true
	Verb    string
	Args    []string
	Options map[string]string
	NoWait  bool
}

// Opt returns an option's value, or the default.
func (s Step) Opt(name, otherwise string) string {
	if v, ok := s.Options[name]; ok {
		return v
	}
	return otherwise
}

// List returns an option as a comma-separated list; nil when absent or empty.
func (s Step) List(name string) []string {
	v := s.Options[name]
	if v == "" {
		return nil
	}
	return strings.Split(v, ",")
}

// SyntaxError is a line that cannot be played.
type SyntaxError struct {
	File string
	Line int
	Why  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Why) }

// MaxStory bounds a story's file in bytes, archive included.
const MaxStory = 8 << 20

// Parse reads a story and checks every line's verb, arguments and options.
// Errors are *SyntaxError, joined when several lines are wrong.
func Parse(name string, text []byte) (*Story, error) {
	if len(text) > MaxStory {
		return nil, &SyntaxError{name, 1, "the file is larger than a story can be"}
	}
	a := txtar.Parse(text)
	s := &Story{Name: name, Files: map[string][]byte{}}
	for _, f := range a.Files {
		s.Files[f.Name] = f.Data
	}
	var errs []error
	for i, line := range strings.Split(string(a.Comment), "\n") {
		step, err := parseLine(i+1, line)
		if err != nil {
			errs = append(errs, &SyntaxError{name, i + 1, err.Error()})
			continue
		}
		if step != nil {
			s.Steps = append(s.Steps, *step)
		}
	}
	if len(errs) == 0 && len(s.Steps) == 0 {
		errs = append(errs, &SyntaxError{name, 1, "no steps"})
	}
	return s, errors.Join(errs...)
}

// parseLine reads one line; nil for an empty one.
func parseLine(n int, line string) (*Step, error) {
	text := strings.TrimSpace(cutComment(line))
	if text == "" {
		return nil, nil
	}
	s := &Step{Line: n, Text: text, Options: map[string]string{}}
	rest, refused := strings.CutPrefix(text, "!")
	s.Refused = refused
	words, err := shellquote.Split(rest)
	if err != nil {
		return nil, fmt.Errorf("quotes are not closed: %w", err)
	}
	if len(words) == 0 {
		return nil, errors.New("nothing follows the exclamation mark")
	}
	// Options of the mark itself stand before the verb: "! code=… approve …".
	for len(words) > 0 && s.Refused && strings.HasPrefix(words[0], "code=") {
		s.Options[demanded] = strings.TrimPrefix(words[0], "code=")
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, errors.New("no step follows the code")
	}
	s.Verb, words = words[0], words[1:]
	g, ok := grammar()[s.Verb]
	if !ok {
		return nil, fmt.Errorf("unknown step %q", s.Verb)
	}
	if g.later != "" {
		return nil, fmt.Errorf("the step %q comes with %s", s.Verb, g.later)
	}
	for _, w := range words {
		if w == "nowait" {
			s.NoWait = true
			continue
		}
		key, value, isOption := strings.Cut(w, "=")
		if isOption && slices.Contains(g.options, key) {
			s.Options[key] = value
			continue
		}
		if isOption && isWord(key) && !g.freeText {
			return nil, fmt.Errorf("the step %q has no option %q", s.Verb, key)
		}
		s.Args = append(s.Args, w)
	}
	if len(s.Args) < g.min || g.max >= 0 && len(s.Args) > g.max {
		return nil, fmt.Errorf("the step is written: %s", g.form)
	}
	if s.Refused && !g.signed && !g.mayFail {
		return nil, fmt.Errorf("the step %q is not signed and cannot be refused", s.Verb)
	}
	if s.NoWait && !g.signed {
		return nil, fmt.Errorf("the step %q is not signed and cannot be left waiting", s.Verb)
	}
	if code, ok := s.Options[demanded]; ok && !g.signed {
		return nil, fmt.Errorf("the step %q is not signed and has no refusal code", s.Verb)
	} else if ok && !slices.Contains(ledger.Refusals(), ledger.Refusal(code)) {
		return nil, fmt.Errorf("there is no refusal code %q", code)
	}
	for _, o := range g.needs {
		if _, ok := s.Options[o]; !ok {
			return nil, fmt.Errorf("the step needs %s=…: %s", o, g.form)
		}
	}
	return s, nil
}

// demanded is the option that holds the refusal code behind an exclamation mark.
const demanded = "!code"

func isWord(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && r != '-' {
			return false
		}
	}
	return s != ""
}

// cutComment cuts from a # that begins a word outside quotes.
func cutComment(line string) string {
	var quote rune
	before := ' '
	for i, r := range line {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#' && (before == ' ' || before == '\t'):
			return line[:i]
		}
		before = r
	}
	return line
}
