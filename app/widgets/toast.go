package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// offerStays is how many times longer an offer stays than a word: it has to be
// read and answered.
const offerStays = 2

// Toasts shows short words at the lower edge of a window for some seconds, with
// one act beside them where there is something to take back. Lay it over the
// window's content; beside its act it lets every click through.
type Toasts struct {
	widget.BaseWidget
	bg   *canvas.Rectangle
	text *canvas.Text
	act  *Button
	stay time.Duration
	say  string
	tone Tone
	turn int
}

// NewToasts makes the layer; each word stays for the given time.
func NewToasts(stay time.Duration) *Toasts {
	t := &Toasts{bg: canvas.NewRectangle(nil), text: canvas.NewText("", nil), act: NewButton(Outline, "", nil).Small(), stay: stay}
	t.act.Hide()
	t.ExtendBaseWidget(t)
	return t
}

// Say shows a word. Call it on the interface's goroutine.
func (t *Toasts) Say(tone Tone, text string) {
	t.act.Hide()
	t.show(tone, text, t.stay)
}

// Offer shows a word with an act beside it, and the key that does the same.
func (t *Toasts) Offer(text, label, key string, act func()) {
	t.act.WithKey(key).SetAct(func() {
		t.Clear()
		act()
	})
	t.act.SetLabel(label)
	t.act.Show()
	t.show(ToneNeutral, text, offerStays*t.stay)
}

func (t *Toasts) show(tone Tone, text string, stay time.Duration) {
	t.say, t.tone = text, tone
	t.turn++
	turn := t.turn
	t.Refresh()
	time.AfterFunc(stay, func() {
		Later(func() {
			if t.turn == turn {
				t.Clear()
			}
		})
	})
}

// Clear takes the word away, and the act beside it.
func (t *Toasts) Clear() {
	t.say = ""
	t.act.Hide()
	t.Refresh()
}

// Said returns what is shown now.
func (t *Toasts) Said() string { return t.say }

// AccessibilityLabel implements fyne.Accessible.
func (t *Toasts) AccessibilityLabel() string { return t.say }

// AccessibilityRole implements fyne.Accessible.
func (t *Toasts) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (t *Toasts) CreateRenderer() fyne.WidgetRenderer {
	return draw(t, func(p paint, size fyne.Size) {
		t.bg.Hidden, t.text.Hidden = t.say == "", t.say == ""
		_, ink := t.tone.soft()
		p.rect(t.bg, Ink, Clear, 0, 8)
		p.text(t.text, t.say, theme.SizeNameText, Bg, true)
		if t.tone != ToneNeutral {
			fill, _ := t.tone.soft()
			p.rect(t.bg, fill, ink, 1, 8)
			p.text(t.text, t.say, theme.SizeNameText, Ink, true)
		}
		act := fyne.Size{}
		if t.act.Visible() {
			act = t.act.MinSize()
			act.Width += p.px(16)
		}
		t.text.Text = cut(t.say, size.Width-p.px(64)-act.Width, t.text.TextSize, t.text.TextStyle)
		m := t.text.MinSize()
		w, h := m.Width+p.px(32)+act.Width, p.px(40)
		corner := fyne.NewPos((size.Width-w)/2, size.Height-h-p.px(72))
		if t.act.Visible() {
			w -= p.px(8)
			t.act.Resize(t.act.MinSize())
			t.act.Move(corner.AddXY(p.px(32)+m.Width, (h-act.Height)/2))
		}
		t.bg.Resize(fyne.NewSize(w, h))
		t.bg.Move(corner)
		place(t.text, corner.X+p.px(16), corner.Y+h/2)
	}, func(paint) fyne.Size { return fyne.Size{} }, t.bg, t.text, t.act)
}
