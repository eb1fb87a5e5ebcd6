package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Para is a paragraph that wraps at the width it gets. Words between **two
// stars** are bold. Chinese breaks between any two characters, but not before
// closing nor after opening punctuation.
type Para struct {
	widget.BaseWidget
	content string
	size    fyne.ThemeSizeName
	token   Token
	strong  Token // colour of bold words; empty as the rest
	center  bool
	width   float32 // at which it was last asked or shown
	wrapped wrapped
}

// wrapped are the lines of a paragraph at the width asked for last: the toolkit
// asks how high every part of the page is for each picture it draws.
type wrapped struct {
	content     string
	theme       fyne.Theme
	size, width float32
	lines       [][]run
}

// leastPara is how narrow a paragraph can be.
const leastPara = 80

// NewPara is a paragraph of normal text.
func NewPara(content string) *Para {
	a := &Para{content: content, size: theme.SizeNameText, token: Ink}
	a.ExtendBaseWidget(a)
	return a
}

// NewErrorLine is what stands in red below a choice that nobody can take so.
func NewErrorLine() *Para {
	a := NewPara("").Caption().In(Refuse)
	a.Hide()
	return a
}

// SetError shows what is wrong, or takes no room for "".
func (a *Para) SetError(text string) {
	a.Set(text)
	setShown(a, text != "")
}

// Caption makes the paragraph small.
func (a *Para) Caption() *Para { a.size = theme.SizeNameCaptionText; return a }

// Large gives it the size of a sub-heading, in normal weight.
func (a *Para) Large() *Para { a.size = theme.SizeNameSubHeadingText; return a }

// In gives it a colour.
func (a *Para) In(token Token) *Para { a.token = token; return a }

// StrongIn gives its bold words a colour of their own.
func (a *Para) StrongIn(token Token) *Para { a.strong = token; return a }

// Heading makes it a heading that may take two lines.
func (a *Para) Heading() *Para {
	a.size = theme.SizeNameHeadingText
	a.content = "**" + a.content + "**"
	return a
}

// Center centres its lines.
func (a *Para) Center() *Para { a.center = true; return a }

// Set changes the text.
func (a *Para) Set(content string) {
	if a.content == content {
		return
	}
	a.content = content
	a.Refresh()
}

// String returns the text without its stars.
func (a *Para) String() string { return strings.ReplaceAll(a.content, "**", "") }

// AccessibilityLabel implements fyne.Accessible.
func (a *Para) AccessibilityLabel() string { return a.String() }

// AccessibilityRole implements fyne.Accessible.
func (a *Para) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// HeightFor tells how high the paragraph is at a width.
func (a *Para) HeightFor(width float32) float32 {
	a.width = width
	p := paintFor(a)
	return float32(len(a.lines(p, width))) * a.leading(p)
}

// LeastWidth is that of a few words.
func (a *Para) LeastWidth() float32 { return paintFor(a).px(leastPara) }

func (a *Para) leading(p paint) float32 { return p.px(lineHeight(a.size)) }

// piece is what stays together on a line.
type piece struct {
	text  string
	bold  bool
	space bool // a gap, dropped at the end of a line
	brk   bool // a forced new line
}

// run is a stretch of one line in one weight.
type run struct {
	text  string
	bold  bool
	width float32
}

func pieces(content string) []piece {
	var out []piece
	for i, part := range strings.Split(content, "**") {
		bold := i%2 == 1
		var word []rune
		flush := func() {
			if len(word) > 0 {
				out = append(out, piece{text: string(word), bold: bold})
				word = nil
			}
		}
		for _, r := range part {
			switch {
			case r == '\n':
				flush()
				out = append(out, piece{brk: true})
			case r == ' ':
				flush()
				out = append(out, piece{text: " ", bold: bold, space: true})
			case wide(r) && !closing(r) && (len(word) == 0 || !opening(word[len(word)-1])):
				flush()
				word = append(word, r)
			case len(word) > 0 && wide(word[len(word)-1]) && !wide(r) && !closing(r) && !opening(word[len(word)-1]):
				flush()
				word = append(word, r)
			default:
				word = append(word, r)
			}
		}
		flush()
	}
	return out
}

func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || (r >= 0x3000 && r <= 0x303F) || (r >= 0xFF00 && r <= 0xFFEF)
}

func closing(r rune) bool {
	return strings.ContainsRune("，。、；：？！）》」』】〉’”…,.;:?!)]}%", r)
}

func opening(r rune) bool { return strings.ContainsRune("（《「『【〈‘“([{", r) }

func (a *Para) lines(p paint, width float32) [][]run {
	size, have := p.th.Size(a.size), &a.wrapped
	if have.lines == nil || have.content != a.content || have.theme != p.th || have.size != size || have.width != width {
		*have = wrapped{a.content, p.th, size, width, wrapLines(a.content, size, width)}
	}
	return have.lines
}

func wrapLines(content string, size, width float32) [][]run {
	measure := func(s string, bold bool) float32 {
		return fyne.MeasureText(s, size, fyne.TextStyle{Bold: bold}).Width
	}
	var lines [][]run
	var line []run
	used := float32(0)
	newLine := func() {
		if n := len(line); n > 0 && line[n-1].text == " " {
			line = line[:n-1]
		}
		lines = append(lines, line)
		line, used = nil, 0
	}
	ps := pieces(content)
	for i := 0; i < len(ps); {
		if ps[i].brk {
			newLine()
			i++
			continue
		}
		// A word is everything up to the next gap; closing punctuation in another weight belongs to it.
		end := i + 1
		for !ps[i].space && end < len(ps) && !ps[end].space && !ps[end].brk && joins(ps[end-1], ps[end]) {
			end++
		}
		w := float32(0)
		for _, q := range ps[i:end] {
			w += measure(q.text, q.bold)
		}
		if used > 0 && used+w > width+0.5 && !ps[i].space {
			newLine()
		}
		for _, q := range ps[i:end] {
			if q.space && used == 0 {
				continue
			}
			qw := measure(q.text, q.bold)
			if n := len(line); n > 0 && line[n-1].bold == q.bold {
				line[n-1].text += q.text
				line[n-1].width = measure(line[n-1].text, q.bold)
				used = lineWidth(line)
				continue
			}
			line = append(line, run{text: q.text, bold: q.bold, width: qw})
			used += qw
		}
		i = end
	}
	if len(line) > 0 || len(lines) == 0 {
		newLine()
	}
	return lines
}

// joins tells whether no line may break between two pieces.
func joins(before, after piece) bool {
	b, a := []rune(before.text), []rune(after.text)
	if len(b) == 0 || len(a) == 0 {
		return false
	}
	last, first := b[len(b)-1], a[0]
	if closing(first) || opening(last) || first == '\u00a0' || last == '\u00a0' || inDate(last, first) {
		return true
	}
	return !wide(last) && !wide(first)
}

// inDate tells whether two signs stand side by side in a Chinese date, such as
// 2026年6月18日 周四.
func inDate(before, after rune) bool {
	switch {
	case unicode.IsDigit(before):
		return strings.ContainsRune("年月日", after)
	case unicode.IsDigit(after):
		return strings.ContainsRune("年月", before)
	}
	return before == '周' && strings.ContainsRune("一二三四五六日", after)
}

func lineWidth(line []run) float32 {
	w := float32(0)
	for _, r := range line {
		w += r.width
	}
	return w
}

// MinSize implements fyne.CanvasObject: a few words wide, and as high as at the last width.
func (a *Para) MinSize() fyne.Size {
	p := paintFor(a)
	w := p.px(leastPara)
	at := a.width
	if at == 0 {
		at = 1e6
	}
	return fyne.NewSize(w, float32(len(a.lines(p, max(at, w))))*a.leading(p))
}

// CreateRenderer implements fyne.Widget.
func (a *Para) CreateRenderer() fyne.WidgetRenderer { return laidOut(a, &paraRenderer{a: a}) }

type paraRenderer struct {
	a       *Para
	objects []fyne.CanvasObject
}

func (r *paraRenderer) Layout(size fyne.Size) {
	r.a.width = size.Width
	p := paintFor(r.a)
	leading := r.a.leading(p)
	r.objects = r.objects[:0:0]
	for i, line := range r.a.lines(p, size.Width) {
		x := float32(0)
		if r.a.center {
			x = (size.Width - lineWidth(line)) / 2
		}
		for _, part := range line {
			token := r.a.token
			if part.bold && r.a.strong != "" {
				token = r.a.strong
			}
			t := canvas.NewText(part.text, nil)
			p.text(t, part.text, r.a.size, token, part.bold)
			place(t, x, (float32(i)+0.5)*leading)
			r.objects = append(r.objects, t)
			x += part.width
		}
	}
}

func (r *paraRenderer) MinSize() fyne.Size { return r.a.MinSize() }

func (r *paraRenderer) Refresh() {
	r.Layout(r.a.Size())
	canvas.Refresh(r.a)
}

func (r *paraRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *paraRenderer) Destroy() {}
