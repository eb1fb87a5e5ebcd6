package app

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"countersign/app/ui"
	"countersign/app/ui/look"
)

func TestArguments(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/data")
	a, err := parse(nil, io.Discard)
	if err != nil || a.profile != "/data/countersign/profile" || a.demo != "" {
		t.Errorf("without arguments: %+v, %v", a, err)
	}
	a, err = parse([]string{"--demo", "police"}, io.Discard)
	if err != nil || a.demo != "police" || a.city != "/data/countersign/demo" {
		t.Errorf("the demo: %+v, %v", a, err)
	}
	for _, wrong := range [][]string{{"--demo", "tax", "--profile", "x"}, {"left-over"}} {
		if _, err := parse(wrong, io.Discard); err == nil {
			t.Errorf("%q was understood", wrong)
		}
	}
	if _, err := parse([]string{"--help"}, io.Discard); !errors.Is(err, errHelp) {
		t.Errorf("help: %v", err)
	}
}

func TestSettingsAreKept(t *testing.T) {
	s := settings{filepath.Join(t.TempDir(), "profile", settingsFile)}
	if got := s.Load(); got.Screen != "" {
		t.Errorf("settings that were never kept: %+v", got)
	}
	want := ui.Settings{Settings: look.Settings{Language: "fr", Scale: 1.5}, Width: 1000, Height: 700, Screen: "network"}
	if err := s.Save(want); err != nil {
		t.Fatal(err)
	}
	if got := s.Load(); got.Language != "fr" || got.Scale != 1.5 || got.Width != 1000 || got.Screen != "network" {
		t.Errorf("kept %+v", got)
	}
}
