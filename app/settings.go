package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"countersign/app/ui"
)

// settingsFile is what a window remembers, in its profile folder.
const settingsFile = "window.json"

// settings keeps a window's settings in a file.
type settings struct{ path string }

// Load reads them; what cannot be read counts as not set.
func (s settings) Load() ui.Settings {
	var out ui.Settings
	if b, err := os.ReadFile(s.path); err == nil {
		if json.Unmarshal(b, &out) != nil {
			return ui.Settings{}
		}
	}
	return out
}

// Save writes them whole or not at all.
func (s settings) Save(v ui.Settings) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	tmp := s.path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	if err := os.Rename(tmp, s.path); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	return nil
}
