package widgets

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"

	"countersign/assets"
)

func face(t *testing.T, data []byte) *font.Face {
	t.Helper()
	f, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestBothFontsHaveEveryCharacterOfEveryLanguage(t *testing.T) {
	for name, data := range map[string][]byte{"regular": assets.FontRegular(), "bold": assets.FontBold()} {
		f := face(t, data)
		for _, code := range []string{"en", "fr", "zh"} {
			text, err := assets.Language(code)
			if err != nil {
				t.Fatal(err)
			}
			missing := map[rune]bool{}
			for _, r := range string(text) + "Hélène Tomás Gaël Cissé Łukasz Žižek Ørsted ñ ß œ ‑ – — … ’ “ ” « » · • → ← ↑ ↓ ✓ € \u00a0\u202f" {
				if _, ok := f.NominalGlyph(r); !ok && r != '\n' {
					missing[r] = true
				}
			}
			for r := range missing {
				t.Errorf("%s lacks %q (%U) of %s", name, r, r, code)
			}
		}
	}
}

func TestFiguresAreOfOneWidth(t *testing.T) {
	for _, data := range [][]byte{assets.FontRegular(), assets.FontBold()} {
		f := face(t, data)
		width := func(r rune) float32 {
			g, ok := f.NominalGlyph(r)
			if !ok {
				t.Fatalf("no %c", r)
			}
			return f.HorizontalAdvance(g)
		}
		for r := '1'; r <= '9'; r++ {
			if width(r) != width('0') {
				t.Errorf("%c is %v wide, 0 is %v", r, width(r), width('0'))
			}
		}
	}
}
