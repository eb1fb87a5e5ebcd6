package assets

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// namedIcons reads the icon constants out of icons.go.
func namedIcons(t *testing.T) map[IconName]bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "icons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[IconName]bool)
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "IconName" {
			return true
		}
		for _, v := range spec.Values {
			s, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			names[IconName(s)] = true
		}
		return true
	})
	return names
}

func TestEveryNamedIconExistsAndEveryIconHasAName(t *testing.T) {
	names := namedIcons(t)
	if len(names) == 0 {
		t.Fatal("no icon constants found")
	}
	for n := range names {
		if !HasIcon(n) {
			t.Errorf("icon %q has no file", n)
		}
	}
	for _, n := range IconNames() {
		if !names[n] {
			t.Errorf("file icons/%s.svg has no constant", n)
		}
	}
}

func TestIconsAreStrokesThatCanBeRecoloured(t *testing.T) {
	for _, n := range IconNames() {
		svg := Icon(n)
		if !bytes.Contains(svg, []byte(IconStroke)) {
			t.Errorf("icon %q does not use the stroke colour", n)
		}
		if !bytes.Contains(svg, []byte(`stroke-width="`)) {
			t.Errorf("icon %q has no stroke width", n)
		}
	}
}

func TestUnknownIconIsAQuestionMark(t *testing.T) {
	if !bytes.Equal(Icon("no-such-sign"), Icon(IconHelp)) {
		t.Error("an unknown icon name does not give the question mark")
	}
}

func TestFilesArePresent(t *testing.T) {
	for name, b := range map[string][]byte{"regular": FontRegular(), "bold": FontBold(), "logo": Logo(), "icon": AppIcon(), "licence": []byte(FontLicence()), "glossary": Glossary()} {
		if len(b) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	for _, code := range []string{"en", "fr", "zh"} {
		if _, err := Language(code); err != nil {
			t.Error(err)
		}
		if _, err := ToolkitLanguage(code); err != nil {
			t.Error(err)
		}
	}
	if _, err := Language("xx"); err == nil {
		t.Error("an unknown language gives no error")
	}
}
