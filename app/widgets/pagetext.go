package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// PageText is a page as plain text, a line for each part, for people whose
// screen reader cannot read the window. What is covered or hidden stays out.
func PageText(o fyne.CanvasObject) string {
	var lines []string
	collect(o, func(line string) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	})
	return strings.Join(lines, "\n")
}

// holder is a widget put together from other parts.
type holder interface{ inside() fyne.CanvasObject }

// Assembled is a widget of another package that is put together from parts.
type Assembled interface{ Parts() []fyne.CanvasObject }

// textRows is how many rows of a long list are worth copying.
const textRows = 200

func (w *part) inside() fyne.CanvasObject     { return w.body }
func (r *PressRow) inside() fyne.CanvasObject { return r.body }
func (d *Dialog) inside() fyne.CanvasObject {
	return container.NewWithoutLayout(d.head, d.spec.Body, d.foot)
}

func collect(o fyne.CanvasObject, add func(string)) {
	if o == nil || !o.Visible() {
		return
	}
	switch w := o.(type) {
	case *fyne.Container:
		for _, child := range w.Objects {
			collect(child, add)
		}
	case *container.Scroll:
		collect(w.Content, add)
	case *RequestList:
		for i := range min(w.Len(), textRows) {
			row := RequestRow{data: w.row(i)}
			add(row.AccessibilityLabel())
		}
	case *DataTable:
		collectTable(w, add)
	case *Input:
		if !w.entry.Password {
			add(w.entry.Text)
		}
		collect(w.error, add)
	case Assembled:
		for _, child := range w.Parts() {
			collect(child, add)
		}
	case holder:
		collect(w.inside(), add)
	case fyne.Accessible:
		add(w.AccessibilityLabel())
	}
}

func collectTable(t *DataTable, add func(string)) {
	titles := make([]string, len(t.cols))
	for i, c := range t.cols {
		titles[i] = c.Title
	}
	add(strings.Join(titles, "\t"))
	if t.covered {
		return
	}
	for _, r := range t.rows {
		add(strings.Join(r, "\t"))
	}
}
