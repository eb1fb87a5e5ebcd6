package ledger_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The vocabulary and the rules are pure: the same blocks give the same bytes
// everywhere, so nothing in them may read a clock, a file or the network, or
// draw random numbers. Identifiers and nonces are drawn in package ledger alone.
func TestVocabularyAndRulesArePure(t *testing.T) {
	allowed := map[string][]string{
		".": {"bytes", "encoding", "encoding/binary", "math", "reflect", "strconv", "unsafe", "crypto/ecdsa", "crypto/ed25519", "crypto/elliptic", "crypto/rand", "crypto/sha256", "crypto/sha512", "encoding/base32", "encoding/hex",
			"errors", "fmt", "math/big", "slices", "strings", "sync", "time", "unicode", "unicode/utf8",
			"github.com/fxamacker/cbor/v2", "github.com/oasisprotocol/curve25519-voi/curve", "github.com/oasisprotocol/curve25519-voi/curve/scalar",
			"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"}, // sync: of keys kept ready alone, what is answered is the same
		"rules": {"countersign/ledger", "encoding/binary", "errors", "fmt", "iter", "maps", "math/bits", "slices", "sort", "strings",
			"sync", "time"}, // sync: the door of a pool is asked from several goroutines
	}
	clocks := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"}
	for dir, imports := range allowed {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) < 5 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range f.Imports {
				if path, _ := strconv.Unquote(i.Path.Value); !slices.Contains(imports, path) {
					t.Errorf("%s imports %s", name, path)
				}
			}
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains(clocks, sel.Sel.Name) {
					t.Errorf("%s uses time.%s", name, sel.Sel.Name)
				}
				return true
			})
		}
	}
}
