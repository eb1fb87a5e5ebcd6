package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this module; packages below are named without it.
const module = "countersign"

// room is a package and which of ours it may import. "x/..." is x and all below it.
type room struct {
	name    string
	imports []string
}

// rooms lists every package. What stands further down never imports what stands further
// up.
var rooms = []room{
	{".", []string{"app"}},
	{"app", []string{"app/...", "ledger/...", "p2p/...", "assets"}},
	{"app/countersignd", []string{"app/node", "app/desk", "app/control", "app/demo", "app/story", "app/bench", "ledger/..."}},
	{"app/rig", []string{"app/demo", "app/control", "app/desk", "app/node", "ledger/..."}},
	{"app/rig/window", []string{"app"}},
	{"app/bench", []string{"app/story", "app/control", "app/node", "ledger", "ledger/rules", "ledger/consensus", "ledger/store", "ledger/ledgertest"}},
	{"app/control", []string{"app/node", "app/desk", "ledger", "ledger/rules", "ledger/store"}},
	{"app/story", []string{"app/control", "app/node", "app/desk", "app/source", "ledger/...", "assets"}},
	{"app/demo", []string{"app/story", "app/control", "app/node", "app/desk", "app/source", "ledger/...", "assets"}},
	{"app/ui/...", []string{"app/ui/...", "app/desk", "app/widgets", "app/i18n", "assets"}},
	{"app/widgets", []string{"assets"}},
	{"app/i18n", []string{"assets"}},
	{"app/node", []string{"ledger/...", "p2p/...", "app/desk", "app/source"}},
	{"app/desk", []string{"ledger", "ledger/rules", "ledger/keyring/...", "ledger/vault", "app/source"}},
	{"app/crash", nil},
	{"app/notify", nil},
	{"app/source", []string{"ledger"}},
	{"p2p", []string{"ledger", "p2p/..."}},
	{"p2p/gossip", []string{"ledger", "p2p", "p2p/wire"}},
	{"p2p/delivery", []string{"ledger", "p2p"}},
	{"p2p/wire", []string{"ledger"}},
	{"ledger/ledgertest", []string{"ledger/..."}},
	{"ledger/consensus", []string{"ledger", "ledger/rules", "ledger/store"}},
	{"ledger/store", []string{"ledger", "ledger/rules"}},
	{"ledger/rules", []string{"ledger"}},
	{"ledger/keyring", []string{"ledger", "ledger/keyring/hybrid"}},
	{"ledger/vault", []string{"ledger", "ledger/keyring/hybrid"}},
	{"ledger/keyring/hybrid", nil},
	{"ledger", nil},
	{"assets", nil},
}

// homes says in which rooms alone a library may be imported.
var homes = []struct {
	library string
	rooms   []string
}{
	{"github.com/cometbft/...", []string{"ledger/consensus", "ledger/ledgertest", "p2p/gossip"}},
	{"github.com/libp2p/...", []string{"p2p/..."}},
	{"go.etcd.io/bbolt/...", []string{"ledger/store", "ledger/vault"}},
	{"github.com/godbus/...", []string{"app/notify", "app/rig"}},
	{"fyne.io/...", []string{".", "app", "app/ui/...", "app/widgets", "app/rig/window"}},
}

// pure lists the rooms in which every replica must come to the same result, what they
// may not import for that, and the functions of package time they may not name.
var (
	pure      = []string{"ledger", "ledger/rules"}
	impure    = []string{"net/...", "os/...", "math/rand/...", "go.etcd.io/bbolt/..."}
	readClock = []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep"}
)

// testHelpers may be imported by tests alone, and by what measures.
var (
	testHelpers = []string{"ledger/ledgertest"}
	measures    = []string{"app/bench", "app/rig"}
)

// house is one package as `go list` shows it.
type house struct {
	ImportPath                        string
	Dir                               string
	GoFiles, CgoFiles, IgnoredGoFiles []string
	name                              string
	files                             []*ast.File
	imports                           []string
}

func TestPackagesImportOnlyDownward(t *testing.T) {
	packages := list(t)
	for _, p := range packages {
		at := slices.IndexFunc(rooms, func(r room) bool { return within(p.name, r.name) })
		if at < 0 {
			t.Errorf("package %s stands in no room: add it to the table here and in the README", p.name)
			continue
		}
		for _, path := range p.imports {
			ours, ok := strings.CutPrefix(path, module+"/")
			if !ok {
				continue
			}
			if !matches(ours, rooms[at].imports) {
				t.Errorf("%s imports %s; it may import %v", p.name, ours, rooms[at].imports)
			}
			if slices.Contains(testHelpers, ours) && !slices.Contains(slices.Concat(testHelpers, measures), p.name) {
				t.Errorf("%s imports %s, which is for tests and measurements alone", p.name, ours)
			}
		}
	}
	for _, room := range rooms {
		if !slices.ContainsFunc(packages, func(p house) bool { return within(p.name, room.name) }) {
			t.Errorf("package %s is gone", room.name)
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	for _, p := range list(t) {
		for _, path := range p.imports {
			for _, home := range homes {
				if within(path, home.library) && !matches(p.name, home.rooms) {
					t.Errorf("%s imports %s; only %v may", p.name, path, home.rooms)
				}
			}
		}
	}
}

func TestRulesReadNoClockAndNothingOutside(t *testing.T) {
	for _, p := range list(t) {
		if !slices.Contains(pure, p.name) {
			continue
		}
		for _, path := range p.imports {
			if matches(path, impure) {
				t.Errorf("%s imports %s, which may differ between replicas", p.name, path)
			}
		}
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				selected, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := selected.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(readClock, selected.Sel.Name) {
					t.Errorf("%s names time.%s; time comes from the block", p.name, selected.Sel.Name)
				}
				return true
			})
		}
	}
}

// list returns every package of the module with the imports of all its files, those for
// other systems and without cgo too, and leaves tests out.
func list(t *testing.T) []house {
	t.Helper()
	cmd := exec.Command("go", "list", "-find", "-e", "-json", "./...")
	cmd.Dir = ".."
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaint.String())
	}
	var packages []house
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p house
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if p.name = strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/"); p.name == "" {
			p.name = "."
		}
		p.read(t)
		if len(p.files) > 0 {
			packages = append(packages, p)
		}
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	return packages
}

func (p *house) read(t *testing.T) {
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, file)
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			p.imports = append(p.imports, path)
		}
	}
	slices.Sort(p.imports)
	p.imports = slices.Compact(p.imports)
}

// within says whether path is the pattern, or for "x/..." is x or below it.
func within(path, pattern string) bool {
	above, below := strings.CutSuffix(pattern, "/...")
	return path == above || below && strings.HasPrefix(path, above+"/")
}

func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return within(path, pattern) })
}
