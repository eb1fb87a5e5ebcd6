package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Token names a colour of the design. Tokens work as colour names in any
// toolkit call that asks the theme for a colour.
type Token = fyne.ThemeColorName

// The colours of the design.
const (
	Rail        Token = "rail"
	Bg          Token = "bg"
	Surface     Token = "surface"
	Sunken      Token = "sunken"
	Tile        Token = "tile"
	Hover       Token = "rowHover"
	Line        Token = "line"
	Control     Token = "control"
	Ink         Token = "text"
	Ink2        Token = "text2"
	Ink3        Token = "text3"
	Disabled    Token = "disabledText"
	DisabledBg  Token = "disabledBg"
	Accent      Token = "accent"
	AccentHover Token = "accentHover"
	AccentSoft  Token = "accentSoft"
	OnAccent    Token = "onAccent"
	Approve     Token = "approve"
	ApproveSoft Token = "approveSoft"
	OnApprove   Token = "onApprove"
	Refuse      Token = "refuse"
	RefuseSoft  Token = "refuseSoft"
	OnRefuse    Token = "onRefuse"
	Warn        Token = "warn"
	WarnSoft    Token = "warnSoft"
	WarnSolid   Token = "warnSolid" // for marks and bars; no text stands on it
	OnWarn      Token = "onWarn"
	Info        Token = "info"
	InfoSoft    Token = "infoSoft"
	Cover       Token = "cover" // what hides a value until it is asked for
	Scrim       Token = "scrim"
	Shade       Token = "shade" // of the toolkit's menus and of the edges behind which more can be scrolled
	Clear       Token = "clear"
)

type shade struct{ light, dark color.Color }

func rgb(light, dark uint32) shade {
	c := func(v uint32) color.Color {
		return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
	}
	return shade{c(light), c(dark)}
}

// shades is the design's table of colours, light and dark.
func shades() map[Token]shade {
	return map[Token]shade{
		Rail:        rgb(0xEFEDE7, 0x131211),
		Bg:          rgb(0xF6F5F1, 0x191817),
		Surface:     rgb(0xFFFFFF, 0x211F1D),
		Sunken:      rgb(0xFAF9F6, 0x1C1B19),
		Tile:        rgb(0xE9E6DE, 0x33302C),
		Hover:       rgb(0xF0EEE9, 0x2A2825),
		Line:        rgb(0xE1DED6, 0x383530),
		Control:     rgb(0x8B867B, 0x8A8478),
		Ink:         rgb(0x1D1C1A, 0xEFEDE8),
		Ink2:        rgb(0x55514A, 0xC0BBB1),
		Ink3:        rgb(0x6B675E, 0xA39E93),
		Disabled:    rgb(0xA5A096, 0x6E695F),
		DisabledBg:  rgb(0xEDEBE5, 0x2A2826),
		Accent:      rgb(0x34409E, 0xAEB8FF),
		AccentHover: rgb(0x2A3485, 0xC4CBFF),
		AccentSoft:  rgb(0xE7E9F6, 0x2B2F4C),
		OnAccent:    rgb(0xFFFFFF, 0x14183A),
		Approve:     rgb(0x17714A, 0x63CB93),
		ApproveSoft: rgb(0xE1F1E8, 0x1B3226),
		OnApprove:   rgb(0xFFFFFF, 0x082014),
		Refuse:      rgb(0xB3261E, 0xFF9C92),
		RefuseSoft:  rgb(0xFBE8E6, 0x44221F),
		OnRefuse:    rgb(0xFFFFFF, 0x37100C),
		Warn:        rgb(0x855000, 0xF1BB62),
		WarnSoft:    rgb(0xFCF0D8, 0x3C2F16),
		WarnSolid:   rgb(0xC77A00, 0xF1BB62),
		OnWarn:      rgb(0xFFFFFF, 0x2B1D02),
		Info:        rgb(0x0F5C99, 0x86C3F3),
		InfoSoft:    rgb(0xE2EEF8, 0x19334A),
		Cover:       rgb(0xACA9A1, 0x656159),
		Scrim:       {color.NRGBA{R: 0x1D, G: 0x1C, B: 0x1A, A: 0x70}, color.NRGBA{A: 0x99}},
		Shade:       {color.NRGBA{R: 0x1D, G: 0x1C, B: 0x1A, A: 0x30}, color.NRGBA{A: 0x70}},
		// The painter leaves out what is exactly this, and mixes in what is only as clear.
		Clear: {color.Transparent, color.Transparent},
	}
}

// toolkitNames tells which token stands for each colour the toolkit's own widgets ask for.
func toolkitNames() map[fyne.ThemeColorName]Token {
	return map[fyne.ThemeColorName]Token{
		theme.ColorNameBackground:                Surface,
		theme.ColorNameInputBackground:           Surface,
		theme.ColorNameMenuBackground:            Surface,
		theme.ColorNameOverlayBackground:         Surface,
		theme.ColorNameButton:                    Surface,
		theme.ColorNameHeaderBackground:          Sunken,
		theme.ColorNameHover:                     Hover,
		theme.ColorNameSeparator:                 Line,
		theme.ColorNameInputBorder:               Control,
		theme.ColorNameScrollBar:                 Control,
		theme.ColorNameScrollBarBackground:       Clear,
		theme.ColorNameForeground:                Ink,
		theme.ColorNamePlaceHolder:               Ink3,
		theme.ColorNameDisabled:                  Disabled,
		theme.ColorNameDisabledButton:            DisabledBg,
		theme.ColorNamePrimary:                   Accent,
		theme.ColorNameHyperlink:                 Accent,
		theme.ColorNameFocus:                     AccentSoft, // the toolkit fills lines of menus with it, and words stand on that
		theme.ColorNamePressed:                   AccentHover,
		theme.ColorNameSelection:                 AccentSoft,
		theme.ColorNameForegroundOnPrimary:       OnAccent,
		theme.ColorNameSuccess:                   Approve,
		theme.ColorNameForegroundOnSuccess:       OnApprove,
		theme.ColorNameError:                     Refuse,
		theme.ColorNameForegroundOnError:         OnRefuse,
		theme.ColorNameWarning:                   Warn,
		theme.ColorNameForegroundOnWarning:       OnWarn,
		theme.ColorNameShadow:                    Shade,
		theme.ColorNameInnerWindowBorder:         Line,
		theme.ColorNameInnerWindowBorderInactive: Line,
	}
}
