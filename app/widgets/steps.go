package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"countersign/assets"
)

// StepState is how far a step is.
type StepState int

// The states of a step.
const (
	StepTodo StepState = iota
	StepNow
	StepDone
	StepFailed
	StepKept // done here, waiting for others
)

// Step is one of several in order.
type Step struct {
	Title  string
	Detail string
	State  StepState
	Number string // shown while not done; empty shows a ring
}

// Steps shows steps side by side, as in "signed, final, sealed, sent".
func Steps(steps ...Step) *fyne.Container {
	weights := make([]float32, len(steps))
	cells := make([]fyne.CanvasObject, len(steps))
	for i, s := range steps {
		weights[i] = 1
		title := NewText(s.Title).Cut()
		switch s.State {
		case StepNow, StepKept:
			title.Bold()
		case StepTodo:
			title.In(Ink3)
		}
		cells[i] = TopRow(8, newStepMark(s), Grow(Column(0, title, NewPara(s.Detail).Caption().In(Ink3))))
	}
	return Columns(8, 8, weights, cells...)
}

// SideSteps shows numbered steps from top to bottom, as beside a form of several pages.
func SideSteps(steps ...Step) *fyne.Container {
	rows := make([]fyne.CanvasObject, len(steps))
	for i, s := range steps {
		title := NewText(s.Title).In(Ink3)
		if s.State == StepNow {
			title.In(Ink).Bold()
		}
		rows[i] = Row(10, newStepMark(s), title)
	}
	return Column(14, rows...)
}

type stepMark struct {
	widget.BaseWidget
	s Step
}

func newStepMark(s Step) *stepMark {
	m := &stepMark{s: s}
	m.ExtendBaseWidget(m)
	return m
}

func (m *stepMark) CreateRenderer() fyne.WidgetRenderer {
	disc, hole := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	img := &canvas.Image{FillMode: canvas.ImageFillContain}
	num := canvas.NewText("", nil)
	return draw(m, func(p paint, size fyne.Size) {
		side := p.px(m.side())
		r := m.side() / 2
		fill, line, ink, icon, number := Clear, Control, Ink2, assets.IconName(""), m.s.Number
		hole.Hidden = true
		switch m.s.State {
		case StepDone:
			fill, line, ink, icon, number = Approve, Clear, OnApprove, assets.IconCheck, ""
		case StepFailed:
			fill, line, ink, icon, number = Refuse, Clear, OnRefuse, assets.IconX, ""
		case StepKept:
			fill, line, ink, icon, number = WarnSoft, WarnSolid, Warn, assets.IconHourglass, ""
		case StepNow:
			fill, line, ink = Accent, Clear, OnAccent
			hole.Hidden = number != ""
		}
		p.rect(disc, fill, line, p.px(1.25), r)
		at(disc, fyne.Position{}, fyne.NewSquareSize(side))
		p.rect(hole, Surface, Clear, 0, 4.5)
		hole.Resize(fyne.NewSquareSize(p.px(9)))
		hole.Move(fyne.NewPos((side-p.px(9))/2, (side-p.px(9))/2))
		p.icon(img, icon, ink, side)
		img.Resize(fyne.NewSquareSize(side * 0.7))
		img.Move(fyne.NewPos(side*0.15, side*0.15))
		p.text(num, number, theme.SizeNameCaptionText, ink, m.s.State == StepNow)
		place(num, (side-num.MinSize().Width)/2, side/2)
	}, func(p paint) fyne.Size { return fyne.NewSquareSize(p.px(m.side())) }, disc, hole, img, num)
}

func (m *stepMark) side() float32 {
	if m.s.Number != "" {
		return 22
	}
	return 20
}

// CustodyState is how an event of a request's history stands.
type CustodyState int

// The states of an event.
const (
	CustodyPlain CustodyState = iota
	CustodyGood
	CustodyBad
	CustodyNow
)

// CustodyRow is one event of a history: when, and what happened. Words between
// **two stars** are bold.
func CustodyRow(state CustodyState, when, what string) *fyne.Container {
	var dot *Dot
	switch state {
	case CustodyGood:
		dot = NewDot(Approve)
	case CustodyBad:
		dot = NewDot(Refuse)
	case CustodyNow:
		dot = NewDot(Accent).Hollow()
	default:
		dot = NewDot(Control)
	}
	return TopRow(0,
		Fixed(20, 20, TopRow(0, Inset(6, 0, 0, 2, dot))),
		Fixed(104, 20, NewText(when).Caption().In(Ink3).Cut()),
		Grow(NewPara(what).In(Ink2).StrongIn(Ink)))
}

// Custody is a history from first to last.
func Custody(rows ...fyne.CanvasObject) *fyne.Container { return Column(4, rows...) }
