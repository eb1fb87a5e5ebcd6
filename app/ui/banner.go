package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// doubleVoteStands is for how long a double vote is named on the screens that are
// about something else. Evidence and Network name it for ever.
const doubleVoteStands = 30 * 24 * time.Hour

// banner stands above every screen while there is something that all have to know.
type banner struct {
	env     *page.Env
	slot    *page.Slot
	content *fyne.Container
	net     desk.Network
	pace    page.Pace
	shown   int // notes
}

// newBanner puts a banner above a body.
func newBanner(e *page.Env, body fyne.CanvasObject) *banner {
	b := &banner{env: e, slot: page.NewSlot()}
	b.content = widgets.Column(0, b.slot.Content(), widgets.Grow(body))
	return b
}

// show says what this computer and the network suffer from, but for what the
// screen in front says by itself.
func (b *banner) show(n desk.Network, front string) {
	b.net = n
	var notes []fyne.CanvasObject
	if n.Stopped() && front != page.Network {
		notes = append(notes, b.env.ProblemNote(n))
	}
	if n.Syncing && n.SyncTo > 0 && front != page.Network {
		notes = append(notes, b.copying(n))
	}
	if front != page.Network && front != page.Evidence {
		for _, v := range n.DoubleVotes {
			if n.LastBlock.Sub(v.At) < doubleVoteStands {
				notes = append(notes, b.env.DoubleVoteShort(v))
				break // the newest; Evidence has them all
			}
		}
	}
	if len(notes) == 0 && b.shown == 0 {
		return
	}
	b.shown = len(notes)
	if len(notes) == 0 {
		b.slot.Show(widgets.Column(0))
	} else {
		b.slot.Show(widgets.Inset(8, 16, 8, 16, widgets.Column(8, notes...)))
	}
	b.content.Refresh()
}

// copying says how far a first copy of the record has come: what stands below is
// not all there is.
func (b *banner) copying(n desk.Network) fyne.CanvasObject {
	e := b.env
	return widgets.PaddedCard(widgets.Column(8,
		widgets.Row(16, widgets.Grow(widgets.NewPara("**"+e.T("states.loading_title")+"**")), widgets.NewText(e.Copying(n, &b.pace)).In(widgets.Ink2)),
		widgets.NewThinBar(float32(n.Height)/float32(n.SyncTo), widgets.ToneAccent)))
}
