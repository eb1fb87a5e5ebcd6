package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"countersign/app/i18n"
	"countersign/assets"
)

// sourceStrings are the string literals of all code that draws, tests left out;
// asked are those handed to a method that looks a message up.
func sourceStrings(t *testing.T) (all, asked map[string]bool) {
	t.Helper()
	all, asked = map[string]bool{}, map[string]bool{}
	files := token.NewFileSet()
	read := func(path string) {
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(x.Value); err == nil && x.Kind == token.STRING {
					all[s] = true
				}
			case *ast.CallExpr:
				sel, ok := x.Fun.(*ast.SelectorExpr)
				if !ok || len(x.Args) == 0 || sel.Sel.Name != "T" && sel.Sel.Name != "N" {
					return true
				}
				if lit, ok := x.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						asked[s] = true
					}
				}
			}
			return true
		})
	}
	walk := func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			read(path)
		}
		return err
	}
	for _, root := range []string{".", "../i18n"} {
		if err := filepath.WalkDir(root, walk); err != nil {
			t.Fatal(err)
		}
	}
	beside, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range beside {
		if !strings.HasSuffix(path, "_test.go") {
			read(path)
		}
	}
	if len(asked) == 0 {
		t.Fatal("no message is looked up anywhere")
	}
	return all, asked
}

// keys are all messages of the English file.
func keys(t *testing.T) map[string]bool {
	t.Helper()
	text, err := assets.Language("en")
	if err != nil {
		t.Fatal(err)
	}
	var sections map[string]map[string]any
	if err := toml.Unmarshal(text, &sections); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for section, messages := range sections {
		for key := range messages {
			out[section+"."+key] = true
		}
	}
	return out
}

func TestEveryMessageThatIsShownExists(t *testing.T) {
	_, asked := sourceStrings(t)
	have := keys(t)
	for key := range asked {
		if !have[key] && !strings.HasSuffix(key, ".") && !strings.HasSuffix(key, "_") && strings.Contains(key, ".") {
			t.Errorf("%q is shown and stands in no language", key)
		}
	}
}

func TestEveryMessageIsShownSomewhere(t *testing.T) {
	all, _ := sourceStrings(t)
	for key := range keys(t) {
		if all[key] {
			continue
		}
		// A key that is put together begins with a literal, as in "state." or "inbox.proposal_".
		section := key[:strings.Index(key, ".")+1]
		built := all[section]
		for i := len(section); i < len(key) && !built; i++ {
			built = key[i] == '_' && all[key[:i+1]]
		}
		if !built {
			t.Errorf("%q is shown nowhere", key)
		}
	}
}

func TestLanguagesAreNamedInThemselves(t *testing.T) {
	for _, l := range i18n.Langs() {
		if l.Name() == "" {
			t.Errorf("%s has no name", l)
		}
	}
}
