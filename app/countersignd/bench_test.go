package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/app/bench"
)

// asProgram makes the test's own binary the program whose commands the nodes run.
const asProgram = "COUNTERSIGND_COMMANDS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	if err := os.Setenv(asProgram, "1"); err != nil { // for whoever this process starts
		panic(err)
	}
	os.Exit(m.Run())
}

// TestBenchMeasuresEverything runs every measurement on small numbers; the
// figures mean nothing, but none may be missing.
func TestBenchMeasuresEverything(t *testing.T) {
	r, err := bench.Bench(t.Context(), bench.Options{Program: program(t), Rounds: 1, Samples: 4, Entries: 400,
		SmallBlocks: 10, Idle: 500 * time.Millisecond, Verify: 600, Small: 300, Big: 600, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Metrics) < 20 {
		t.Errorf("%d values, want them all: %v", len(r.Metrics), r.Notes)
	}
	saved(t, r)
}

// TestSoakFindsNothingLost lets a few faults happen. A missed goal of time is no
// failure here: other tests run beside it.
func TestSoakFindsNothingLost(t *testing.T) {
	r, err := bench.Soak(t.Context(), bench.SoakOptions{Program: program(t), Seed: 5, Faults: 2, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Metrics {
		if m.Met != nil && !*m.Met && m.Unit != "s" && m.Unit != "%" {
			t.Errorf("%s: %v, goal %s: %v", m.Name, m.Value, m.Goal, r.Notes)
		}
	}
	saved(t, r)
}

func program(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

func saved(t *testing.T, r *bench.Report) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "build", "values.json")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var values []map[string]any
	if err := json.Unmarshal(b, &values); err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		for _, key := range []string{"name", "value", "unit", "goal", "met"} {
			if _, ok := v[key]; !ok {
				t.Errorf("value %v has no %s", v, key)
			}
		}
	}
}
