package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Count is how many test functions ended in which way. Subtests belong to their function,
// so that a table of a thousand rows counts once. A package that failed without a failing
// test (it did not build, it panicked, it ran out of time) counts as one failure.
type Count struct {
	Passed, Failed, Skipped int
	Names                   []string // of what failed: a package and its test, or the package alone
}

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output and build-fail, instead of Package
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

// pack is what is known of one package while its tests run.
type pack struct {
	count  Count
	output map[string][]string // by test; "" is the package's own
	failed []string            // tests in the order they failed
}

// Read counts the events in r and tells w about each package as it ends. Lines that are
// not events, such as a linker's complaints, are handed through to w.
func Read(r io.Reader, w io.Writer) (Count, error) {
	t := tally{packs: map[string]*pack{}, out: bufio.NewWriter(w)}
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return t.total, fmt.Errorf("read test events: %w", err)
		}
	}
	for name, p := range t.packs {
		t.end(name, p, event{Action: "fail"}) // cut off before it could say how it ended
	}
	return t.total, t.out.Flush()
}

type tally struct {
	packs map[string]*pack
	total Count
	out   *bufio.Writer
}

func (t *tally) line(line string) {
	var e event
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil {
		t.out.WriteString(line)
		return
	}
	if e.Action == "build-output" {
		t.out.WriteString(e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := t.packs[e.Package]
	if p == nil {
		p = &pack{output: map[string][]string{}}
		t.packs[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.output[e.Test] = append(p.output[e.Test], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.end(e.Package, p, e)
			delete(t.packs, e.Package)
			return
		}
		p.testEnded(e)
	}
}

func (p *pack) testEnded(e event) {
	if e.Action == "fail" {
		p.failed = append(p.failed, e.Test)
	}
	if strings.Contains(e.Test, "/") {
		return
	}
	switch e.Action {
	case "pass":
		p.count.Passed++
	case "fail":
		p.count.Failed++
	case "skip":
		p.count.Skipped++
	}
}

// end prints a package's line, and before it the output of what failed there.
func (t *tally) end(name string, p *pack, e event) {
	short := strings.TrimPrefix(name, "countersign/")
	if e.Action == "fail" && p.count.Failed == 0 {
		p.count.Failed = 1
		t.total.Names = append(t.total.Names, short)
		for test, lines := range p.output {
			if test != "" {
				t.write(lines) // the test that was running when the package died
			}
		}
		t.write(p.output[""])
	}
	for _, test := range p.failed {
		t.write(p.output[test])
		t.total.Names = append(t.total.Names, short+" "+test)
	}
	t.total.Passed += p.count.Passed
	t.total.Failed += p.count.Failed
	t.total.Skipped += p.count.Skipped
	if p.count.Passed+p.count.Failed+p.count.Skipped == 0 {
		return // nothing to test there
	}
	word := "ok  "
	if p.count.Failed > 0 {
		word = "FAIL"
	}
	fmt.Fprintf(t.out, "  %s %-34s %4d passed", word, short, p.count.Passed)
	if p.count.Failed > 0 {
		fmt.Fprintf(t.out, ", %d failed", p.count.Failed)
	}
	if p.count.Skipped > 0 {
		fmt.Fprintf(t.out, ", %d skipped", p.count.Skipped)
	}
	fmt.Fprintf(t.out, "  %.1f s\n", e.Elapsed)
	t.out.Flush()
}

func (t *tally) write(lines []string) {
	for _, line := range lines {
		t.out.WriteString(line)
	}
}
