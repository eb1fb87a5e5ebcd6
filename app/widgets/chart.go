package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Bar is one value of a BarChart. Label stands below some of the bars.
type Bar struct {
	Value float32
	Label string
	Tone  Tone // ToneNeutral, ToneWarn above a limit, ToneAccent for now
}

// BarChart draws values of a live feed, oldest at the left, on a scale from 0.
type BarChart struct {
	widget.BaseWidget
	bars  []Bar
	top   float32
	scale []string // words of the scale from 0 to the top, evenly spaced
	spoke string
}

// NewBarChart makes a chart whose highest line is top; scale are the words
// of its lines from the bottom up; spoken says the same in words.
func NewBarChart(spoken string, top float32, scale []string, bars []Bar) *BarChart {
	c := &BarChart{bars: bars, top: top, scale: scale, spoke: spoken}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows other values.
func (c *BarChart) Set(spoken string, top float32, scale []string, bars []Bar) {
	c.spoke, c.top, c.scale, c.bars = spoken, top, scale, bars
	c.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (c *BarChart) AccessibilityLabel() string { return c.spoke }

// AccessibilityRole implements fyne.Accessible.
func (c *BarChart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (c *BarChart) CreateRenderer() fyne.WidgetRenderer { return laidOut(c, &chartRenderer{c: c}) }

type chartRenderer struct {
	c       *BarChart
	objects []fyne.CanvasObject
}

func (r *chartRenderer) Layout(size fyne.Size) {
	p, c := paintFor(r.c), r.c
	r.objects = nil
	plot := fyne.NewSize(size.Width-p.px(48), size.Height-p.px(28))
	y := func(v float32) float32 { return p.px(8) + (plot.Height-p.px(8))*(1-v) }
	for i, word := range c.scale {
		v := float32(0)
		if len(c.scale) > 1 {
			v = float32(i) / float32(len(c.scale)-1)
		}
		line := canvas.NewRectangle(p.ink(Line))
		line.Resize(fyne.NewSize(plot.Width, 1))
		line.Move(fyne.NewPos(0, y(v)))
		t := canvas.NewText("", nil)
		p.text(t, word, theme.SizeNameCaptionText, Ink3, false)
		place(t, plot.Width+p.px(8), y(v))
		r.objects = append(r.objects, line, t)
	}
	if len(c.bars) == 0 || c.top <= 0 {
		return
	}
	step := plot.Width / float32(len(c.bars))
	w := max(step*0.68, 1)
	for i, b := range c.bars {
		v := min(max(b.Value/c.top, 0), 1)
		bar := canvas.NewRectangle(nil)
		token := b.Tone.solid()
		if b.Tone == ToneNeutral {
			token = Cover
		}
		p.rect(bar, token, Clear, 0, 0)
		bar.TopLeftCornerRadius, bar.TopRightCornerRadius = p.px(2), p.px(2)
		x := float32(i)*step + (step-w)*float32(i)/float32(max(len(c.bars)-1, 1))
		bar.Resize(fyne.NewSize(w, y(0)-y(v)))
		bar.Move(fyne.NewPos(x, y(v)))
		r.objects = append(r.objects, bar)
		if b.Label != "" {
			t := canvas.NewText("", nil)
			last := i == len(c.bars)-1
			p.text(t, b.Label, theme.SizeNameCaptionText, Ink3, last)
			if last {
				t.Color = p.ink(Ink)
			}
			tx := x
			if last {
				tx = x + w - t.MinSize().Width
			}
			place(t, tx, y(0)+p.px(16))
			r.objects = append(r.objects, t)
		}
	}
}

func (r *chartRenderer) MinSize() fyne.Size {
	p := paintFor(r.c)
	return fyne.NewSize(p.px(240), p.px(160))
}

func (r *chartRenderer) Refresh() {
	r.Layout(r.c.Size())
	canvas.Refresh(r.c)
}

func (r *chartRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *chartRenderer) Destroy() {}
