package first

import (
	"context"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"golang.org/x/text/unicode/norm"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// agencyForm asks for an agency and the passphrases of its two administrators.
type agencyForm struct {
	page        *Page
	code, title *widgets.Input
	names       [2]*widgets.Input
	pass, again [2]*widgets.Input
	body        fyne.CanvasObject
}

func newAgencyForm(p *Page) *agencyForm {
	e := p.env
	f := &agencyForm{page: p, code: widgets.NewInput("tax"), title: widgets.NewInput("Tax Service")}
	proposed := ""
	f.title.OnChange(func(title string) {
		if f.code.Text() == proposed { // nobody has written another one
			proposed = codeFor(title)
			f.code.SetText(proposed)
		}
	})
	rows := []fyne.CanvasObject{widgets.Columns(16, 0, []float32{2, 1}, widgets.Labelled(e.T("first.agency_title"), "", f.title), widgets.Labelled(e.T("first.agency_code"), "", f.code))}
	for i := range f.pass {
		f.names[i], f.pass[i], f.again[i] = widgets.NewInput(""), widgets.NewPinEntry(nil), widgets.NewPinEntry(nil)
		rows = append(rows, widgets.Columns(12, 0, []float32{1, 1, 1}, widgets.Labelled(e.T("first.admin_name", i18n.P{"n": i + 1}), "", f.names[i]),
			widgets.Labelled(e.T("first.passphrase_new"), "", f.pass[i]), widgets.Labelled(e.T("first.passphrase_again"), "", f.again[i])))
	}
	f.body = widgets.Column(14, append(rows, widgets.NewNote(widgets.ToneInfo, e.T("first.two_admins")))...)
	return f
}

// codeFor is the code that goes with an agency's title: the letters and digits of
// its first word. It is empty where a code could not be written so.
func codeFor(title string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(title), " ")
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(word)) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case unicode.IsLetter(r):
			return ""
		}
	}
	return b.String()
}

// read checks the form field by field; false when something is wrong.
func (f *agencyForm) read() (Agency, bool) {
	e := f.page.env
	a := Agency{Code: strings.TrimSpace(f.code.Text()), Title: strings.TrimSpace(f.title.Text())}
	ok := true
	say := func(in *widgets.Input, text string) {
		in.SetError(text)
		ok = ok && text == ""
	}
	code, title := f.page.begin.Check(a)
	say(f.code, words(code, e.T("first.bad_code")))
	say(f.title, words(title, e.T("first.bad_title")))
	for i := range f.pass {
		missing := ""
		if a.Names[i] = strings.TrimSpace(f.names[i].Text()); a.Names[i] == "" {
			missing = e.T("problem.missing")
		}
		say(f.names[i], missing)
		a.Passphrases[i] = f.pass[i].Text()
		wrong, differ := "", ""
		if !desk.LongEnough(a.Passphrases[i]) {
			wrong = e.N("first.passphrase_short", desk.MinPassphrase)
		} else if f.again[i].Text() != a.Passphrases[i] {
			differ = e.T("first.passphrase_differ")
		}
		if i > 0 && wrong == "" && a.Passphrases[i] == a.Passphrases[0] {
			wrong = e.T("first.passphrase_shared")
		}
		say(f.pass[i], wrong)
		say(f.again[i], differ)
	}
	f.page.dialog.Refresh() // error lines make it higher
	return a, ok
}

func words(err error, text string) string {
	if err == nil {
		return ""
	}
	return text
}

// found asks for what a new network needs and founds it.
func (p *Page) found() {
	e := p.env
	form := newAgencyForm(p)
	goOn := func() {
		a, ok := form.read()
		if !ok {
			return
		}
		p.dialog.Close()
		p.busy(e.T("first.making_keys"))
		page.Do(e, func(ctx context.Context) error { return p.begin.Found(ctx, a) }, func(err error) { p.finish(e.T("first.start"), err) })
	}
	p.ask(e.T("first.start"), e.T("first.start_text"), form.body, e.T("first.start_do"), goOn, form.title.Focus())
}

// join asks for the invitation, and of a new agency for what it needs.
func (p *Page) join() {
	e := p.env
	invitation := widgets.NewTextArea(e.T("first.paste_invitation"), 3)
	form := newAgencyForm(p)
	agency := page.NewSlot()
	own := true
	kind := widgets.NewChoices([]widgets.Choice{{Label: e.T("first.as_agency")}, {Label: e.T("first.as_computer")}}, 0, func(i int) {
		own = i == 0
		if own {
			agency.Show(form.body)
		} else {
			agency.Show(widgets.NewNote(widgets.ToneInfo, e.T("first.as_computer_text")))
		}
	})
	agency.Show(form.body)
	open := widgets.NewLink(e.T("files.open_title"), func() {
		e.OpenFile(func(_ string, content []byte) { invitation.SetText(strings.TrimSpace(string(content))) })
	}).WithIcon(assets.IconUpload).Small()
	body := widgets.Column(14, widgets.Column(4, widgets.Row(8, widgets.FieldLabel(e.T("first.step_invitation"), ""), widgets.Spring(), open), invitation), kind, agency.Content())
	p.ask(e.T("first.join"), e.T("first.join_text"), body, e.T("common.next"), func() {
		text := strings.TrimSpace(invitation.Text())
		wrong := ""
		if text == "" {
			wrong = e.T("first.paste_invitation")
		} else if err := p.begin.CheckInvitation(text); err != nil {
			wrong = e.Reason(err)
		}
		invitation.SetError(wrong)
		var a *Agency
		ok := true
		if own {
			var read Agency
			read, ok = form.read()
			a = &read
		}
		if p.dialog.Refresh(); !ok || wrong != "" { // error lines make it higher
			return
		}
		p.dialog.Close()
		p.busy(e.T("first.calling"))
		page.Do(e, func(ctx context.Context) error { return p.begin.Join(ctx, text, a, p.compare) }, func(err error) { p.finish(e.T("first.join"), err) })
	}, invitation.Focus())
}

// ask shows a form in a dialog.
func (p *Page) ask(title, text string, body fyne.CanvasObject, act string, do func(), first fyne.Focusable) {
	e := p.env
	p.dialog = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: title, Subtitle: text, Body: body,
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { p.dialog.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, act, do).WithKey("Ctrl Enter")}, First: first})
	e.Submit = do
	p.dialog.OnClosed(func() { e.Submit = nil })
	p.dialog.Show()
}

// compare shows the six words and waits for what the person says about them. It
// is called from where the joining goes on, not from the interface.
func (p *Page) compare(ctx context.Context, six [6]string) (bool, error) {
	answer := make(chan bool, 1)
	widgets.Later(func() { p.showWords(six, answer) })
	select {
	case same := <-answer:
		return same, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (p *Page) showWords(six [6]string, answer chan<- bool) {
	e := p.env
	cells := make([]fyne.CanvasObject, len(six))
	for i, w := range six {
		cells[i] = widgets.PaddedCard(widgets.Row(10, widgets.NewText(e.Number(int64(i+1))).In(widgets.Ink3), widgets.NewText(w).Sub()))
	}
	p.slot.Show(widgets.Column(16,
		widgets.NewPara(e.T("first.words_title", i18n.P{"who": e.T("first.inviter")})).Heading(), widgets.NewPara(e.T("first.words_text")).In(widgets.Ink2),
		widgets.Columns(12, 12, []float32{1, 1, 1}, cells...), widgets.NewNote(widgets.ToneWarn, e.T("first.words_stop")),
		widgets.Row(8, widgets.NewButton(widgets.DangerOutline, e.T("first.words_differ"), func() {
			answer <- false
			p.choices()
		}), widgets.Spring(), widgets.NewButton(widgets.Primary, e.T("first.words_same"), func() {
			answer <- true
			p.busy(e.T("first.waiting_other"))
		}).WithIcon(assets.IconCheck))))
}
