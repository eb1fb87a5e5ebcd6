package crash

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// format is the version of a report's form, in its first line.
const format = 1

// keep is how many reports stay in a folder.
const keep = 10

// fresh begins the name of a report that nobody has dismissed.
const fresh = "new-"

// ending ends the name of every report.
const ending = ".txt"

// Report is what is kept of one crash.
type Report struct {
	Reference string // the same for the same fault of the same version
	Text      string // for a person who repairs the program
	At        time.Time
	Path      string // empty before it is written
}

// What of the runtime's words may stay.
var (
	fault      = regexp.MustCompile(`^\[?(SIG[A-Z]+|signal SIG[A-Z]+)`)
	ofRuntime  = regexp.MustCompile(`^panic: runtime error: [a-z ]+`)
	goroutine  = regexp.MustCompile(`^goroutine [0-9]+( gp=\S+ m=\S+( mp=\S+)?)? \[([a-zA-Z ,()0-9]+)\]:$`)
	function   = regexp.MustCompile(`^([\w./*·\-\[\]()]+)\((?:.*)\)$`)
	createdBy  = regexp.MustCompile(`^created by ([\w./*·\-\[\]()]+)( in goroutine [0-9]+)?$`)
	sourceLine = regexp.MustCompile(`^\t(\S+\.(?:go|s|c)):([0-9]+)`)
)

// Make puts a report together from what the runtime said.
func Make(said []byte, version string, now time.Time) Report {
	what, stack := "panic", new(strings.Builder)
	in := bufio.NewScanner(bytes.NewReader(said))
	in.Buffer(nil, maxOutput)
	inside := false
	for in.Scan() {
		line := in.Text()
		switch {
		case goroutine.MatchString(line):
			inside = true
			fmt.Fprintf(stack, "\ngoroutine [%s]\n", goroutine.FindStringSubmatch(line)[3])
		case !inside && ofRuntime.MatchString(line):
			what = strings.TrimSpace(ofRuntime.FindString(line))
		case !inside && fault.MatchString(line):
			what += ", " + strings.Trim(fault.FindString(line), "[")
		case inside:
			frame(stack, line)
		}
	}
	sum := sha256.Sum256([]byte(version + "\n" + what + stack.String()))
	r := Report{Reference: strings.ToUpper(fmt.Sprintf("%x", sum[:3])), At: now}
	r.Text = fmt.Sprintf("Countersign crash report, format %d\nreference %s\nversion %s\nsystem %s/%s %s\ntime %s\nwhat %s\n%s",
		format, r.Reference, version, runtime.GOOS, runtime.GOARCH, runtime.Version(), now.UTC().Format(time.RFC3339), what, stack)
	return r
}

// frame writes one line of a stack without arguments and without the folders of
// whoever built the program.
func frame(out *strings.Builder, line string) {
	switch {
	case sourceLine.MatchString(line):
		m := sourceLine.FindStringSubmatch(line)
		fmt.Fprintf(out, "\t%s:%s\n", filepath.Join(filepath.Base(filepath.Dir(m[1])), filepath.Base(m[1])), m[2])
	case createdBy.MatchString(line):
		fmt.Fprintf(out, "created by %s\n", createdBy.FindStringSubmatch(line)[1])
	case function.MatchString(line):
		fmt.Fprintf(out, "%s\n", function.FindStringSubmatch(line)[1])
	}
}

// Write keeps a report in a folder, and of older ones only the last few.
func Write(folder string, r Report) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keep a crash report: %w", err)
	}
	name := fresh + r.At.UTC().Format("20060102-150405") + "-" + r.Reference + ending
	if err := os.WriteFile(filepath.Join(folder, name), []byte(r.Text), 0o600); err != nil {
		return fmt.Errorf("keep a crash report: %w", err)
	}
	all, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		return fmt.Errorf("keep a crash report: %w", err)
	}
	slices.SortFunc(all, func(a, b string) int { return strings.Compare(when(a), when(b)) })
	for len(all) > keep {
		err = errors.Join(err, os.Remove(all[0]))
		all = all[1:]
	}
	return err
}

func when(path string) string { return strings.TrimPrefix(filepath.Base(path), fresh) }

// Last is the newest report in a folder that nobody has dismissed; false: there is none.
func Last(folder string) (Report, bool) {
	all, err := filepath.Glob(filepath.Join(folder, fresh+"*"+ending))
	if err != nil || len(all) == 0 {
		return Report{}, false
	}
	path := slices.MaxFunc(all, func(a, b string) int { return strings.Compare(when(a), when(b)) })
	text, err := os.ReadFile(path)
	if err != nil {
		return Report{}, false
	}
	r := Report{Text: string(text), Path: path}
	for line := range strings.Lines(r.Text) {
		line = strings.TrimSpace(line)
		if ref, ok := strings.CutPrefix(line, "reference "); ok && r.Reference == "" {
			r.Reference = ref
		}
		if at, ok := strings.CutPrefix(line, "time "); ok && r.At.IsZero() {
			r.At, _ = time.Parse(time.RFC3339, at) // shown as unknown when it is none
		}
	}
	return r, true
}

// Dismiss keeps every report of a folder, and speaks of none again.
func Dismiss(folder string) error {
	all, err := filepath.Glob(filepath.Join(folder, fresh+"*"+ending))
	for _, path := range all {
		err = errors.Join(err, os.Rename(path, filepath.Join(folder, when(path))))
	}
	if err != nil {
		return fmt.Errorf("dismiss crash reports: %w", err)
	}
	return nil
}
