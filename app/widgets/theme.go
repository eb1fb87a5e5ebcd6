package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// Scheme says which of the two sets of colours is shown.
type Scheme int

// The schemes a person can choose.
const (
	SchemeSystem Scheme = iota // as the desktop does
	SchemeLight
	SchemeDark
)

// Look is what a person can set about the appearance.
type Look struct {
	Scheme       Scheme
	Scale        float32 // text and everything with it: 1 to 2; 0 counts as 1
	ReduceMotion bool    // results appear at once, nothing fades
}

// Size names beyond the toolkit's own.
const (
	SizeDisplay fyne.ThemeSizeName = "display" // the largest heading
	SizeMono    fyne.ThemeSizeName = "mono"    // fingerprints
	SizeScale   fyne.ThemeSizeName = "scale"   // the factor of Look.Scale itself
	SizeFade    fyne.ThemeSizeName = "fade"    // milliseconds of a fade, 0 without motion
)

// Theme is the look of Countersign as a toolkit theme. It never changes: a new
// Look is a new Theme, set on the application, which repaints every part.
type Theme struct {
	look    Look
	colours map[Token]shade
	names   map[fyne.ThemeColorName]Token
	sizes   map[fyne.ThemeSizeName]float32
	regular fyne.Resource
	bold    fyne.Resource
	base    fyne.Theme
}

// NewTheme makes the theme for a look.
func NewTheme(look Look) *Theme {
	switch {
	case look.Scale == 0:
		look.Scale = 1
	case look.Scale < 1:
		look.Scale = 1
	case look.Scale > 2:
		look.Scale = 2
	}
	return &Theme{
		look:    look,
		colours: shades(),
		names:   toolkitNames(),
		sizes:   sizes(),
		regular: fyne.NewStaticResource("CountersignUI-Regular.otf", assets.FontRegular()),
		bold:    fyne.NewStaticResource("CountersignUI-Bold.otf", assets.FontBold()),
		base:    theme.DefaultTheme(),
	}
}

// Look returns what the theme was made for.
func (t *Theme) Look() Look { return t.look }

func sizes() map[fyne.ThemeSizeName]float32 {
	return map[fyne.ThemeSizeName]float32{
		theme.SizeNamePadding:            4,
		theme.SizeNameInnerPadding:       8,
		theme.SizeNameLineSpacing:        4,
		theme.SizeNameCaptionText:        12,
		theme.SizeNameText:               14,
		theme.SizeNameSubHeadingText:     17,
		theme.SizeNameHeadingText:        22,
		SizeDisplay:                      28,
		SizeMono:                         13,
		theme.SizeNameInlineIcon:         20,
		theme.SizeNameButtonRadius:       6,
		theme.SizeNameInputRadius:        6,
		theme.SizeNameCardRadius:         8,
		theme.SizeNamePopupRadius:        12,
		theme.SizeNameDialogRadius:       12,
		theme.SizeNameMenuRadius:         6,
		theme.SizeNameSelectionRadius:    0,
		theme.SizeNameInputBorder:        1,
		theme.SizeNameSeparatorThickness: 1,
		theme.SizeNameScrollBar:          10,
		theme.SizeNameScrollBarSmall:     4,
		theme.SizeNameScrollBarRadius:    4,
		theme.SizeNameModalBlurRadius:    0,
	}
}

// hairlines stay one unit wide at every text size.
func hairline(n fyne.ThemeSizeName) bool {
	return n == theme.SizeNameInputBorder || n == theme.SizeNameSeparatorThickness || n == theme.SizeNameModalBlurRadius
}

// Dark tells whether the dark colours are shown where the desktop wants the variant v.
func (t *Theme) Dark(v fyne.ThemeVariant) bool {
	switch t.look.Scheme {
	case SchemeLight:
		return false
	case SchemeDark:
		return true
	}
	return v == theme.VariantDark
}

// Color implements fyne.Theme, for tokens and the toolkit's names alike.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if token, ok := t.names[name]; ok {
		name = token
	}
	s, ok := t.colours[name]
	if !ok {
		return t.base.Color(name, v)
	}
	if t.Dark(v) {
		return s.dark
	}
	return s.light
}

// Font implements fyne.Theme. There are two weights and no italics; fingerprints
// use the toolkit's own monospaced face.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return t.base.Font(style)
	case style.Bold:
		return t.bold
	}
	return t.regular
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case SizeScale:
		return t.look.Scale
	case SizeFade:
		if t.look.ReduceMotion {
			return 0
		}
		return 120
	}
	s, ok := t.sizes[name]
	if !ok {
		s = t.base.Size(name)
	}
	if hairline(name) {
		return s
	}
	return s * t.look.Scale
}

// Icon implements fyne.Theme: where the product has an icon of its own for what
// a toolkit widget shows, it is that one.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	switch name {
	case theme.IconNameArrowDropDown, theme.IconNameMoveDown:
		return Icon(assets.IconChevDown, Ink)
	case theme.IconNameMoveUp:
		return Icon(assets.IconUpload, Ink)
	case theme.IconNameVisibility:
		return Icon(assets.IconEye, Ink2)
	case theme.IconNameVisibilityOff:
		return Icon(assets.IconEyeOff, Ink2)
	case theme.IconNameSearch:
		return Icon(assets.IconSearch, Ink3)
	case theme.IconNameCalendar:
		return Icon(assets.IconCalendar, Ink2)
	case theme.IconNameCancel:
		return Icon(assets.IconX, Ink2)
	case theme.IconNameNavigateNext:
		return Icon(assets.IconChevRight, Ink2)
	case theme.IconNameNavigateBack:
		return Icon(assets.IconChevLeft, Ink2)
	}
	return t.base.Icon(name)
}
