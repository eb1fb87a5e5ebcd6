// Package letter owns the page on which a request is read as a letter: who asks
// whom for what and why, the fields with the red pencil, what happened so far,
// and the bar with the acts that are open to the reader. The inbox and the page
// of one's own requests show it. It lists nothing and signs nothing by itself.
package letter

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// Desk is what a letter needs.
type Desk interface {
	signing.Decider
	Reveal(ctx context.Context, id desk.EntryID) ([]string, error)
}

// View is one letter on the page.
type View struct {
	env    *page.Env
	desk   Desk
	letter *desk.Letter
	mine   bool // asked by the reader's own agency
	acts   Acts

	reasons  map[desk.FieldName]string // why fields beyond the basis may be given
	table    *widgets.FieldTable
	count    *widgets.Text
	subjects *widgets.Redacted
	scroll   *container.Scroll
	bar      *page.Slot
	seen     bool // the last field has been on screen
	focus    int  // the field that had the focus in the view before; -1: none
	content  fyne.CanvasObject
	body     fyne.CanvasObject
	keys     map[rune]*widgets.Button // of the acts on the bar

	diff     []string                // what differs from the version read before
	fresh    map[desk.FieldName]bool // fields that it did not ask for
	alike    []desk.RequestRow       // that can be decided together with this one
	together bool                    // and are to be
}

// Acts is what a letter tells its screen, and what the screen knows of the
// reader's own signature on it.
type Acts struct {
	Signed  func(signing.Signed) // the reader has signed something about it
	Batched func()               // the reader has closed the page of a batch that was signed
	Unread  func()               // marks it unread, or read again; nil: not here
	Kept    *desk.KeptEntry      // the reader's signature that is not final yet; nil: none
}

// New shows a letter. before is the view of the same request that it replaces,
// whose pencil is kept; nil for none. me is the reader's agency. signed is told
// when the reader has signed something about it.
func New(e *page.Env, d Desk, l *desk.Letter, me desk.AgencyID, before *View, signed func(signing.Signed)) *View {
	return NewDeciding(e, d, l, me, before, Acts{Signed: signed})
}

// NewDeciding shows a letter to somebody who may decide it.
func NewDeciding(e *page.Env, d Desk, l *desk.Letter, me desk.AgencyID, before *View, acts Acts) *View {
	v := &View{env: e, desk: d, letter: l, mine: l.RequesterID == me, acts: acts, reasons: map[desk.FieldName]string{},
		fresh: map[desk.FieldName]bool{}, bar: page.NewSlot()}
	marks := v.startMarks()
	changed := false
	if before != nil && before.letter.Row.ID == l.Row.ID {
		changed = v.keepPencil(before, marks)
		v.alike, v.together = before.alike, before.together
	}
	v.build(marks, changed)
	if before != nil && before.letter.Row.ID == l.Row.ID && before.subjects != nil && v.subjects != nil {
		v.subjects.Keep(before.subjects) // news of a request covers nothing that is being read
	}
	v.focus = focused(before)
	return v
}

// focused tells which field of a view has the focus, -1 for none.
func focused(v *View) int {
	if v != nil && v.table != nil {
		for i := range v.letter.Fields {
			if v.table.Row(i).Focused() {
				return i
			}
		}
	}
	return -1
}

// Shown is called once the view is on the page: the focus stays on the field
// where the view before had it, so that news of a request takes nobody out of
// the fields.
func (v *View) Shown() {
	if shows := v.env.ShowsSubjects; shows != nil && shows() && v.subjects != nil && !v.subjects.Shown() {
		v.subjects.Press()
	}
	if v.focus >= 0 && v.focus < len(v.letter.Fields) && v.table != nil {
		v.env.Canvas.Focus(v.table.Row(v.focus))
	}
}

// Content is what to lay out.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Letter is what is shown.
func (v *View) Letter() *desk.Letter { return v.letter }

// startMarks is where the pencil starts: what lies beyond the basis is struck.
func (v *View) startMarks() []widgets.Mark {
	marks := make([]widgets.Mark, len(v.letter.Fields))
	for i, f := range v.letter.Fields {
		marks[i] = widgets.Struck
		if f.Ticked || v.mine {
			marks[i] = widgets.Ticked
		}
		if v.mine && f.StruckBy != nil {
			marks[i] = widgets.Struck
		}
	}
	return marks
}

// keepPencil takes over what the reader has marked. It tells whether the request
// itself is another version.
func (v *View) keepPencil(before *View, marks []widgets.Mark) bool {
	if !v.decides() || before.table == nil {
		v.seen = before.seen
		return false
	}
	old := map[desk.FieldName]widgets.Mark{}
	for i, m := range before.table.Marks() {
		old[before.letter.Fields[i].Name] = m
	}
	for i, f := range v.letter.Fields {
		if m, ok := old[f.Name]; ok && f.Mark != desk.MarkStruck {
			marks[i] = m
		}
	}
	v.reasons = before.reasons
	v.sayWhoSigned(before)
	if before.letter.Version == v.letter.Version {
		v.seen, v.diff, v.fresh = before.seen, before.diff, before.fresh
		return len(v.diff) > 0
	}
	v.differs(before.letter)
	return true
}

// sayWhoSigned tells who has signed while the letter was being read.
func (v *View) sayWhoSigned(before *View) {
	if before.letter.Row.Signed >= v.letter.Row.Signed {
		return
	}
	for i := len(v.letter.History) - 1; i >= 0; i-- {
		if ev := v.letter.History[i]; ev.Kind == desk.KindApprove && ev.Who != nil {
			v.env.Say(widgets.ToneInfo, v.env.T("letter.others_signed", i18n.P{"who": ev.Who.Name}))
			return
		}
	}
}

// decides tells whether the reader may decide now.
func (v *View) decides() bool { return v.letter.Row.MineToSign && !v.mine && v.acts.Kept == nil }

// Decides tells whether the reader may decide now.
func (v *View) Decides() bool { return v.decides() }

func (v *View) mayOffer() bool {
	return v.decides() && (v.letter.Can.Offer == desk.Accepted || v.letter.Can.Offer == desk.CanNoneTicked)
}

func (v *View) build(marks []widgets.Mark, changed bool) {
	e, l := v.env, v.letter
	parts := []fyne.CanvasObject{v.opening()}
	gone := v.erasure()
	if gone != nil {
		parts = append(parts, gone)
	}
	if gone == nil || l.LetterState == desk.LetterOpen {
		if n := v.state(changed); n != nil {
			parts = append(parts, n)
		}
	}
	parts = append(parts, v.sender(), widgets.Rule(), v.facts())
	if l.Offer != nil {
		parts = append(parts, v.offer())
	}
	parts = append(parts, v.fields(marks))
	if l.Agreement != nil {
		parts = append(parts, signing.Sending(e, l, nil, nil), signing.Leaving(e, l))
	}
	parts = append(parts, v.precedents(), v.history())
	scrolled := widgets.Page(widgets.Inset(20, 32, 16, 32, widgets.Column(12, parts...)))
	v.scroll = scrolled.Objects[0].(*container.Scroll)
	v.scroll.OnScrolled = func(fyne.Position) { v.look() }
	v.body = scrolled
	reference := e.Reference(l.Row.Case, l.Row.ID)
	acts := []fyne.CanvasObject{widgets.NewButton(widgets.Ghost, e.T("letter.evidence"), v.evidence).Small().WithIcon(assets.IconProof).WithKey("E"), e.CopyAct(func() fyne.CanvasObject { return v.body })}
	if items := v.more(); len(items) > 0 {
		acts = append(acts, v.others(items))
	}
	when := e.T("letter.received", i18n.P{"date": e.DateTime(e.Local(l.Row.Submitted))})
	if v.mine {
		when = e.T("requests.sent_on", i18n.P{"date": e.DateTime(e.Local(l.Row.Submitted))})
	}
	head := page.Head(reference, when, acts...)
	v.drawBar()
	v.content = widgets.Between(head, scrolled, v.bar.Content())
}

// look notes when the last field has come on screen.
func (v *View) look() {
	if v.seen || v.table == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	bottom := driver.AbsolutePositionForObject(v.table).Y + v.table.Size().Height
	if v.table.Size().Height > 0 && bottom <= driver.AbsolutePositionForObject(v.scroll).Y+v.scroll.Size().Height+1 {
		v.seen = true
	}
}

// toFields brings the fields on screen.
func (v *View) toFields() {
	driver := fyne.CurrentApp().Driver()
	bottom := driver.AbsolutePositionForObject(v.table).Y + v.table.Size().Height
	over := bottom - driver.AbsolutePositionForObject(v.scroll).Y - v.scroll.Size().Height
	if over > 0 {
		v.scroll.ScrollToOffset(fyne.NewPos(0, v.scroll.Offset.Y+over))
	}
}

// Rune is a single key: an act of the bar, or the subject's cover.
func (v *View) Rune(r rune) bool {
	if r == 'v' && v.subjects != nil {
		v.subjects.Press()
		return true
	}
	if r == 'e' {
		v.evidence()
		return true
	}
	if r == ' ' && v.table != nil && len(v.letter.Fields) > 0 { // the next one ticks or strikes
		v.toFields()
		v.env.Canvas.Focus(v.table.Row(0))
		return true
	}
	b, ok := v.keys[r]
	if !ok {
		return false
	}
	if v.look(); v.decides() && !v.seen {
		v.toFields()
		v.look()
		v.env.Say(widgets.ToneNeutral, v.env.T("letter.read_fields"))
		return true
	}
	if b.Disabled() {
		v.env.Say(widgets.ToneNeutral, b.Reason())
		return true
	}
	b.Tapped(nil)
	return true
}

// evidence leads to what the record says of this request.
func (v *View) evidence() { v.env.Go(page.Place{Screen: page.Evidence, Request: v.letter.Row.ID}) }

// opening is the title and the sentence.
func (v *View) opening() fyne.CanvasObject {
	e, l := v.env, v.letter
	args := i18n.P{"agency": l.Requester, "unit": l.Sender.Unit, "provider": l.Provider, "dataset": l.Row.Dataset, "code": page.Article(l.Row.Code),
		"period": l.Row.Period, "subjects": e.Subjects(l.Row.Subjects), "purpose": e.Purpose(l.PurposeCode)}
	title := e.T("letter.title", args)
	if l.Row.Subjects > 0 {
		title = e.T("letter.title_about", args)
	}
	return widgets.Column(4, widgets.NewPara(title).Heading(), widgets.NewPara(e.T("letter.sentence", args)).In(widgets.Ink2).StrongIn(widgets.Ink))
}

func (v *View) sender() fyne.CanvasObject {
	e, l := v.env, v.letter
	who := l.Sender.Title
	if l.Sender.Unit != "" && who != "" {
		who += ", "
	}
	who += l.Sender.Unit
	if who != "" {
		who += " · "
	}
	name := widgets.Row(8, widgets.NewText(l.Sender.Name).Bold(), widgets.NewChip(e.T("letter.verified"), widgets.ToneApprove).WithIcon(assets.IconProof))
	row := []fyne.CanvasObject{widgets.NewAvatar(l.Sender.Name), widgets.Grow(widgets.Column(0, name,
		widgets.NewText(who+e.DateTime(e.Local(l.SenderAt))).Caption().In(widgets.Ink3).Cut()))}
	if !page.Pending(l.Row.State) {
		chip := e.StateChip(l.Row)
		row = append(row, widgets.NewChip(chip.Text, chip.Tone).WithIcon(chip.Icon))
	}
	return widgets.Row(12, row...)
}

// state is the banner above a letter that cannot be acted on as it is.
func (v *View) state(changed bool) fyne.CanvasObject {
	e, l := v.env, v.letter
	switch l.LetterState {
	case desk.LetterAway:
		return widgets.NewNote(widgets.ToneWarn, "**"+e.T("letter.away_title")+".** "+e.T("letter.away_text", i18n.P{"agency": l.Requester})).WithIcon(assets.IconHourglass)
	case desk.LetterMismatch:
		return widgets.NewNote(widgets.ToneRefuse, "**"+e.T("letter.mismatch_title")+".** "+e.T("letter.mismatch_text"))
	case desk.LetterNotYours:
		return widgets.NewNote(widgets.ToneInfo, "**"+e.T("letter.not_yours_title")+".** "+e.T("letter.not_yours_key"))
	}
	switch {
	case v.acts.Kept != nil:
		return v.keptNote()
	case changed:
		return v.changedNote()
	case v.mine && l.Row.State == desk.Returned:
		return widgets.NewNote(widgets.ToneWarn, e.T("requests.returned_text", i18n.P{"agency": l.Provider, "reason": v.reason()})).WithIcon(assets.IconBack)
	case v.mine && l.Row.State == desk.Refused:
		return widgets.NewNote(widgets.ToneRefuse, e.T("requests.refused_text", i18n.P{"agency": l.Provider, "reason": v.reason()}))
	case l.Emergency && page.Pending(l.Row.State):
		return widgets.NewNote(widgets.ToneWarn, e.T("letter.emergency")).WithIcon(assets.IconBolt)
	}
	return nil
}

// reason is the last return's or refusal's: its code in words and what was written.
func (v *View) reason() string {
	l := v.letter
	words := ""
	for _, ev := range l.History {
		if ev.Code != "" {
			words = v.env.Code(ev.Code)
		}
	}
	if l.Reason == "" {
		return words
	}
	if words == "" {
		return l.Reason
	}
	return words + ". " + l.Reason
}
