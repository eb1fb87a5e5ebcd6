package evidence

import (
	"context"
	"encoding/hex"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// proof is what is read when an entry is opened.
type proof struct {
	block desk.RecordBlock
	final desk.Final
	net   desk.Network
}

// show reads the block of an entry and puts both on the page.
func (s *Screen) show(r desk.RecordRow) {
	s.chosen = r.ID
	page.ReadLast(s.env, &s.openTurn, func(ctx context.Context) (proof, error) {
		var out proof
		var err error
		if out.block, err = s.desk.RecordBlock(ctx, r.Height); err != nil {
			return out, err
		}
		if out.final, err = s.desk.Holders(ctx, r.ID); err != nil {
			return out, err
		}
		out.net, err = s.desk.Network(ctx)
		return out, err
	}, func(p proof, err error) {
		if s.chosen != r.ID {
			return
		}
		if err != nil {
			s.detail.Show(s.env.Failed(err, func() { s.show(r) }))
			return
		}
		s.detail.Show(s.entry(r, p))
	})
}

func (s *Screen) entry(r desk.RecordRow, p proof) fyne.CanvasObject {
	e := s.env
	at := e.Local(p.block.At)
	head := []fyne.CanvasObject{widgets.NewIconTile(assets.IconBlock, widgets.ToneAccent).Sized(40), widgets.Grow(widgets.Column(0,
		widgets.NewText(e.T("evidence.block", i18n.P{"n": int64(r.Height)})).Sub(), widgets.NewText(e.Date(at)+", "+e.Seconds(at)).In(widgets.Ink2).Cut()))}
	if s.check.covers(r.Height) {
		head = append(head, widgets.NewChip(e.T("evidence.checked"), widgets.ToneApprove).WithIcon(assets.IconCheck))
	}
	stat := func(value, label string) fyne.CanvasObject {
		return widgets.Card(widgets.Inset(8, 12, 8, 12, widgets.Column(0, widgets.NewText(value).Sub().Cut(), widgets.NewPara(label).Caption().In(widgets.Ink2))))
	}
	first := stat(e.Number(int64(p.block.LogSize)), e.T("evidence.log_so_far"))
	if p.final.Took > 0 {
		first = stat(e.T("result.seconds", i18n.P{"n": e.Elapsed(p.final.Took)}), e.T("evidence.to_final"))
	}
	stats := []fyne.CanvasObject{first, stat(e.T("evidence.agreed_value", i18n.P{"n": len(p.final.Holders), "total": len(p.net.Members)}), e.T("evidence.hold_it")),
		stat(e.Number(int64(p.block.Entries)), e.T("evidence.entries_in"))}
	counted := widgets.NewNote(widgets.ToneApprove, e.T("evidence.counted"))
	if r.Code != desk.Accepted {
		counted = widgets.NewNote(widgets.ToneRefuse, "**"+e.T("result.not_counted")+".** "+e.Refusal(r.Code))
	}
	parts := []fyne.CanvasObject{widgets.Row(12, head...), widgets.Columns(8, 8, []float32{1, 1, 1}, stats...), s.holders(p), widgets.Rule(),
		widgets.SectionHead(s.title(&r), widgets.NewText(e.T("evidence.entry_of", i18n.P{"n": int64(r.Index) + 1, "total": p.block.Entries})).Caption().In(widgets.Ink2)),
		widgets.Column(8, s.facts(r)...), counted, widgets.Rule(), s.fingerprints(r, p)}
	if e.Rehearsal {
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("status.rehearsal")))
	}
	return widgets.Page(widgets.Inset(20, 28, 20, 28, widgets.Column(14, parts...)))
}

// holders are the agencies that are known to hold the block.
func (s *Screen) holders(p proof) fyne.CanvasObject {
	held := map[desk.AgencyID]bool{}
	for _, a := range p.final.Holders {
		held[a] = true
	}
	var cells []fyne.CanvasObject
	for _, m := range p.net.Members {
		mark, ink := widgets.NewGlyph(assets.IconMinus, widgets.Ink3), widgets.Ink3
		if held[m.Agency] {
			mark, ink = widgets.NewGlyph(assets.IconCheck, widgets.Approve), widgets.Ink
		}
		cells = append(cells, widgets.Row(6, widgets.NewIconTile(page.AgencyIcon(m.Agency), widgets.ToneNeutral).Sized(24), widgets.NewText(m.Title).Caption().In(ink), mark.Sized(14)))
	}
	return widgets.Wrap(16, 8, cells...)
}

func (s *Screen) facts(r desk.RecordRow) []fyne.CanvasObject {
	e := s.env
	var out []fyne.CanvasObject
	add := func(key string, value fyne.CanvasObject) { out = append(out, widgets.KeyValue(132, e.T(key), value)) }
	who := r.AgencyTitle
	if r.Who != nil {
		who = page.Titled(*r.Who) + ", " + r.AgencyTitle
	} else if r.Node != "" {
		who = e.T("evidence.computer_of", i18n.P{"node": string(r.Node), "agency": r.AgencyTitle})
	}
	add("evidence.who", widgets.NewPara(who))
	if ref := s.reference(&r); ref != "" {
		text := "**" + ref + "**"
		if r.Asker != "" {
			text += ", " + e.T("evidence.asked_by", i18n.P{"agency": r.Asker})
		}
		if r.Dataset != "" {
			text = e.T("common.colon", i18n.P{"a": text, "b": r.Dataset})
		}
		add("evidence.request", widgets.NewPara(text))
	}
	if len(r.Sent) > 0 {
		words := make([]string, len(r.Sent))
		for i, f := range r.Sent {
			words[i] = string(f)
		}
		add("evidence.approved", widgets.NewPara(strings.Join(words, ", ")))
	}
	if len(r.Struck) > 0 {
		struck := make([]fyne.CanvasObject, len(r.Struck))
		for i, f := range r.Struck {
			struck[i] = widgets.NewText(string(f)).In(widgets.Ink2).Struck()
		}
		add("evidence.struck", widgets.Wrap(14, 2, struck...))
	}
	if r.Reason != "" {
		add("sign.reason_label", widgets.NewPara(e.Code(r.Reason)))
	}
	key := e.T("sign.key_file", i18n.P{"key": r.Key})
	if r.Code == desk.Accepted {
		key = e.T("evidence.key_valid", i18n.P{"key": r.Key})
	}
	add("evidence.signed_with", widgets.NewPara(key))
	return out
}

// fingerprints name the block and the entry, to be compared with another copy.
func (s *Screen) fingerprints(r desk.RecordRow, p proof) fyne.CanvasObject {
	e := s.env
	lines := []struct{ label, value string }{
		{e.T("evidence.check_code"), desk.CheckCode(r.ID)}, {e.T("evidence.this_entry"), r.ID.String()}, {e.T("evidence.this_block"), hex.EncodeToString(p.block.ID)}}
	if len(p.block.Before) > 0 {
		lines = append(lines, struct{ label, value string }{e.T("evidence.block_before"), hex.EncodeToString(p.block.Before)})
	}
	lines = append(lines, struct{ label, value string }{e.T("evidence.log_root"), p.block.LogRoot.String()})
	var text strings.Builder
	rows := make([]fyne.CanvasObject, 0, len(lines)+1)
	for _, l := range lines {
		text.WriteString(l.label + "\t" + l.value + "\n")
		rows = append(rows, widgets.KeyValue(132, l.label, widgets.NewText(short(l.value)).Mono().Cut()))
	}
	take := widgets.NewLink(e.T("common.copy"), func() {
		e.Copy(text.String())
		e.Say(widgets.ToneNeutral, e.T("common.copied"))
	}).WithIcon(assets.IconCopy)
	foot := e.T("evidence.provable")
	if !p.block.Provable {
		foot = e.T("evidence.export_wait")
	}
	return widgets.Column(8, append(append([]fyne.CanvasObject{widgets.SectionHead(e.T("evidence.fingerprints"), take)}, rows...), widgets.NewPara(foot).Caption().In(widgets.Ink3))...)
}

// short is a fingerprint in groups of four with its middle left out.
func short(hex string) string {
	if len(hex) <= 20 {
		return hex
	}
	return hex[:4] + " " + hex[4:8] + " " + hex[8:12] + " " + hex[12:16] + " … " + hex[len(hex)-4:]
}
