package inbox

import (
	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// signed follows a signature that has just been made, in place of the letter.
func (s *Screen) signed(done signing.Signed) {
	e := s.env
	r := signing.NewResult(e, s.desk, done)
	foot := page.NewSlot()
	foot.Show(s.foot(r))
	r.Finished = func(desk.Final) { s.reload() }
	r.Moved = func() {
		foot.Show(s.foot(r))
		if l := r.Letter(); l != nil {
			s.update(l.Row) // read on this page
		}
	}
	r.ReadAgain = func() {
		s.result, s.open = nil, nil
		s.show(s.chosen)
	}
	r.SignAgain = func() { signing.Again(e, s.desk, r.Entry(), s.signed) }
	s.result, s.chosen = r, r.Request()
	reference := done.Reference(e, r.Request())
	proof := widgets.NewButton(widgets.Ghost, e.T("letter.evidence"), func() { e.Go(page.Place{Screen: page.Evidence, Request: r.Request()}) }).Small().WithIcon(assets.IconProof).WithKey("E")
	head := page.Head(reference, done.Page.Other, proof, e.CopyAct(func() fyne.CanvasObject { return r.Content() }))
	s.detail.Show(widgets.Between(head, r.Content(), foot.Content()))
	r.Start()
}

// foot leads on: to the next request, and in the demo to the other side.
func (s *Screen) foot(r *signing.Result) fyne.CanvasObject {
	e := s.env
	row := []fyne.CanvasObject{}
	next := s.nextRow()
	arrives := e.Demo != nil && r.Act().Kind == desk.ActApprove && r.Leaves()
	if arrives {
		row = append(row, widgets.NewButton(widgets.Primary, e.T("demo.see_arrive", i18n.P{"agency": e.Demo.Other}), e.SeeOther).WithIcon(assets.IconMonitor),
			widgets.NewButton(widgets.Ghost, e.T("demo.again"), e.Again).WithIcon(assets.IconRotate))
	} else if next != nil {
		chip := e.Chip(*next)
		row = append(row, widgets.Grow(widgets.NewPara(e.T("result.next", i18n.P{"agency": next.OtherTitle, "dataset": page.Dataset(*next)})).In(widgets.Ink2).StrongIn(widgets.Ink)),
			widgets.NewChip(chip.Text, chip.Tone).WithIcon(chip.Icon))
	}
	if next == nil || arrives {
		row = append(row, widgets.Spring())
	}
	row = append(row, widgets.NewButton(widgets.Outline, e.T("common.done"), func() {
		s.result, s.open = nil, nil
		s.show(s.chosen)
	}))
	if next != nil && !arrives {
		row = append(row, widgets.NewButton(widgets.Primary, e.T("result.next_request"), s.next).WithTrailing(assets.IconRight).WithKey("J"))
	}
	return widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 32, widgets.Row(8, row...)))
}

// nextRow is the request that is signed next; nil when none waits.
func (s *Screen) nextRow() *desk.RequestRow {
	for _, id := range s.found.ToSign {
		if c, ok := s.cache[id]; id != s.chosen && ok {
			return &c.row
		}
	}
	return nil
}

// next goes to the next row, or after a signature to the next request to sign.
func (s *Screen) next() {
	if s.result == nil {
		s.list.Step(1)
		return
	}
	row := s.nextRow()
	if row == nil {
		return
	}
	if at := s.index(row.ID); at >= 0 {
		s.list.Choose(at)
		return
	}
	s.result, s.open, s.chosen = nil, nil, row.ID // another view is in front
	s.segments.Pick(toSign)
}

// proposal is an act of another administrator, read before it is seconded.
func (s *Screen) proposal(p desk.ProposalRow) fyne.CanvasObject {
	e := s.env
	facts := []fyne.CanvasObject{
		widgets.KeyValue(150, e.T("proposal.by"), widgets.NewPara(page.Titled(p.By))),
		widgets.KeyValue(150, e.T("proposal.at"), widgets.NewPara(e.DateTime(e.Local(p.At)))),
		widgets.KeyValue(150, e.T("proposal.until"), widgets.NewPara(e.DateTime(e.Local(p.Until)))),
	}
	facts = append(facts, s.details(p)...)
	title := e.T("inbox.proposal_" + p.Act)
	body := []fyne.CanvasObject{widgets.Row(16, widgets.NewIconTile(actIcon(p.Act), widgets.ToneAccent).Sized(48),
		widgets.Grow(widgets.Column(2, widgets.NewPara(title).Heading(), widgets.NewPara(p.What).In(widgets.Ink2)))),
		widgets.Rule(), widgets.Column(8, facts...)}
	if p.Propose.Office == nil { // that note is about people and keys
		body = append(body, widgets.NewNote(widgets.ToneInfo, e.T("people.two_admins")))
	}
	text := fyne.CanvasObject(widgets.Spring())
	second := widgets.NewButton(widgets.Primary, e.T("inbox.second"), func() { s.second(p) }).WithIcon(assets.IconSign)
	foot := []fyne.CanvasObject{text, second}
	if p.Mine {
		foot = []fyne.CanvasObject{widgets.Grow(widgets.NewPara(e.T("inbox.proposal_mine")).In(widgets.Ink2))}
	}
	return widgets.Between(page.Head(title, ""),
		widgets.Page(widgets.Inset(24, 32, 16, 32, widgets.Column(16, body...))), widgets.Column(0, widgets.Rule(), widgets.Inset(12, 24, 12, 32, widgets.Row(8, foot...))))
}

// details are the facts of the act itself.
func (s *Screen) details(p desk.ProposalRow) []fyne.CanvasObject {
	e := s.env
	line := func(key, value string) fyne.CanvasObject {
		return widgets.KeyValue(150, e.T(key), widgets.NewPara(value))
	}
	var out []fyne.CanvasObject
	switch act := p.Propose; {
	case act.Enrol != nil:
		if p.Whom != nil {
			out = append(out, line("people.person", page.Titled(*p.Whom)))
		}
		var roles []string
		for _, r := range act.Enrol.Roles {
			roles = append(roles, e.RoleName(r.Role))
		}
		out = append(out, line("people.role", e.List(roles)))
		if act.Enrol.Ends != 0 {
			out = append(out, line("people.key", e.T("sign.key_until", i18n.P{"date": e.PlainDate(e.Local(act.Enrol.Ends))})))
		}
	case act.Revoke != nil:
		out = append(out, line("sign.reason_label", e.Code(act.Revoke.Code)))
		if act.Revoke.SuspectSince != 0 {
			out = append(out, line("people.suspect_since", e.DateTime(e.Local(act.Revoke.SuspectSince))))
		}
	case act.Dataset != nil:
		d := act.Dataset
		var names []string
		for _, f := range d.Fields {
			names = append(names, string(f.Name))
		}
		out = append(out, line("catalogue.dataset", d.Title+" ("+page.Article(d.Code)+")"), line("catalogue.fields", e.List(names)),
			line("catalogue.signatures", e.Number(int64(d.Policy.Quorum))))
	case act.Basis != nil:
		b := act.Basis
		var names []string
		for _, f := range b.Fields {
			names = append(names, string(f))
		}
		out = append(out, line("letter.basis", b.Title+" ("+page.Article(b.Code)+")"), line("letter.purpose", e.PurposeName(b.Purpose)),
			line("catalogue.fields", e.List(names)))
	case act.Office != nil:
		out = append(out, line("computers.means", e.T("computers.move_takes", i18n.P{"code": string(act.Office.Node)})))
	case act.Calendar != nil:
		out = append(out, signing.WorkWeeks(e, desk.ReadWeeks(act.Calendar.Days, e.Zone, e.Now()))...)
	}
	return out
}

func (s *Screen) second(p desk.ProposalRow) {
	e := s.env
	what := signing.What{What: e.T("inbox.proposal_"+p.Act) + ": " + p.What, By: p.By.Name}
	signing.Start(e, s.desk, desk.Act{Kind: desk.ActSecond, Target: p.ID}, what, func(done signing.Signed) {
		signing.Follow(e, s.desk, done, s.reload)
	})
}
