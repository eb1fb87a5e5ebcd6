package widgets

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2/theme"
)

// The toolkit fills the line of a menu on which the keyboard or the pointer is.
func TestTheChosenLineOfAMenuCanBeRead(t *testing.T) {
	for _, scheme := range []Scheme{SchemeLight, SchemeDark} {
		th := NewTheme(Look{Scheme: scheme})
		if c := contrast(th.Color(theme.ColorNameForeground, theme.VariantLight), th.Color(theme.ColorNameFocus, theme.VariantLight)); c < 4.5 {
			t.Errorf("scheme %d: contrast %.2f", scheme, c)
		}
	}
}

// contrast is the ratio of WCAG 2: 1 for equal colours, 21 for black on white.
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		f := float64(v>>8) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}
