package widgets

import (
	"fyne.io/fyne/v2"

	"countersign/assets"
)

// Card frames an object on the surface colour with a hairline and soft corners.
func Card(o fyne.CanvasObject) *fyne.Container {
	return Layers(NewBox(Surface).Outlined(Line).Rounded(8), o)
}

// PaddedCard is a Card with the usual room inside.
func PaddedCard(o fyne.CanvasObject) *fyne.Container { return Card(Pad(16, o)) }

// BarredCard frames what is quoted, such as the text that is signed: sunken, with
// a bar in the accent colour at its left that follows the card's corners.
func BarredCard(o fyne.CanvasObject) *fyne.Container {
	return Layers(Beside(0, Fixed(16, 0, NewBox(Accent).Rounded(8)), Spring()),
		Inset(0, 0, 0, 3, NewBox(Sunken).Outlined(Line).Rounded(6)), o)
}

// OnGround puts an object on a ground of a token, to the edges.
func OnGround(ground Token, o fyne.CanvasObject) *fyne.Container { return Layers(NewBox(ground), o) }

// Note is a banner that says one thing in a tone: information, what was
// verified, what will happen, what was stopped.
type Note struct {
	part
	ground *Box
	icon   *Glyph
	text   *Para
}

// NewNote makes a banner. Words between **two stars** are bold. Acts stand below the text.
func NewNote(tone Tone, text string, acts ...fyne.CanvasObject) *Note {
	fill, ink := tone.soft()
	n := &Note{
		ground: NewBox(fill).Rounded(6),
		icon:   NewGlyph(noteIcon(tone), ink).Sized(18),
		text:   NewPara(text),
	}
	words := []fyne.CanvasObject{n.text}
	if len(acts) > 0 {
		words = append(words, Wrap(16, 4, acts...))
	}
	n.build(n, Layers(n.ground, Inset(8, 14, 8, 12,
		TopRow(9, Inset(1, 0, 0, 0, n.icon), Grow(Column(4, words...))))))
	return n
}

func noteIcon(tone Tone) assets.IconName {
	switch tone {
	case ToneApprove:
		return assets.IconProof
	case ToneWarn:
		return assets.IconWarn
	case ToneRefuse:
		return assets.IconXCircle
	}
	return assets.IconInfo
}

// WithIcon takes another icon than the tone's own.
func (n *Note) WithIcon(name assets.IconName) *Note {
	n.icon.name = name
	return n
}

// Set changes the tone and the text.
func (n *Note) Set(tone Tone, text string) {
	fill, ink := tone.soft()
	n.ground.Set(fill, Clear)
	n.icon.Set(noteIcon(tone), ink)
	n.text.Set(text)
	n.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (n *Note) AccessibilityLabel() string { return n.text.String() }

// AccessibilityRole implements fyne.Accessible.
func (n *Note) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Fact is a labelled value: what it is, the value, and a quiet word below. Value
// and Below may be any object instead of text.
type Fact struct {
	Label  string
	Value  string
	Below  string
	Object fyne.CanvasObject // in place of Value
	Act    fyne.CanvasObject // in place of Below
	Strong bool              // Below stands out
}

// build makes the fact for a page.
func (f Fact) build() fyne.CanvasObject {
	value := f.Object
	if value == nil {
		value = NewPara(f.Value)
	}
	rows := []fyne.CanvasObject{NewText(f.Label).Caption().In(Ink3).Cut(), Inset(2, 0, 0, 0, value)}
	switch {
	case f.Act != nil:
		rows = append(rows, f.Act)
	case f.Strong:
		rows = append(rows, NewText(f.Below).Caption().Bold().Cut())
	case f.Below != "":
		rows = append(rows, NewPara(f.Below).Caption().In(Ink3))
	}
	return Column(0, rows...)
}

// Facts is a grid of facts; weights give the columns.
func Facts(weights []float32, facts ...Fact) *fyne.Container {
	cells := make([]fyne.CanvasObject, len(facts))
	for i, f := range facts {
		cells[i] = f.build()
	}
	return Columns(20, 12, weights, cells...)
}

// KeyValue is one line of a list of facts: the label at a fixed width, the value after it.
func KeyValue(labelWidth float32, label string, value fyne.CanvasObject) *fyne.Container {
	return TopRow(0, Fixed(labelWidth, 0, NewText(label).In(Ink3).Cut()), Grow(value))
}

// SectionHead is the head of a section with a quiet word or an act at the right.
func SectionHead(title string, right fyne.CanvasObject) *fyne.Container {
	t := NewText(title).Bold()
	if right == nil {
		return Row(12, t)
	}
	return Row(12, t, Spring(), right)
}

// FieldLabel stands above an input.
func FieldLabel(label, hint string) *fyne.Container {
	if hint == "" {
		return Row(4, NewText(label).Bold())
	}
	return Row(4, NewText(label).Bold(), NewText(hint).In(Ink3))
}

// Labelled puts a label above and a help or error line below an input.
func Labelled(label, hint string, input fyne.CanvasObject, below ...fyne.CanvasObject) *fyne.Container {
	return Column(4, append([]fyne.CanvasObject{FieldLabel(label, hint), input}, below...)...)
}

// EmptyState fills a page where there is nothing to list: what is true and what comes next.
func EmptyState(icon assets.IconName, tone Tone, title, text string, acts ...fyne.CanvasObject) *fyne.Container {
	rows := []fyne.CanvasObject{
		middle(NewIconTile(icon, tone).Sized(56)),
		Inset(16, 0, 0, 0, NewText(title).Sub().Center()),
		middle(Fixed(300, 0, NewPara(text).In(Ink2).Center())),
	}
	if len(acts) > 0 {
		rows = append(rows, Inset(14, 0, 0, 0, middle(Row(8, acts...))))
	}
	return Column(0, Spring(), Column(2, rows...), Spring())
}

func middle(o fyne.CanvasObject) *fyne.Container { return Row(0, Spring(), o, Spring()) }

// Middle centres an object across its line.
func Middle(o fyne.CanvasObject) *fyne.Container { return middle(o) }

// Skeleton stands for rows that are still being read.
func Skeleton(rows int) *fyne.Container {
	lines := make([]fyne.CanvasObject, rows)
	for i := range lines {
		long := []float32{200, 257, 157}[i%3]
		lines[i] = Row(12, Fixed(36, 36, NewBox(Tile).Rounded(8)), Column(8,
			TopRow(0, Fixed(long, 10, NewBox(Tile).Rounded(4))),
			TopRow(0, Fixed(long*0.6, 10, NewBox(Tile).Rounded(4)))))
	}
	return Column(12, lines...)
}

// StepNumber heads a numbered part of a form.
func StepNumber(n string, title string, right fyne.CanvasObject) *fyne.Container {
	num := Fixed(20, 20, Layers(NewBox(Ink).Rounded(10), NewText(n).Caption().Bold().In(Bg).Center()))
	if right == nil {
		return Row(8, num, NewText(title).Bold())
	}
	return Row(8, num, NewText(title).Bold(), Spring(), right)
}
