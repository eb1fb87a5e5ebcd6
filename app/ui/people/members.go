package people

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// MembersDesk is what the page of the members needs.
type MembersDesk interface {
	signing.Desk
	Motions(ctx context.Context) ([]desk.MotionRow, error)
	Invite(ctx context.Context, o desk.InviteOptions) (string, error)
	Joins(ctx context.Context) ([]desk.JoinRequest, error)
	ConfirmJoin(ctx context.Context, j desk.JoinRequest) (desk.Act, error)
	MotionTargets(ctx context.Context) ([]desk.MotionTarget, error)
	CheckMotion(ctx context.Context, m desk.Motion) (desk.Refusal, error)
	ReadOffer(ctx context.Context, text string) (desk.AdminOffer, error)
	RulesMotion(version uint64, from desk.Height) desk.Act
	Network(ctx context.Context) (desk.Network, error)
}

// Members is the page on which administrators let newcomers in: invitations, the
// six words that are compared by telephone, and the votes of the members.
type Members struct {
	sheet[membership]
	desk MembersDesk
}

// membership is what the page has read.
type membership struct {
	motions []desk.MotionRow
	guests  []desk.JoinRequest
	noHost  bool // this desk's node lets nobody in
}

// NewMembers makes the page.
func NewMembers(e *page.Env, d MembersDesk) *Members {
	m := &Members{desk: d}
	m.sheet = newSheet(e, m.read, m.draw)
	return m
}

func (m *Members) read(ctx context.Context) (membership, error) {
	var out membership
	var err error
	if out.motions, err = m.desk.Motions(ctx); err != nil {
		return out, err
	}
	out.guests, err = m.desk.Joins(ctx)
	if errors.Is(err, desk.ErrNoHost) {
		out.noHost, err = true, nil
	}
	return out, err
}

func (m *Members) draw(v membership) {
	e := m.env
	parts := []fyne.CanvasObject{widgets.Fixed(0, 32, widgets.NewText(e.T("members.title")).Sub()), widgets.NewPara(e.T("members.text")).In(widgets.Ink2)}
	if !v.noHost {
		parts = append(parts, widgets.Row(8, widgets.NewButton(widgets.Primary, e.T("members.invite"), func() { m.invite("") }).WithIcon(assets.IconTicket),
			widgets.NewButton(widgets.Outline, e.T("members.invite_node"), m.askNode).WithIcon(assets.IconMonitor)))
		parts = append(parts, widgets.NewText(e.T("members.waiting")).Bold())
		if len(v.guests) == 0 {
			parts = append(parts, widgets.NewPara(e.T("members.nobody")).In(widgets.Ink2))
		}
		for _, g := range v.guests {
			parts = append(parts, m.guest(g))
		}
	}
	parts = append(parts, widgets.Row(8, widgets.NewText(e.T("members.motions")).Bold(), widgets.Spring(),
		widgets.NewButton(widgets.Outline, e.T("members.put"), m.put).WithIcon(assets.IconSign)))
	if len(v.motions) == 0 {
		parts = append(parts, widgets.NewPara(e.T("members.no_motion")).In(widgets.Ink2))
	}
	for _, row := range v.motions {
		parts = append(parts, m.motion(row))
	}
	m.body.Show(widgets.Page(widgets.Inset(16, 24, 24, 24, widgets.Column(14, parts...))))
}

// guest is a newcomer whose words are to be compared.
func (m *Members) guest(g desk.JoinRequest) fyne.CanvasObject {
	e := m.env
	title := guestTitle(g)
	same := widgets.NewButton(widgets.Primary, e.T("first.words_same"), func() { m.confirm(g) }).WithIcon(assets.IconSign)
	parts := []fyne.CanvasObject{widgets.Row(12, widgets.NewIconTile(assets.IconTicket, widgets.ToneAccent), widgets.Grow(widgets.Column(0, widgets.NewText(title).Bold().Cut(),
		widgets.NewText(e.T("members.came", i18n.P{"time": e.When(g.At.In(e.Zone), e.Now())})).Caption().In(widgets.Ink2)))),
		widgets.NewPara(e.T("first.words_text")), signing.SixWords(e, g.Words), widgets.NewPara(e.T("first.words_stop")).Caption().In(widgets.Ink2)}
	if g.Node != nil && g.Node.Recipient != "" { // the office can move to it: whoever signs is told what it is given
		parts = append(parts, widgets.NewNote(widgets.ToneWarn, e.T("computers.node_spare")))
	}
	parts = append(parts, widgets.Row(8, widgets.NewButton(widgets.Outline, e.T("first.words_differ"), func() { m.differ() }), widgets.Spring(), same))
	return widgets.PaddedCard(widgets.Column(12, parts...))
}

func guestTitle(g desk.JoinRequest) string {
	switch {
	case g.Document != nil:
		return g.Document.Title
	case g.Node != nil:
		return string(g.Node.Code)
	}
	return ""
}

// differ says what to do when a word differs: nothing is confirmed, and the
// invitation ends by itself.
func (m *Members) differ() {
	e := m.env
	var d *widgets.Dialog
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("first.words_differ"), Body: widgets.NewNote(widgets.ToneRefuse, e.T("members.differ_text")),
		Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}

func (m *Members) confirm(g desk.JoinRequest) {
	e := m.env
	page.Read(e, func(ctx context.Context) (desk.Act, error) { return m.desk.ConfirmJoin(ctx, g) }, func(act desk.Act, err error) {
		if err != nil {
			e.Problem(e.T("first.words_same"), err)
			return
		}
		m.sign(act, e.T("members.what_admit", i18n.P{"what": guestTitle(g)}))
	})
}

func (m *Members) sign(act desk.Act, what string) {
	signing.Start(m.env, m.desk, act, signing.What{What: what}, func(done signing.Signed) { signing.Follow(m.env, m.desk, done, m.reload) })
}

// motion is one vote of the members.
func (m *Members) motion(r desk.MotionRow) fyne.CanvasObject {
	e := m.env
	what := signing.MotionWords(e, &r.Motion.Motion, r.About)
	yes, no := 0, 0
	for _, v := range r.Motion.Votes {
		if v.Yes {
			yes++
		} else {
			no++
		}
	}
	line := m.course(r) + " · " + e.T("members.votes", i18n.P{"yes": yes, "no": no})
	if r.Needed > 0 {
		line += " · " + e.T("members.tally", i18n.P{"yes": r.Yes, "needed": r.Needed})
	}
	lines := []fyne.CanvasObject{widgets.NewPara("**" + what + "**"), widgets.NewPara(line).Caption().In(widgets.Ink2)}
	if cast := m.cast(r); cast != "" {
		lines = append(lines, widgets.NewPara(cast).Caption().In(widgets.Ink2))
	}
	for _, c := range r.Admins {
		lines = append(lines, widgets.NewPara(signing.CardLine(c)).Caption().In(widgets.Ink2))
	}
	if r.Motion.Motion.Act == desk.MotionNewAdmins {
		lines = append(lines, widgets.NewPara(e.T("members.in_words", i18n.P{"words": strings.Join(r.Words[:], " ")})).Caption().In(widgets.Ink2))
	}
	row := []fyne.CanvasObject{widgets.NewIconTile(assets.IconUsers, widgets.ToneNeutral), widgets.Grow(widgets.Column(0, lines...))}
	if r.CanBack {
		row = append(row, widgets.NewButton(widgets.Outline, e.T("members.take_back"), func() {
			m.sign(desk.Act{Kind: desk.ActVote, Target: r.Motion.ID}, what)
		}))
	}
	switch {
	case r.State == desk.MotionCarried:
		row = append(row, widgets.NewChip(e.T("members.carried"), widgets.ToneApprove).WithIcon(assets.IconCheck))
	case r.State == desk.MotionLapsed:
		row = append(row, widgets.NewChip(e.T("members.lapsed"), widgets.ToneNeutral))
	case r.State == desk.MotionBack:
		row = append(row, widgets.NewChip(e.T("members.taken_back"), widgets.ToneNeutral))
	case r.State == desk.MotionOvertaken:
		row = append(row, widgets.NewChip(e.T("members.overtaken"), widgets.ToneNeutral))
	case r.Voted:
		row = append(row, widgets.NewChip(e.T("members.voted"), widgets.ToneApprove).WithIcon(assets.IconCheck))
	case r.CanYes == desk.Accepted:
		vote := func(yes bool) func() {
			return func() { m.sign(desk.Act{Kind: desk.ActVote, Target: r.Motion.ID, Yes: yes}, what) }
		}
		row = append(row, widgets.NewButton(widgets.DangerOutline, e.T("members.vote_no"), vote(false)), widgets.NewButton(widgets.Affirm, e.T("members.vote_yes"), vote(true)).WithIcon(assets.IconSign))
	default:
		row = append(row, widgets.NewText(signing.MotionRefusal(e, r.Motion.Motion.Act, r.CanYes)).Caption().In(widgets.Ink3).Cut())
	}
	return widgets.PaddedCard(widgets.Row(12, row...))
}

// course says who moved it, and until when it is open or how it ended.
func (m *Members) course(r desk.MotionRow) string {
	e := m.env
	day := func(t desk.Time) i18n.P {
		at := e.Local(t)
		if at.Year() != e.Now().Year() {
			return i18n.P{"agency": r.By, "date": e.PlainDate(at)}
		}
		return i18n.P{"agency": r.By, "date": e.DayMonth(at)}
	}
	moved := e.T("members.moved_on", day(r.Motion.At)) + " · "
	switch r.State {
	case desk.MotionCarried:
		return moved + e.T("members.carried_on", day(r.Motion.Carried))
	case desk.MotionBack:
		return moved + e.T("members.back_on", day(r.Motion.Back))
	case desk.MotionLapsed:
		return moved + e.T("members.lapsed_on", day(r.Motion.Until))
	}
	return e.T("members.moved_by", day(r.Motion.Until))
}

// cast says who voted how, and who is waited for.
func (m *Members) cast(r desk.MotionRow) string {
	e := m.env
	var yes, no, parts []string
	for _, v := range r.Votes {
		if v.Yes {
			yes = append(yes, v.Title)
		} else {
			no = append(no, v.Title)
		}
	}
	for _, x := range []struct {
		key string
		who []string
	}{{"members.who_yes", yes}, {"members.who_no", no}, {"members.who_waits", r.Waiting}} {
		if len(x.who) > 0 {
			parts = append(parts, e.T(x.key, i18n.P{"who": strings.Join(x.who, ", ")}))
		}
	}
	return strings.Join(parts, " · ")
}

// askNode asks for the code of a further node of one's own agency.
func (m *Members) askNode() {
	e := m.env
	var d *widgets.Dialog
	code := widgets.NewInput("TS-DISC-03")
	goOn := func() {
		if c := strings.TrimSpace(code.Text()); c != "" {
			d.Close()
			m.invite(c)
		}
	}
	code.Submit = func(string) { goOn() }
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("members.invite_node"), Body: widgets.Labelled(e.T("members.node_code"), "", code),
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), widgets.NewButton(widgets.Primary, e.T("members.invite"), goOn).WithIcon(assets.IconTicket)}, First: code.Focus()})
	d.Show()
}

// invite makes an invitation and shows it once, to be copied.
func (m *Members) invite(node string) {
	e := m.env
	o := desk.InviteOptions{}
	if node != "" {
		o.Agency, o.Node = e.Me.Agency, desk.NodeCode(node)
	}
	page.Read(e, func(ctx context.Context) (string, error) { return m.desk.Invite(ctx, o) }, func(text string, err error) {
		if err != nil {
			e.Problem(e.T("members.invite"), err)
			return
		}
		var d *widgets.Dialog
		take := widgets.NewButton(widgets.Primary, e.T("common.copy"), func() {
			e.Copy(text)
			e.Say(widgets.ToneNeutral, e.T("common.copied"))
		}).WithIcon(assets.IconCopy)
		closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
		area := widgets.NewTextArea("", 4)
		area.SetText(text)
		d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("members.invitation"), Subtitle: e.T("members.invitation_text"),
			Body: area, Foot: []fyne.CanvasObject{closeIt, widgets.Spring(), take}, First: take})
		d.Show()
	})
}
