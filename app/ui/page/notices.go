package page

import (
	"encoding/base64"
	"strings"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
	"countersign/assets"
)

// ProblemNote says what hinders this computer, in words where they are known; the
// node's own text is there to copy.
func (e *Env) ProblemNote(n desk.Network) *widgets.Note {
	word, rest, _ := strings.Cut(n.Problem, ": ")
	text, tone := n.Problem, widgets.ToneRefuse
	switch word {
	case "clock-off":
		text, tone = e.T("network.clock_off", i18n.P{"by": rest}), widgets.ToneWarn
	case "disk-full":
		text, tone = e.T("network.disk_full"), widgets.ToneWarn
	case "journal":
		text, tone = e.T("network.journal_broken"), widgets.ToneWarn
	case "stopped-rules":
		text = "**" + e.T("stopped.title_rules") + ".** " + e.T("stopped.text_rules") + " " + e.T("stopped.do_rules")
	case "stopped":
		text = e.T("network.cannot_follow")
	}
	return widgets.NewNote(tone, text, widgets.NewLink(e.T("common.copy"), func() {
		e.Copy(n.Problem)
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy))
}

// Copying is how far a first copy of the record has come, with the time that is
// left where that is known.
func (e *Env) Copying(n desk.Network, p *Pace) string {
	text := e.T("states.loading_text", i18n.P{"n": int64(n.Height), "total": int64(n.SyncTo)})
	left, known := p.Left(e.Now(), n)
	switch seconds := int(left.Seconds()) + 1; {
	case !known:
		return text
	case seconds < 90:
		return e.T("states.loading_seconds", i18n.P{"blocks": text, "n": seconds})
	default:
		return e.N("states.loading_minutes", (seconds+30)/60, i18n.P{"blocks": text})
	}
}

// DoubleVote names the agency whose keeper signed two votes at one place, with
// both signatures to take away.
func (e *Env) DoubleVote(v desk.DoubleVote) *widgets.Note {
	return widgets.NewNote(widgets.ToneRefuse, e.doubleVote(v), widgets.NewLink(e.T("network.double_copy"), func() {
		e.Copy(base64.StdEncoding.EncodeToString(v.Proof))
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy))
}

// DoubleVoteShort is the same on the screens that are about something else.
func (e *Env) DoubleVoteShort(v desk.DoubleVote) *widgets.Note {
	return widgets.NewNote(widgets.ToneRefuse, e.doubleVote(v), widgets.NewLink(e.T("network.double_show"), func() { e.Go(Place{Screen: Evidence}) }).WithIcon(assets.IconProof))
}

func (e *Env) doubleVote(v desk.DoubleVote) string {
	return e.T("network.double_vote", i18n.P{"agency": v.Title, "n": int64(v.Height), "seen": int64(v.Seen)})
}
