package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// keyDays are the lives a new key can be given, in days; 0: no end.
var keyDays = []int{730, 365, 0}

// enrolling is the page on which somebody gets their first key. The key is made
// on this computer, under a passphrase that the person types themselves.
type enrolling struct {
	screen            *Screen
	name, title, unit *widgets.Input
	passphrase, again *widgets.Input
	roles             []*widgets.Check
	noRole            *widgets.Para
	life              int
	next              *widgets.Button
	dialog            *widgets.Dialog
	busy              bool
	tried             bool // what is merely missing is not blamed before
}

func (s *Screen) enrol() {
	e := s.env
	n := &enrolling{screen: s, name: widgets.NewInput(""), title: widgets.NewInput(""), unit: widgets.NewInput(""), noRole: widgets.NewErrorLine()}
	n.passphrase, n.again = widgets.NewPinEntry(func(string) { n.press() }).Tall(), widgets.NewPinEntry(func(string) { n.press() }).Tall()
	var checks []fyne.CanvasObject
	for _, r := range desk.Roles() {
		c := widgets.NewCheck(e.RoleName(r), false, func(bool) { n.check() })
		n.roles = append(n.roles, c)
		checks = append(checks, c)
	}
	lives := make([]widgets.Segment, len(keyDays))
	for i, d := range keyDays {
		lives[i] = widgets.Segment{Label: e.T("people.no_end")}
		if d > 0 {
			lives[i].Label = e.N("people.years", d/365)
		}
	}
	life := widgets.NewSegmented(lives, 0, func(i int) { n.life = i })
	n.next = widgets.NewButton(widgets.Primary, e.T("sign.continue_passphrase"), n.press).WithIcon(assets.IconSign).WithKey("Ctrl Enter").OnWhy(func(string) { n.press() })
	for _, in := range []*widgets.Input{n.name, n.title, n.unit, n.passphrase, n.again} {
		in.OnChange(func(string) { n.check() })
	}
	two := []float32{1, 1}
	body := widgets.Column(14,
		widgets.Labelled(e.T("people.name"), e.T("common.needed"), n.name),
		widgets.Columns(16, 0, two, widgets.Labelled(e.T("people.title_of"), e.T("common.optional"), n.title), widgets.Labelled(e.T("people.unit"), e.T("common.optional"), n.unit)),
		widgets.Column(6, widgets.FieldLabel(e.T("people.roles"), e.T("common.needed")), widgets.Wrap(24, 8, checks...), n.noRole),
		widgets.Column(6, widgets.FieldLabel(e.T("people.key_life"), ""), widgets.Row(0, life)),
		widgets.Columns(16, 0, two, widgets.Labelled(e.T("first.passphrase_new"), e.T("common.needed"), n.passphrase), widgets.Labelled(e.T("first.passphrase_again"), e.T("common.needed"), n.again)),
		widgets.NewPara(e.T("people.enrol_text")).Caption().In(widgets.Ink3), widgets.NewNote(widgets.ToneInfo, e.T("people.two_admins")))
	cancel := widgets.NewButton(widgets.Outline, e.T("common.cancel"), n.close).WithKey("Esc")
	n.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("people.enrol"), Body: body,
		Foot: []fyne.CanvasObject{cancel, widgets.Spring(), n.next}, First: n.name.Focus(), OnEscape: n.close})
	n.check()
	e.Submit = n.press
	n.dialog.OnClosed(func() { e.Submit = nil })
	n.dialog.Show()
}

// close leaves the page; while the key is being made it stays.
func (n *enrolling) close() {
	if !n.busy {
		n.passphrase.SetText("")
		n.again.SetText("")
		n.dialog.Close()
	}
}

func (n *enrolling) granted() []desk.RoleGrant {
	var out []desk.RoleGrant
	for i, r := range desk.Roles() {
		if n.roles[i].On() {
			out = append(out, desk.RoleGrant{Role: r})
		}
	}
	return out
}

// check blames what cannot be taken beside its field.
func (n *enrolling) check() {
	e := n.screen.env
	name, role := "", ""
	if strings.TrimSpace(n.name.Text()) == "" {
		name = e.T("people.name_missing")
	}
	if len(n.granted()) == 0 {
		role = e.T("people.role_missing")
	}
	short, differ := newPassphrase(e, n.passphrase, n.again)
	wrong := ""
	for _, text := range []string{name, role, short, differ} {
		if wrong == "" {
			wrong = text
		}
	}
	n.next.Allow(wrong == "", wrong)
	if n.tried {
		n.name.SetError(name)
		n.noRole.SetError(role)
		n.passphrase.SetError(short)
		n.again.SetError(differ)
		n.dialog.Refresh() // the lines make it higher
	}
}

func (n *enrolling) press() {
	s, e := n.screen, n.screen.env
	if n.busy {
		return
	}
	if n.next.Disabled() {
		n.tried = true
		n.check()
		return
	}
	name, title, unit := strings.TrimSpace(n.name.Text()), strings.TrimSpace(n.title.Text()), strings.TrimSpace(n.unit.Text())
	roles, passphrase, ends := n.granted(), n.passphrase.Text(), desk.Time(0)
	if d := keyDays[n.life]; d > 0 {
		ends = s.desk.EndsIn(d)
	}
	n.busy = true
	n.next.SetLabel(e.T("people.making_key"))
	n.next.Disable()
	page.Read(e, func(ctx context.Context) (*desk.Propose, error) {
		return s.desk.NewEnrolment(ctx, name, title, unit, roles, passphrase, ends)
	}, func(p *desk.Propose, err error) {
		n.busy = false
		n.close()
		if err != nil {
			e.Problem(e.T("people.enrol"), err)
			return
		}
		act := desk.Act{Kind: desk.ActPropose, Propose: p}
		s.signFor(act, signing.What{What: e.T("people.what_enrol", i18n.P{"who": name, "roles": s.roles(desk.Person{Roles: roles})}), Unsigned: drop(e, s.desk, act)})
	})
}
