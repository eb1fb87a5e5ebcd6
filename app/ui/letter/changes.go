package letter

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// differs notes what this version asks otherwise than the one that was read
// before: lines for the banner, and the fields that are new.
func (v *View) differs(old *desk.Letter) {
	e, l := v.env, v.letter
	line := func(label, was, is string) {
		if was != is {
			none := e.T("common.none")
			v.diff = append(v.diff, e.T("letter.diff_was", i18n.P{"what": label, "was": orElse(was, none), "is": orElse(is, none)}))
		}
	}
	line(e.T("offer.period"), old.Row.Period, l.Row.Period)
	line(e.T("letter.keep"), e.N("time.days", old.KeepDays), e.N("time.days", l.KeepDays))
	if old.StandingDays != l.StandingDays {
		line(e.T("letter.sent_as"), e.T("letter.live_feed", i18n.P{"n": old.StandingDays}), e.T("letter.live_feed", i18n.P{"n": l.StandingDays}))
	}
	line(e.T("letter.rows"), old.Rows, l.Rows)
	line(e.T("letter.note"), old.Note, l.Note)
	before, now := namesOf(old), namesOf(l)
	var fresh, gone []desk.FieldName
	for _, f := range now {
		if !slices.Contains(before, f) {
			fresh = append(fresh, f)
			v.fresh[f] = true
		}
	}
	for _, f := range before {
		if !slices.Contains(now, f) {
			gone = append(gone, f)
		}
	}
	if len(fresh) > 0 {
		v.diff = append(v.diff, e.T("letter.diff_new", i18n.P{"fields": fieldNames(fresh)}))
	}
	if len(gone) > 0 {
		v.diff = append(v.diff, e.T("letter.diff_gone", i18n.P{"fields": fieldNames(gone)}))
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func namesOf(l *desk.Letter) []desk.FieldName {
	out := make([]desk.FieldName, len(l.Fields))
	for i, f := range l.Fields {
		out[i] = f.Name
	}
	return out
}

// changedNote is the banner over a version that differs from the one read before.
func (v *View) changedNote() fyne.CanvasObject {
	return widgets.NewNote(widgets.ToneInfo, strings.Join(append([]string{v.env.T("letter.changed")}, v.diff...), " "))
}

// keptNote says that the reader has signed already, and that it is not final yet.
func (v *View) keptNote() fyne.CanvasObject {
	e, k := v.env, v.acts.Kept
	if !k.Expired {
		return widgets.NewNote(widgets.ToneWarn, "**"+e.T("result.kept_title")+".** "+
			e.T("result.kept_until", i18n.P{"date": e.DateTime(e.Local(k.ValidUntil))})+" "+e.T("result.clock_goes_on")).WithIcon(assets.IconHourglass)
	}
	again := widgets.NewButton(widgets.Primary, e.T("result.sign_again"), v.signAgain).WithIcon(assets.IconSign)
	return widgets.NewNote(widgets.ToneWarn, "**"+e.T("result.expired_title")+".** "+
		e.T("result.expired_text", i18n.P{"date": e.DateTime(e.Local(k.ValidUntil))}), again).WithIcon(assets.IconHourglass)
}

// signAgain opens the sign page of what was kept until it was not valid any more.
func (v *View) signAgain() {
	signing.Again(v.env, v.desk, v.acts.Kept.ID, v.acts.Signed)
}

// SetAlike offers to decide other requests together with this one: those that
// differ in their subject only.
func (v *View) SetAlike(rows []desk.RequestRow) {
	if len(rows) == 0 && len(v.alike) == 0 {
		return
	}
	v.alike = rows
	v.together = v.together && len(rows) > 0
	v.drawBar()
	v.content.Refresh() // the bar has become higher
}

// alikeLine is the tick box over the bar.
func (v *View) alikeLine() fyne.CanvasObject {
	return widgets.NewCheck(v.env.N("batch.offer", len(v.alike)), v.together, func(on bool) {
		v.together = on
		v.drawBar()
	})
}

// batch opens the page on which the decision is signed for all that are alike.
func (v *View) batch(act desk.Act) {
	ids := []desk.EntryID{v.letter.Row.ID}
	for _, r := range v.alike {
		ids = append(ids, r.ID)
	}
	signing.StartBatch(v.env, v.desk, act, ids, v.acts.Batched)
}

// decide signs one decision, or the same for all that are alike.
func (v *View) decide(act desk.Act) {
	if v.together && len(v.alike) > 0 {
		v.batch(act)
		return
	}
	signing.Start(v.env, v.desk, act, signing.What{}, v.acts.Signed)
}

// summary is what a narrow bar writes on its one button: "Approve part, 4 of 5".
func (v *View) summary(label string) string {
	n, of := len(v.ticked()), len(v.letter.Fields)
	if n == of {
		return label
	}
	return v.env.T("letter.part_of", i18n.P{"act": label, "n": n, "of": of})
}

// menuItems are the decisions that a narrow bar has in its menu.
func menuItems(buttons ...*widgets.Button) []*fyne.MenuItem {
	var out []*fyne.MenuItem
	for _, b := range buttons {
		item := fyne.NewMenuItem(b.Label(), func() { b.Tapped(nil) })
		item.Disabled = b.Disabled()
		out = append(out, item)
	}
	return out
}

// narrowBar is one act and a menu with the others.
func (v *View) narrowBar(primary *widgets.Button, others ...*widgets.Button) fyne.CanvasObject {
	var b *widgets.Button
	b = widgets.NewButton(widgets.Outline, v.env.T("letter.others"), func() {
		items := menuItems(others...)
		if v.mayOffer() {
			items = append(items, fyne.NewMenuItem(v.env.T("letter.offer"), v.offerElse))
		}
		v.popUp(b, items)
	}).WithTrailing(assets.IconChevDown)
	return page.NewSides(b, primary)
}
