package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"countersign/assets"
)

// words are the texts a renderer draws, each where it stands.
func words(r fyne.WidgetRenderer) map[string]fyne.Position {
	out := map[string]fyne.Position{}
	for _, o := range r.Objects() {
		if t, ok := o.(*canvas.Text); ok && t.Text != "" && t.Visible() {
			out[t.Text] = t.Position()
		}
	}
	return out
}

// The toolkit frees the renderer of what has been hidden for a minute and makes
// another one, at the size that the widget has already, without laying it out.
func TestWhatWasHiddenForLongIsDrawnAgain(t *testing.T) {
	for name, w := range map[string]fyne.Widget{
		"text":      NewText("Tax Service"),
		"paragraph": NewPara("Rehearsal: invented **people** and data"),
		"pips":      NewPips("1/2", SignedOf(1, 2)...),
		"segments":  NewSegmented([]Segment{{Label: "To sign", Count: "4"}, {Label: "Waiting"}}, 0, nil),
		"chart":     NewBarChart("entries", 10, []string{"0", "10"}, []Bar{{Label: "08:00", Value: 4}}),
		"graph":     NewPeerGraph("one agency", []Peer{{ID: "tax", Label: "Tax Service", Icon: assets.IconNodes, Keeper: true}}, nil),
		"button":    NewButton(Outline, "Return", nil).WithKey("B"),
		"meter":     NewQuorumMeter(4, 3, 3, "record keepers", "3 needed"),
	} {
		window(t, w)
		before, after := words(test.WidgetRenderer(w)), words(w.CreateRenderer())
		if len(before) == 0 {
			t.Errorf("%s draws no words", name)
		}
		for text, at := range before {
			if after[text] != at {
				t.Errorf("%s draws %q at %v, and after its renderer was freed at %v of %v", name, text, at, after[text], after)
			}
		}
	}
}
