package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// counted counts how often it is asked for its size.
type counted struct {
	canvas.Rectangle
	asked int
}

func (c *counted) MinSize() fyne.Size {
	c.asked++
	return fyne.NewSize(10, 10)
}

// The toolkit asks every part of the page for its size for each picture it draws,
// so one answer may not ask the parts below it again and again: what stands
// deeper is asked more often by the number of levels, not by their powers.
func TestAnAnswerAsksEachPartAFewTimes(t *testing.T) {
	test.NewTempApp(t)
	leaf := &counted{}
	page := fyne.CanvasObject(leaf)
	const levels = 6
	for range levels {
		page = Row(8, NewText("label"), Grow(Column(4, Inset(4, 4, 4, 4, Fixed(0, 0, page)))))
	}
	page.MinSize()
	if leaf.asked > 2*levels {
		t.Errorf("the innermost part was asked %d times for one answer", leaf.asked)
	}
}

// A row is refreshed by itself, and only while it is on screen.
func TestARefreshedItemIsOneRow(t *testing.T) {
	asked := map[int]int{}
	l := NewRequestList(0, nil)
	window(t, Layers(l)).Resize(fyne.NewSize(340, 400))
	l.SetLong(10_000, func(i int) RowData {
		asked[i]++
		return RowData{Title: "Tax Service"}
	}, nil, -1)
	clear(asked)
	l.RefreshItem(2)
	l.RefreshItem(9_000)
	if len(asked) != 1 || asked[2] != 1 {
		t.Errorf("to show one row anew these were asked for: %v", asked)
	}
	l.ScrollTo(5_000)
	clear(asked)
	l.RefreshItem(2)
	l.RefreshItem(5_000)
	if len(asked) > 2 || asked[5_000] != 1 {
		t.Errorf("after scrolling these were asked for: %v", asked)
	}
}

// What stands one below the other, and pills in several lines, are as high as the
// width at which they are asked makes them, before they were ever laid out.
func TestStackedPartsAndPillsAnswerForAWidth(t *testing.T) {
	test.NewTempApp(t)
	box := func() fyne.CanvasObject { return Fixed(40, 50, Spring()) }
	stacked := Column(0, StackedBelow(300, 0, 0, []float32{1, 1}, box(), box()))
	if beside, below := HeightFor(stacked, 400), HeightFor(stacked, 200); beside != 50 || below != 100 {
		t.Errorf("beside one another %v high, one below the other %v", beside, below)
	}
	pills := Column(0, NewFilters([]Segment{{Label: "All"}, {Label: "Tax Service"}, {Label: "Health Fund"}}, 0, nil))
	if one, more := HeightFor(pills, 1000), HeightFor(pills, 120); one != pillHeight || more <= one {
		t.Errorf("in one line %v high, in several %v", one, more)
	}
}
