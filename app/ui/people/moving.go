package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// moving is the page on which something is put to the vote of the members: what
// at the left, and at the right what has to be known for it.
type moving struct {
	members *Members
	targets []desk.MotionTarget
	network desk.Network

	act    int
	forms  map[desk.MotionAct]motionForm
	shown  *flow
	then   *flow
	next   *widgets.Button
	dialog *widgets.Dialog
	tried  bool // what is merely missing is not blamed before
}

// flow holds one object that can be changed for another of another height: unlike a
// page.Slot it asks the new one how high it is at the width that there is.
type flow struct{ box *fyne.Container }

func newFlow() *flow { return &flow{widgets.Layers()} }

func (f *flow) show(o fyne.CanvasObject) {
	f.box.Objects = []fyne.CanvasObject{o}
	f.box.Refresh()
}

// motionForm asks for what one kind of motion needs.
type motionForm interface {
	content() fyne.CanvasObject
	first() fyne.Focusable // nil: nothing can be filled in
	// wrong says what stops it, and with blame beside which field.
	wrong(blame bool) string
	// note says more of what is chosen, where there is more to say.
	note() string
	// motion is what is put to the vote, with its words.
	motion() (desk.Act, string)
}

// motionActs are what can be put to the vote here; admitting begins with an invitation.
func motionActs() []desk.MotionAct {
	return []desk.MotionAct{desk.MotionSuspend, desk.MotionReinstate, desk.MotionExpel, desk.MotionReplaceKeeper, desk.MotionNewAdmins, desk.MotionRulesVersion}
}

// formRoom is as high as the highest form is at first, so that nothing moves while
// somebody goes through the kinds.
const formRoom = 286

// put reads what can be put to the vote and opens the page.
func (m *Members) put() {
	type read struct {
		targets []desk.MotionTarget
		network desk.Network
	}
	page.Read(m.env, func(ctx context.Context) (read, error) {
		var out read
		var err error
		if out.targets, err = m.desk.MotionTargets(ctx); err == nil {
			out.network, err = m.desk.Network(ctx)
		}
		return out, err
	}, func(r read, err error) {
		if err != nil {
			m.env.Problem(m.env.T("members.put"), err)
			return
		}
		v := &moving{members: m, targets: r.targets, network: r.network, forms: map[desk.MotionAct]motionForm{}, shown: newFlow(), then: newFlow()}
		v.open()
	})
}

func (v *moving) open() {
	e := v.members.env
	var names []widgets.Choice
	for _, act := range motionActs() {
		names = append(names, widgets.Choice{Label: e.T("members.put_" + string(act))})
		switch act {
		case desk.MotionNewAdmins:
			v.forms[act] = newOfferForm(v)
		case desk.MotionRulesVersion:
			v.forms[act] = newRulesForm(v)
		default:
			v.forms[act] = newJudgeForm(v, act)
		}
	}
	what := widgets.NewChoices(names, 0, func(i int) {
		v.act, v.tried = i, false
		v.show()
	})
	v.next = widgets.NewButton(widgets.Primary, e.T("sign.continue_passphrase"), v.press).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { v.press() })
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { v.dialog.Close() }).WithKey("Esc")
	body := widgets.Column(14, widgets.Columns(24, 0, []float32{1, 1.35},
		widgets.Column(6, widgets.FieldLabel(e.T("members.put_what"), ""), what),
		widgets.Layers(v.shown.box, widgets.Fixed(0, formRoom, widgets.Spring()))), v.then.box)
	v.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("members.put"), Body: body,
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), v.next}, First: what.First()})
	v.show()
	e.Submit = v.press
	v.dialog.OnClosed(func() { e.Submit = nil })
	v.dialog.Show()
}

func (v *moving) form() motionForm { return v.forms[motionActs()[v.act]] }

// show brings the form of what is chosen to the right.
func (v *moving) show() {
	v.shown.show(v.form().content())
	v.check()
}

// check blames what cannot be taken beside its field, and says what would follow.
func (v *moving) check() {
	e, act := v.members.env, motionActs()[v.act]
	f := v.form()
	wrong := f.wrong(v.tried)
	v.next.Allow(wrong == "", wrong)
	kind := widgets.Primary
	needs, tone := "members.needs_others", widgets.ToneInfo
	switch act {
	case desk.MotionExpel:
		kind, tone = widgets.Danger, widgets.ToneWarn
	case desk.MotionRulesVersion:
		needs = "members.needs_all"
	}
	v.next.SetKind(kind)
	text := page.Sentences(signing.MotionThen(e, act), e.T(needs))
	notes := []fyne.CanvasObject{widgets.NewNote(tone, text)}
	if more := f.note(); more != "" {
		notes = append(notes, widgets.NewNote(widgets.ToneWarn, more))
	}
	v.then.show(widgets.Column(8, notes...))
	v.dialog.Refresh() // the lines make it higher
}

func (v *moving) press() {
	if v.next.Disabled() {
		v.tried = true
		v.check()
		if first := v.form().first(); first != nil {
			v.members.env.Canvas.Focus(first)
		}
		return
	}
	act, what := v.form().motion()
	v.dialog.Close()
	v.members.sign(act, what)
}

// judgeForm asks which member is judged, and why.
type judgeForm struct {
	v      *moving
	act    desk.MotionAct
	agency *widgets.Pick
	why    *widgets.Choices
	noWhy  *widgets.Para
	code   int
	body   fyne.CanvasObject
	nobody bool // the rules would let no member be judged so
}

func newJudgeForm(v *moving, act desk.MotionAct) *judgeForm {
	e := v.members.env
	f := &judgeForm{v: v, act: act, code: -1, noWhy: widgets.NewErrorLine(), nobody: true}
	titles := make([]string, len(v.targets))
	times := map[string]int{}
	for i, t := range v.targets {
		f.nobody = f.nobody && t.Check[act] != desk.Accepted
		times[t.Title]++
		titles[i] = t.Title
	}
	for i, t := range v.targets {
		if times[t.Title] > 1 {
			titles[i] += " (" + string(t.Agency) + ")"
		}
	}
	if f.nobody {
		f.body = widgets.Column(0, widgets.NewNote(widgets.ToneInfo, f.wrong(false)))
		return f
	}
	f.agency = widgets.NewPick(e.T("members.choose_agency"), titles, func(int) { v.check() })
	var names []widgets.Choice
	for _, c := range desk.MotionCodes(act) {
		names = append(names, widgets.Choice{Label: e.Code(c)})
	}
	f.why = widgets.NewChoices(names, -1, func(i int) {
		f.code = i
		v.check()
	})
	f.body = widgets.Column(14, widgets.Labelled(e.T("members.agency"), "", f.agency), widgets.Column(6, widgets.FieldLabel(e.T("members.why"), ""), f.why, f.noWhy))
	return f
}

func (f *judgeForm) content() fyne.CanvasObject { return f.body }

func (f *judgeForm) first() fyne.Focusable {
	switch {
	case f.nobody:
		return nil
	case f.agency.Index() < 0 || f.target().Check[f.act] != desk.Accepted:
		return f.agency.Focus()
	}
	return f.why.First()
}

func (f *judgeForm) target() desk.MotionTarget { return f.v.targets[f.agency.Index()] }

func (f *judgeForm) wrong(blame bool) string {
	e := f.v.members.env
	if f.nobody {
		for _, t := range f.v.targets { // what hinders all is said as it is
			switch code := t.Check[f.act]; code {
			case desk.WrongState, desk.KeeperNotReady:
			default:
				return signing.MotionRefusal(e, f.act, code)
			}
		}
		return e.T("members.none_" + string(f.act))
	}
	agency, missing, why := "", "", ""
	if f.agency.Index() < 0 {
		missing = e.T("members.choose_agency")
	} else {
		agency = signing.MotionRefusal(e, f.act, f.target().Check[f.act])
	}
	if f.code < 0 {
		why = e.T("common.choose_one")
	}
	wrong := strings.TrimSpace(agency + missing)
	if wrong == "" {
		wrong = why
	}
	if blame {
		agency += missing
	} else {
		why = ""
	}
	f.agency.SetError(agency)
	f.noWhy.SetError(why)
	return wrong
}

func (f *judgeForm) note() string {
	if f.nobody || f.agency.Index() < 0 {
		return ""
	}
	for _, act := range f.target().Open {
		if act == f.act {
			return f.v.members.env.T("members.on_vote")
		}
	}
	return ""
}

func (f *judgeForm) motion() (desk.Act, string) {
	t := f.target()
	act := desk.MotionAbout(f.act, t.Agency, desk.MotionCodes(f.act)[f.code])
	return act, signing.MotionWords(f.v.members.env, act.Motion, t.Title)
}
