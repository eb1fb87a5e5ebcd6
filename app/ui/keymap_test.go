package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/unlock"
	"countersign/app/widgets"
)

// ReceivedPage is what a police desk has received.
func (f *fake) ReceivedPage(context.Context, []byte) ([]desk.RequestRow, []byte, error) {
	r := row(3, "tax", "Tax Service", "Declared income", "2021–2023", "VM-2026-0417", 1)
	r.State = desk.Fulfilled
	l := f.letter(r)
	l.Can.Delete = desk.Accepted
	f.letters[r.ID] = l
	return []desk.RequestRow{r}, nil, f.fail
}

// OpenPart is the file of that request.
func (f *fake) OpenPart(context.Context, desk.EntryID, int) (*desk.Table, error) {
	rows, _, _ := f.ReceivedPage(context.Background(), nil)
	return &desk.Table{Row: rows[0], File: "declared-income.csv", Columns: []desk.FieldName{"year"}, Rows: [][]string{{"2021"}}, Total: 1, Parts: 1,
		Title: "Declared income", Provider: "Tax Service"}, f.fail
}

// People and Suspects are nobody: the pages of the settings open.
func (f *fake) People(context.Context) ([]desk.PersonRow, error) { return nil, f.fail }

func (f *fake) Suspects(context.Context) ([]desk.Suspect, error) { return nil, f.fail }

// typeRune hands a key to whom the window would: what has the focus, else the canvas.
func typeRune(win fyne.Window, r rune) {
	c := win.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedRune(r)
	} else if c.OnTypedRune() != nil {
		c.OnTypedRune()(r)
	}
}

func typeKey(win fyne.Window, name fyne.KeyName) {
	c, e := win.Canvas(), &fyne.KeyEvent{Name: name}
	switch f := c.Focused(); {
	case name == fyne.KeyTab:
		c.FocusNext()
	case f != nil:
		f.TypedKey(e)
	case c.OnTypedKey() != nil:
		c.OnTypedKey()(e)
	}
}

// keyed is a window of the test driver to which shortcuts can be handed: that
// driver's own canvas keeps them to itself.
type keyed struct {
	fyne.Window
	shortcuts fyne.ShortcutHandler
}

type keyedCanvas struct {
	fyne.Canvas
	w *keyed
}

func (w *keyed) Canvas() fyne.Canvas { return keyedCanvas{w.Window.Canvas(), w} }

func (c keyedCanvas) AddShortcut(s fyne.Shortcut, act func(fyne.Shortcut)) {
	c.w.shortcuts.AddShortcut(s, act)
}

func showKeyed(t *testing.T, f *fake, change func(*Options)) (*Window, *keyed) {
	t.Helper()
	win := new(keyed)
	w, _ := show(t, f, styles[0], func(o *Options) {
		win.Window = o.Window
		o.Window = win
		if change != nil {
			change(o)
		}
	})
	return w, win
}

func typeShortcut(win *keyed, s fyne.Shortcut) {
	if f, ok := win.Canvas().Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(s)
		return
	}
	win.shortcuts.TypedShortcut(s)
}

// strike presses the keys of one line of the list of keys.
func strike(win *keyed, keys string) {
	caps := strings.Fields(keys)
	mod, last := fyne.KeyModifier(0), caps[len(caps)-1]
	for _, k := range caps[:len(caps)-1] {
		switch k {
		case "Ctrl":
			mod |= fyne.KeyModifierShortcutDefault
		case "Shift":
			mod |= fyne.KeyModifierShift
		}
	}
	named := map[string]fyne.KeyName{"Enter": fyne.KeyReturn, "Esc": fyne.KeyEscape, "Del": fyne.KeyDelete, "Tab": fyne.KeyTab, "↓": fyne.KeyDown, "↑": fyne.KeyUp}
	switch name, ok := named[last]; {
	case last == "Z" && mod != 0:
		typeShortcut(win, &fyne.ShortcutUndo{})
	case mod != 0 && ok:
		typeShortcut(win, &desktop.CustomShortcut{KeyName: name, Modifier: mod})
	case mod != 0:
		typeShortcut(win, &desktop.CustomShortcut{KeyName: fyne.KeyName(last), Modifier: mod})
	case ok:
		typeKey(win, name)
	case last == "Space":
		typeRune(win, ' ')
	default:
		for _, k := range caps {
			typeRune(win, unicode.ToLower([]rune(k)[0]))
		}
	}
}

// dialog is the title of the dialog in front; empty: there is none.
func dialog(win fyne.Window) string {
	if d, ok := win.Canvas().Overlays().Top().(*widgets.Dialog); ok {
		return d.AccessibilityLabel()
	}
	return ""
}

func at(id string) func(*Window, fyne.Window) bool {
	return func(w *Window, _ fyne.Window) bool { return w.shell != nil && w.shell.place.Screen == id }
}

func titled(title string) func(*Window, fyne.Window) bool {
	return func(_ *Window, win fyne.Window) bool { return strings.HasPrefix(dialog(win), title) }
}

func reads(text string) func(*Window, fyne.Window) bool {
	return func(w *Window, _ fyne.Window) bool { return strings.Contains(widgets.PageText(w.root), text) }
}

// keyCase is one line of the list, pressed where it acts. done is false before
// and true after.
type keyCase struct {
	group, keys string
	who         desk.Person
	begin       func(w *Window, win fyne.Window)
	done        func(w *Window, win fyne.Window) bool
}

func goes(id string) func(*Window, fyne.Window) {
	return func(w *Window, _ fyne.Window) { w.shell.open(page.Place{Screen: id}) }
}

func letterOpen(w *Window, _ fyne.Window) { openLetter(w) }

func fileOpen(w *Window, _ fyne.Window) {
	w.shell.open(page.Place{Screen: page.Received, Request: entry(3)})
}

func draftOpen(w *Window, _ fyne.Window) {
	w.shell.open(page.Place{Screen: page.Compose, Draft: "0102030405060708"})
}

// draftGone opens a draft and deletes it.
func draftGone(w *Window, win fyne.Window) {
	draftOpen(w, win)
	find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == w.env.T("compose.discard") }).Tapped(nil)
}

func signOpen(w *Window, win fyne.Window) {
	openLetter(w)
	press(win, 'p')
}

// letterShown tells which of three letters of the inbox, one below the other, is open.
func letterShown(n byte) func(*Window, fyne.Window) bool {
	return func(w *Window, _ fyne.Window) bool {
		want := map[byte]string{2: "HF-CMU-2071", 3: "VM-2026-0417", 4: "PO-26-1188"}[n]
		text := widgets.PageText(w.root)
		return strings.Count(text, want) > 1 // in the list, and at the head of the letter
	}
}

func keyCases() []keyCase {
	const anywhere, lists, request, received, compose, signing = "Anywhere", "Lists", "A request", "Received", "New request", "Signing"
	shown := func(w *Window, win fyne.Window) bool { return win.Canvas().Focused() != nil }
	asked := func(_ *Window, win fyne.Window) bool { return dialog(win) != "" }
	said := func(w *Window, _ fyne.Window) bool { return w.toasts.Said() != "" }
	on := "" // what has the focus on the sign page
	out := []keyCase{
		{anywhere, "/", vidal, goes(page.Inbox), shown},
		{anywhere, "Ctrl K", vidal, goes(page.Inbox), titled("Go to")},
		{anywhere, "Ctrl 1…8", vidal, goes(page.Network), at(page.Inbox)},
		{anywhere, "N", vidal, goes(page.Inbox), at(page.Compose)},
		{anywhere, "Ctrl L", vidal, goes(page.Inbox), func(w *Window, _ fyne.Window) bool { return w.shell == nil }},
		{anywhere, "Ctrl Shift C", vidal, func(w *Window, _ fyne.Window) {
			goes(page.Inbox)(w, nil)
			fyne.CurrentApp().Clipboard().SetContent("")
		}, func(*Window, fyne.Window) bool { return fyne.CurrentApp().Clipboard().Content() != "" }},
		{anywhere, "?", vidal, goes(page.Inbox), titled("Keys")},
		{lists, "J ↓", arnaud, letterOpen, letterShown(4)},
		{lists, "K ↑", arnaud, letterOpen, letterShown(2)},
		{lists, "Enter", vidal, func(w *Window, win fyne.Window) {
			goes(page.Cases)(w, win)
			press(win, 'j')
		}, func(w *Window, win fyne.Window) bool { return reads(w.env.T("cases.ask"))(w, win) }},
		{lists, "Esc", arnaud, letterOpen, shown},
		{request, "Space", arnaud, letterOpen, shown},
		{request, "V", arnaud, letterOpen, reads("P-000 417")},
		{request, "E", arnaud, letterOpen, at(page.Evidence)},
		{request, "U", arnaud, letterOpen, said},
		{request, "A", arnaud, letterOpen, said}, // says why not while a field is struck
		{request, "P", arnaud, letterOpen, asked},
		{request, "B", arnaud, letterOpen, asked},
		{request, "R", arnaud, letterOpen, asked},
		{received, "X", vidal, fileOpen, titled("Export a copy")},
		{received, "Del", vidal, fileOpen, asked},
		{"Evidence", "D", vidal, goes(page.Evidence), titled("Days or a block")},
		{compose, "Ctrl S", vidal, draftOpen, said},
		{compose, "Ctrl Enter", vidal, draftOpen, asked},
		{anywhere, "Ctrl Z", vidal, draftGone, at(page.Compose)},
		{signing, "Tab", arnaud, func(w *Window, win fyne.Window) {
			signOpen(w, win)
			on = label(win)
		}, func(_ *Window, win fyne.Window) bool { return label(win) != on }},
		{signing, "Enter", arnaud, func(w *Window, win fyne.Window) {
			signOpen(w, win)
			test.Type(win.Canvas().Focused(), "valmarine")
		}, func(w *Window, _ fyne.Window) bool { return len(w.opt.Desk.(*fake).signed) == 1 }},
		{signing, "Esc", arnaud, signOpen, func(_ *Window, win fyne.Window) bool { return dialog(win) == "" }},
	}
	for key, id := range map[string]string{"I": page.Inbox, "M": page.Requests, "F": page.Cases, "R": page.Received, "C": page.Catalogue, "E": page.Evidence, "N": page.Network} {
		from := page.Network
		if id == from {
			from = page.Inbox
		}
		out = append(out, keyCase{anywhere, "G " + key, vidal, goes(from), at(id)})
	}
	return out
}

func TestEveryListedKeyActs(t *testing.T) {
	cases := keyCases()
	t.Run("all", func(t *testing.T) {
		w, _ := showKeyed(t, newFake(vidal), nil)
		for _, g := range w.shell.keyMap() {
			for _, l := range g.lines {
				if !slices.ContainsFunc(cases, func(c keyCase) bool { return c.group == g.title && c.keys == l.keys }) {
					t.Errorf("%s: %q is listed and no case presses it", g.title, l.keys)
				}
			}
		}
	})
	for _, c := range cases {
		t.Run(c.group+" "+c.keys, func(t *testing.T) {
			w, win := showKeyed(t, newFake(c.who), nil)
			if !slices.ContainsFunc(w.shell.keyMap(), func(g keyGroup) bool {
				return g.title == c.group && slices.ContainsFunc(g.lines, func(l keyLine) bool { return l.keys == c.keys })
			}) {
				t.Errorf("%q acts and is not listed", c.keys)
			}
			each := []string{c.keys}
			switch c.keys {
			case "J ↓", "K ↑":
				each = strings.Fields(c.keys)
			case "Ctrl 1…8":
				each = []string{"Ctrl 1"}
			}
			for _, keys := range each {
				c.begin(w, win)
				if c.done(w, win) {
					t.Fatal("so it was before the key")
				}
				if strike(win, keys); !c.done(w, win) {
					t.Errorf("%q did nothing: at %q, dialog %q", keys, w.settings.Screen, dialog(win))
				}
			}
		})
	}
}

func TestCtrlWithANumberReachesEveryScreen(t *testing.T) {
	w, win := showKeyed(t, newFake(vidal), func(o *Options) {
		s := o.Store.Load()
		s.CtrlKeysOnly = true
		if err := o.Store.Save(s); err != nil {
			t.Fatal(err)
		}
	})
	rail := w.shell.onRail()
	if len(rail) != 8 {
		t.Fatalf("%d lines on the rail", len(rail))
	}
	for i := range rail {
		i = len(rail) - 1 - i
		strike(win, "Ctrl "+string(rune('1'+i)))
		if w.shell.place.Screen != rail[i].id {
			t.Errorf("Ctrl %d leads to %q", i+1, w.shell.place.Screen)
		}
	}
}

func TestSingleKeysRest(t *testing.T) {
	typing := func(w *Window, win fyne.Window) {
		openLetter(w)
		typeRune(win, '/')
	}
	menu := func(w *Window, win fyne.Window) {
		openLetter(w)
		w.shell.menu(fyne.NewPos(20, 700))
	}
	for _, c := range []struct {
		name  string
		off   bool
		begin func(*Window, fyne.Window)
	}{
		{"in a text field", false, typing},
		{"behind a menu", false, menu},
		{"behind a dialog", false, signOpen},
		{"switched off", true, letterOpen},
		{"on a button, switched off", true, func(w *Window, win fyne.Window) {
			openLetter(w)
			win.Canvas().FocusNext()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, win := showKeyed(t, newFake(arnaud), nil)
			w.settings.CtrlKeysOnly = c.off
			c.begin(w, win)
			place, over := w.shell.place, dialog(win)
			for _, r := range "?gnapbrejkv" {
				typeRune(win, r)
				if w.shell.place != place || dialog(win) != over {
					t.Fatalf("%q led to %+v, dialog %q", r, w.shell.place, dialog(win))
				}
			}
		})
	}
}

func TestDialogTakesTheFocusAndGivesItBack(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(w *Window, win *keyed)
	}{
		{"keys", func(w *Window, _ *keyed) { w.shell.showKeys() }},
		{"go to", func(_ *Window, win *keyed) { strike(win, "Ctrl K") }},
		{"sign", func(_ *Window, win *keyed) { typeRune(win, 'p') }},
		{"refuse", func(_ *Window, win *keyed) { typeRune(win, 'r') }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, win := showKeyed(t, newFake(arnaud), nil)
			openLetter(w)
			win.Canvas().FocusNext()
			before := win.Canvas().Focused()
			c.open(w, win)
			if dialog(win) == "" || before == nil {
				t.Fatal("no dialog is open")
			}
			inside := test.LaidOutObjects(win.Canvas().Overlays().Top())
			for range 30 { // once around and further
				f := win.Canvas().Focused()
				if f == nil || f == before || !slices.Contains(inside, f.(fyne.CanvasObject)) {
					t.Fatalf("the focus has left the dialog for %q", label(win))
				}
				typeKey(win, fyne.KeyTab)
				inside = test.LaidOutObjects(win.Canvas().Overlays().Top())
			}
			typeKey(win, fyne.KeyEscape)
			if dialog(win) != "" || win.Canvas().Focused() != before {
				t.Errorf("after Escape: dialog %q, the focus is on %q", dialog(win), label(win))
			}
		})
	}
}

func TestRoleOfTheKnownFollowsTheLanguage(t *testing.T) {
	f := newFake(arnaud)
	f.open = false
	w, win := showKeyed(t, f, func(o *Options) {
		o.Order, o.People = []desk.OfficialID{arnaud.ID}, []unlock.Known{{Name: arnaud.Name, Role: desk.RoleApprover}}
	})
	for _, l := range i18n.Langs() {
		w.settings.Language = l
		w.speak()
		w.showLocked("")
		find[*widgets.Button](win.Content(), func(b *widgets.Button) bool { return b.AccessibilityLabel() == w.env.T("unlock.someone_else") }).Tapped(nil)
		if text := widgets.PageText(win.Canvas().Overlays().Top()); !strings.Contains(text, w.env.T("role.approver")) {
			t.Errorf("%s: %s", l, text)
		}
	}
}
