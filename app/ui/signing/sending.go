package signing

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// after is what follows a signature that is final: who is waited for, or the
// data on its way.
func (r *Result) after() []fyne.CanvasObject {
	e, l := r.env, r.letter
	if r.signed.Page.Act.Kind == desk.ActReturn {
		return []fyne.CanvasObject{widgets.NewNote(widgets.ToneInfo, e.T("return.stops", i18n.P{"agency": l.Requester})+" "+e.T("return.lapse"))}
	}
	if r.signed.Page.Act.Kind == desk.ActErase {
		return []fyne.CanvasObject{widgets.NewNote(widgets.ToneInfo, e.T("result.erased_text", i18n.P{"agency": r.signed.Page.Other})).WithIcon(assets.IconTrash)}
	}
	if l.Agreement == nil {
		if page.Pending(l.Row.State) && len(l.MaySign) > 0 {
			rest := e.N("letter.not_last", max(l.Row.Needed-l.Row.Signed, 1))
			if act := r.signed.Page.Act.Kind; act == desk.ActAsk || act == desk.ActAnswer {
				rest = e.T("compose.needs", i18n.P{"n": l.Row.Needed, "of": len(l.MaySign), "agency": l.Provider}) + "."
			}
			return []fyne.CanvasObject{widgets.NewNote(widgets.ToneInfo, rest+" "+e.T("letter.waits_for", i18n.P{"others": e.AnyOf(l.MaySign)}))}
		}
		return nil
	}
	var final *desk.Final
	if r.final != nil {
		final = r.final
	}
	out := []fyne.CanvasObject{Sending(e, l, &r.signed, final), Leaving(e, l)}
	if l.ReceiptHeight == 0 {
		out = append(out, widgets.NewPara(e.T("result.leave_page")).In(widgets.Ink3))
	}
	return out
}

// stepOrder is the order of a release's steps.
func stepOrder(s desk.ProgressStep) int {
	for i, x := range []desk.ProgressStep{desk.StepNone, desk.StepReading, desk.StepSealing, desk.StepSending, desk.StepArrived, desk.StepReceipted} {
		if x == s {
			return i
		}
	}
	return 0
}

// Sending is how far the data of an agreement has come, in six steps. signed and
// final are of the signature just made here; nil when somebody else's or an
// earlier one completed the agreement.
func Sending(e *page.Env, l *desk.Letter, signed *Signed, final *desk.Final) fyne.CanvasObject {
	at := stepOrder(l.Progress.Step)
	if len(l.Releases) > 0 {
		at = max(at, 3)
	}
	if l.ReceiptHeight != 0 {
		at = 5
	}
	if final == nil {
		final = l.Final
	}
	first, second := widgets.Step{Title: e.T("result.step_signed"), State: widgets.StepDone}, widgets.Step{Title: e.T("result.step_final"), State: widgets.StepDone}
	if signed != nil {
		first.Detail = e.Seconds(signed.Ticket.Signed.In(e.Zone))
	} else if final != nil {
		first.Detail = e.DayTime(e.Local(final.Time))
	}
	if final != nil && final.Took > 0 {
		second.Detail = e.T("result.later", i18n.P{"n": e.Elapsed(final.Took)})
	} else if final != nil {
		second.Detail = e.T("common.block", i18n.P{"n": int64(final.Height)})
	}
	state := func(done, now int) widgets.StepState {
		switch {
		case at >= done:
			return widgets.StepDone
		case l.Progress.Step == desk.StepProblem && at >= now:
			return widgets.StepFailed
		case at >= now:
			return widgets.StepNow
		}
		return widgets.StepTodo
	}
	word := func(done int, yes, no string) string {
		if at >= done {
			return yes
		}
		return no
	}
	receipt := widgets.Step{Title: e.T("result.step_receipt"), State: state(5, 4)}
	if l.ReceiptHeight != 0 {
		receipt.Detail = e.T("common.block", i18n.P{"n": int64(l.ReceiptHeight)})
	}
	steps := widgets.Steps(first, second,
		widgets.Step{Title: e.T("result.step_sealed"), Detail: e.T("result.for_agency", i18n.P{"agency": l.Requester}), State: state(3, 1)},
		widgets.Step{Title: word(4, e.T("result.step_sent"), e.T("result.step_sending")), Detail: size(e, l), State: state(4, 3)},
		widgets.Step{Title: word(5, e.T("result.step_checked"), e.T("result.step_check")), Detail: e.T("result.by_agency", i18n.P{"agency": l.Requester}), State: state(5, 4)},
		receipt)
	title, right, tone, done := e.T("result.sending"), "", widgets.ToneAccent, float32(at+1)/6
	if l.Progress.Step == desk.StepSending && l.Progress.Percent >= 0 {
		done = 0.5 + float32(l.Progress.Percent)/600
	}
	if l.ReceiptHeight != 0 {
		title, tone, done = e.T("result.delivered"), widgets.ToneApprove, 1
		right = e.ShortDate(e.Local(l.ReceiptAt)) + ", " + e.Seconds(e.Local(l.ReceiptAt))
	}
	parts := []fyne.CanvasObject{widgets.Row(8, widgets.NewText(title).Sub(), widgets.Spring(), widgets.NewText(right).In(widgets.Ink2)),
		widgets.NewThinBar(done, tone), steps}
	if l.Progress.Step == desk.StepProblem {
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("letter.event_failed", i18n.P{"reason": e.ReleaseProblem(l.Progress.Problem)})))
	}
	return widgets.Column(12, parts...)
}

func size(e *page.Env, l *desk.Letter) string {
	if n := len(l.Releases); n > 0 {
		return e.Bytes(int64(l.Releases[n-1].Part.Size))
	}
	return ""
}

// Leaving is what leaves or has left: fields sent and not sent, by whom signed,
// when it is deleted; once it is there, with the receipt.
func Leaving(e *page.Env, l *desk.Letter) fyne.CanvasObject {
	sent := len(l.Agreement.Terms.Fields)
	var struck []fyne.CanvasObject
	for _, f := range l.Fields {
		if !contains(l.Agreement.Terms.Fields, f.Name) {
			struck = append(struck, widgets.NewText(string(f.Name)).In(widgets.Ink2).Struck())
		}
	}
	not := fyne.CanvasObject(widgets.NewText(e.T("common.none")))
	if len(struck) > 0 {
		not = widgets.Wrap(10, 2, struck...)
	}
	facts := []widgets.Fact{{Label: e.T("sign.sent"), Value: e.N("count.fields", sent)}, {Label: e.T("sign.not_sent"), Object: not},
		{Label: e.T("result.signed_by"), Value: e.People(signers(l))}}
	if l.Row.KeepUntil != 0 {
		facts = append(facts, widgets.Fact{Label: e.T("result.delete_by"), Value: e.PlainDate(e.Local(l.Row.KeepUntil))})
	} else {
		facts = append(facts, widgets.Fact{Label: e.T("letter.keep"), Value: e.N("time.days", l.KeepDays)})
	}
	head := fyne.CanvasObject(widgets.Row(8, widgets.NewText(e.T("result.leaving")).Bold(), widgets.Spring(),
		widgets.NewText(e.T("result.leaving_note", i18n.P{"agency": l.Requester})).Caption().In(widgets.Ink2)))
	if l.ReceiptHeight != 0 {
		head = widgets.Row(12, widgets.NewIconTile(page.AgencyIcon(l.RequesterID), widgets.ToneNeutral).Sized(40), widgets.Grow(widgets.Column(0,
			widgets.Row(8, widgets.NewText(e.T("result.receipt_from", i18n.P{"agency": l.Requester})).Bold(),
				widgets.NewChip(e.T("letter.verified"), widgets.ToneApprove).WithIcon(assets.IconProof)),
			widgets.NewPara(e.T("result.receipt_text", i18n.P{"who": e.People(signers(l))})).In(widgets.Ink2))))
	}
	return widgets.PaddedCard(widgets.Column(10, head, widgets.Rule(), widgets.Facts([]float32{0.8, 1, 1.4, 0.9}, facts...)))
}

func contains(fields []desk.FieldName, f desk.FieldName) bool {
	for _, x := range fields {
		if x == f {
			return true
		}
	}
	return false
}

// signers are the officials whose approval of the version on the table counts.
func signers(l *desk.Letter) []desk.Person {
	var out []desk.Person
	for _, ev := range l.History {
		if (ev.Kind == desk.KindApprove || ev.Kind == desk.KindOffer) && ev.Who != nil {
			out = append(out, *ev.Who)
		}
	}
	return out
}
