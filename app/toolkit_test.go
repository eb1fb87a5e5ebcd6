package app

import (
	"testing"

	"github.com/BurntSushi/toml"
)

func TestMetadataAgreesWithPackaging(t *testing.T) {
	var file struct {
		Details struct {
			Name, ID, Version string
			Build             int
		}
		Migrations map[string]bool
	}
	if _, err := toml.DecodeFile("../FyneApp.toml", &file); err != nil {
		t.Fatal(err)
	}
	if d := file.Details; d.Name != appName || d.ID != appID || d.Version != appVersion || d.Build != appBuild {
		t.Errorf("FyneApp.toml says %+v, the program %s %s %s build %d", d, appName, appID, appVersion, appBuild)
	}
	if !file.Migrations["fyneDo"] {
		t.Error("FyneApp.toml does not say that the interface keeps to its goroutine")
	}
}

// The toolkit has nothing left to do once its loop has ended: see withoutLastEvent.
// An update of it in which that is not so any more is found here.
func TestTheToolkitQueuesNothingAtItsEnd(t *testing.T) {
	a := newToolkit()
	l, ok := a.Lifecycle().(interface{ OnStopped() func() })
	if !ok {
		t.Fatalf("the toolkit's lifecycle is a %T", a.Lifecycle())
	}
	if l.OnStopped() != nil {
		t.Error("something is put into the toolkit's queue when its loop ends")
	}
}
