package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// lineHeight is how much room a line of each text size takes, on a grid of 4.
func lineHeight(size fyne.ThemeSizeName) float32 {
	switch size {
	case theme.SizeNameCaptionText:
		return 16
	case theme.SizeNameSubHeadingText:
		return 24
	case theme.SizeNameHeadingText:
		return 28
	case SizeDisplay:
		return 36
	}
	return 20
}

// Text is one line in a text size, weight and colour of the design. The methods
// that change it return it, so that a screen writes
// NewText("Purpose").Caption().In(Ink3).
type Text struct {
	widget.BaseWidget
	content string
	size    fyne.ThemeSizeName
	token   Token
	bold    bool
	mono    bool
	struck  bool
	cut     bool
	align   fyne.TextAlign
}

// NewText is a line of normal text.
func NewText(content string) *Text {
	t := &Text{content: content, size: theme.SizeNameText, token: Ink}
	t.ExtendBaseWidget(t)
	return t
}

// Caption makes the text small.
func (t *Text) Caption() *Text { t.size = theme.SizeNameCaptionText; return t }

// Sub makes it a sub-heading.
func (t *Text) Sub() *Text { t.size, t.bold = theme.SizeNameSubHeadingText, true; return t }

// Heading makes it a heading.
func (t *Text) Heading() *Text { t.size, t.bold = theme.SizeNameHeadingText, true; return t }

// Display makes it the largest heading.
func (t *Text) Display() *Text { t.size, t.bold = SizeDisplay, true; return t }

// Mono sets it in the face for fingerprints.
func (t *Text) Mono() *Text { t.size, t.mono = SizeMono, true; return t }

// Bold makes it semibold.
func (t *Text) Bold() *Text { t.bold = true; return t }

// In gives it a colour.
func (t *Text) In(token Token) *Text { t.token = token; return t }

// Right sets it flush right.
func (t *Text) Right() *Text { t.align = fyne.TextAlignTrailing; return t }

// Center centres it.
func (t *Text) Center() *Text { t.align = fyne.TextAlignCenter; return t }

// Cut lets the text be narrower than it is, ending in an ellipsis.
func (t *Text) Cut() *Text { t.cut = true; return t }

// Struck draws the red pencil through it.
func (t *Text) Struck() *Text { t.struck, t.token = true, Ink2; return t }

// String returns the whole text, cut or not.
func (t *Text) String() string { return t.content }

// Set changes the text.
func (t *Text) Set(content string) {
	if t.content == content {
		return
	}
	t.content = content
	t.Refresh()
}

// SetInk changes the colour.
func (t *Text) SetInk(token Token) {
	if t.token == token {
		return
	}
	t.token = token
	t.Refresh()
}

// SetBold changes the weight.
func (t *Text) SetBold(bold bool) {
	if t.bold == bold {
		return
	}
	t.bold = bold
	t.Refresh()
}

// SetStruck draws or removes the red pencil.
func (t *Text) SetStruck(struck bool) {
	if t.struck == struck {
		return
	}
	t.struck = struck
	t.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string { return t.content }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (t *Text) style() fyne.TextStyle { return fyne.TextStyle{Bold: t.bold, Monospace: t.mono} }

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	line := canvas.NewText("", nil)
	pencil := canvas.NewLine(nil)
	return draw(t, func(p paint, size fyne.Size) {
		p.text(line, t.content, t.size, t.token, t.bold)
		line.TextStyle = t.style()
		if t.cut {
			line.Text = cut(t.content, size.Width, line.TextSize, line.TextStyle)
		}
		m := line.MinSize()
		x := float32(0)
		switch t.align {
		case fyne.TextAlignTrailing:
			x = size.Width - m.Width
		case fyne.TextAlignCenter:
			x = (size.Width - m.Width) / 2
		}
		place(line, x, size.Height/2)
		pencil.Hidden = !t.struck
		pencil.StrokeColor, pencil.StrokeWidth = p.ink(Refuse), p.px(2)
		y := size.Height/2 + p.px(0.5)
		pencil.Position1 = fyne.NewPos(x-p.px(3), y)
		pencil.Position2 = fyne.NewPos(x+m.Width+p.px(3), y)
	}, func(p paint) fyne.Size {
		m := fyne.MeasureText(t.content, p.th.Size(t.size), t.style())
		if t.cut {
			m.Width = min(m.Width, p.px(24))
		}
		return fyne.NewSize(m.Width, max(p.px(lineHeight(t.size)), m.Height))
	}, line, pencil)
}

// cut shortens a text so that it fits with an ellipsis.
func cut(s string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || fyne.MeasureText(s, size, style).Width <= width+0.5 {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return string(runes[:low]) + "…"
}
