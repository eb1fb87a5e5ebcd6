package evidence

import (
	"context"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// checking is the check of the whole record at the head of the screen.
type checking struct {
	screen *Screen
	slot   *page.Slot
	stop   context.CancelFunc // nil: none runs
	bar    *widgets.ThinBar
	count  *widgets.Text
	found  *desk.RecordCheck // the last that ended by itself
}

func newChecking(s *Screen) *checking {
	c := &checking{screen: s, slot: page.NewSlot(), bar: widgets.NewThinBar(0, widgets.ToneApprove).Thin(), count: widgets.NewText("").Caption().In(widgets.Ink2)}
	c.idle()
	return c
}

func (c *checking) content() fyne.CanvasObject { return c.slot.Content() }

// covers tells whether a check without a problem has reached a block.
func (c *checking) covers(h desk.Height) bool {
	switch {
	case c.found == nil:
		return false
	case c.found.Problem != "":
		return h <= c.found.Safe
	}
	return h <= c.found.Height
}

// idle offers a check and says what the last one found.
func (c *checking) idle() {
	e := c.screen.env
	row := []fyne.CanvasObject{}
	switch {
	case c.found == nil:
	case c.found.Problem != "":
		row = append(row, widgets.NewGlyph(assets.IconXCircle, widgets.Refuse).Sized(16), widgets.NewText(e.T("evidence.bad_block", i18n.P{"n": int64(c.found.Bad)})).Bold().In(widgets.Refuse),
			widgets.NewIconButton(assets.IconCopy, e.T("common.copy"), func() {
				e.Copy(c.found.Problem)
				e.Say(widgets.ToneNeutral, e.T("common.copied"))
			}))
	default:
		row = append(row, widgets.NewGlyph(assets.IconCheck, widgets.Approve).Sized(16), widgets.NewText(e.T("evidence.all_good", i18n.P{"n": int64(c.found.Blocks)})).Bold().In(widgets.Approve))
	}
	c.slot.Show(widgets.Row(8, append(row, widgets.NewButton(widgets.Outline, e.T("evidence.check_all"), c.start).WithIcon(assets.IconProof))...))
}

func (c *checking) start() {
	e, d := c.screen.env, c.screen.desk
	c.bar.Set(0, widgets.ToneApprove)
	c.count.Set("")
	stop := widgets.NewButton(widgets.Outline, e.T("evidence.stop"), c.halt).Small()
	c.slot.Show(widgets.Row(12, widgets.Fixed(396, 0, widgets.Column(6, widgets.Row(8, widgets.NewText(e.T("evidence.checking")).Caption().Bold(), widgets.Spring(), c.count,
		widgets.NewGlyph(assets.IconCheck, widgets.Approve).Sized(14), widgets.NewText(e.T("evidence.no_problem")).Caption().Bold().In(widgets.Approve)), c.bar)), stop))
	own, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	page.Read(e, func(ctx context.Context) (desk.RecordCheck, error) {
		ctx, end := context.WithCancel(ctx)
		defer end()
		defer context.AfterFunc(own, end)()
		shown := uint64(0)
		return d.CheckRecord(ctx, func(done, total uint64) {
			if percent := done * 100 / max(total, 1); percent != shown { // a hundred times at most
				shown = percent
				widgets.Later(func() { c.progress(done, total) })
			}
		})
	}, func(found desk.RecordCheck, err error) {
		stopped := own.Err() != nil
		cancel()
		c.stop = nil
		switch {
		case stopped:
		case err != nil:
			e.Problem(e.T("evidence.check_all"), err)
		default:
			c.found = &found
		}
		c.idle()
		c.screen.again()
	})
}

func (c *checking) progress(done, total uint64) {
	if c.stop == nil {
		return
	}
	c.bar.Set(float32(done)/float32(max(total, 1)), widgets.ToneApprove)
	c.count.Set(c.screen.env.T("evidence.progress", i18n.P{"n": int64(done), "total": int64(total)}))
}

// halt ends a check that runs.
func (c *checking) halt() {
	if c.stop != nil {
		c.stop()
	}
}

// again shows the open entry anew, for its mark.
func (s *Screen) again() {
	for _, l := range s.lines {
		if l.entry != nil && l.entry.ID == s.chosen {
			s.show(*l.entry)
			return
		}
	}
}
