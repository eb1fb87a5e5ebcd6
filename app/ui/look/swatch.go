package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"countersign/app/widgets"
)

// swatch is a small picture of a set of colours: both halves for "as the system".
func swatch(s widgets.Scheme) fyne.CanvasObject {
	frame := widgets.NewBox(widgets.Clear).Outlined(widgets.Line).Rounded(6)
	switch s {
	case widgets.SchemeLight, widgets.SchemeDark:
		return container.NewStack(half(s), frame)
	}
	return container.NewStack(container.NewGridWithColumns(2, half(widgets.SchemeLight), half(widgets.SchemeDark)), frame)
}

// half draws ground, title, card and line in the colours of one scheme,
// whichever is shown now.
func half(s widgets.Scheme) fyne.CanvasObject {
	th := widgets.NewTheme(widgets.Look{Scheme: s})
	ink := func(t widgets.Token) color.Color { return th.Color(t, theme.VariantLight) }
	bar := func(t widgets.Token, w, h float32) fyne.CanvasObject {
		r := canvas.NewRectangle(ink(t))
		r.CornerRadius = 3
		return widgets.Row(0, widgets.Fixed(w, h, r), widgets.Spring())
	}
	ground := canvas.NewRectangle(ink(widgets.Bg))
	ground.CornerRadius = 6
	card := canvas.NewRectangle(ink(widgets.Surface))
	card.CornerRadius = 2
	return container.NewStack(ground, widgets.Inset(9, 8, 8, 8, widgets.Column(5, bar(widgets.Accent, 24, 6), widgets.Fixed(0, 18, card), bar(widgets.Ink3, 58, 6))))
}
