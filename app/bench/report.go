package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// Metric is one measured value with the goal it is held against.
type Metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal"` // empty: none
	Met   *bool   `json:"met"`  // nil: no goal
}

// Report gathers the metrics of one run, in order.
type Report struct {
	Title   string
	Metrics []Metric
	Notes   []string

	started time.Time
	free    []float64 // share of all cores that was free, in percent
	log     io.Writer
}

func newReport(title string, log io.Writer) *Report {
	r := &Report{Title: title, started: time.Now(), log: log}
	r.look()
	return r
}

// look measures how much of the processor is free now.
func (r *Report) look() { r.free = append(r.free, math.Round(freeShare())) }

// add records a value without a goal.
func (r *Report) add(name, unit string, value float64) {
	r.put(Metric{Name: name, Value: value, Unit: unit})
}

// most records a value whose goal is at most limit.
func (r *Report) most(name, unit string, value, limit float64) {
	met := value <= limit
	r.put(Metric{Name: name, Value: value, Unit: unit, Goal: "at most " + compact(limit), Met: &met})
}

// least records a value whose goal is at least limit.
func (r *Report) least(name, unit string, value, limit float64) {
	met := value >= limit
	r.put(Metric{Name: name, Value: value, Unit: unit, Goal: "at least " + compact(limit), Met: &met})
}

func (r *Report) put(m Metric) {
	if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
		r.note("%s could not be measured", m.Name)
		return
	}
	r.Metrics = append(r.Metrics, m)
	fmt.Fprintf(r.log, "  %-58s %12s %s\n", m.Name, compact(m.Value), m.Unit)
}

// note adds a sentence below the table.
func (r *Report) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !slices.Contains(r.Notes, s) {
		r.Notes = append(r.Notes, s)
	}
}

// Missed lists the goals that were not met.
func (r *Report) Missed() []string {
	var out []string
	for _, m := range r.Metrics {
		if m.Met != nil && !*m.Met {
			out = append(out, fmt.Sprintf("%s: %s %s, goal %s", m.Name, compact(m.Value), m.Unit, m.Goal))
		}
	}
	return out
}

// Print writes the table.
func (r *Report) Print(w io.Writer) error {
	fmt.Fprintf(w, "\n%s, %s, %d cores, %s, %s; processor free for us: %.0f %%\n", r.Title, runtime.GOOS+"/"+runtime.GOARCH,
		runtime.NumCPU(), runtime.Version(), time.Since(r.started).Round(time.Second), r.free)
	tw := tabwriter.NewWriter(w, 2, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tvalue\tunit\tgoal\t")
	for _, m := range r.Metrics {
		met := ""
		if m.Met != nil && *m.Met {
			met = "met"
		} else if m.Met != nil {
			met = "MISSED"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", m.Name, compact(m.Value), m.Unit, m.Goal, met)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "*", n)
	}
	return nil
}

// Save writes the metrics as JSON; the folder is made when it is missing.
func (r *Report) Save(path string) error {
	out := r.Metrics
	for i, share := range r.free {
		out = append(slices.Clip(out), Metric{Name: fmt.Sprintf("processor free, look %d", i+1), Value: share, Unit: "%"})
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("save report: %w", err)
	}
	return nil
}

func compact(v float64) string {
	switch a := math.Abs(v); {
	case a == math.Trunc(a) && a < 1e9:
		return fmt.Sprintf("%.0f", v)
	case a >= 1000:
		return fmt.Sprintf("%.0f", v)
	case a >= 100:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.4f", v)
}

func median(v []float64) float64 { return percentile(v, 50) }

// percentile uses the nearest rank, and for 50 the mean of the two in the middle.
func percentile(v []float64, p float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	if len(s) == 0 {
		return math.NaN()
	}
	if p == 50 && len(s)%2 == 0 {
		return (s[len(s)/2-1] + s[len(s)/2]) / 2
	}
	i := int(math.Ceil(p/100*float64(len(s)))) - 1
	return s[min(max(i, 0), len(s)-1)]
}

func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
