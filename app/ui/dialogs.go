package ui

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// maxImport is how large a file with subjects may be, in bytes.
const maxImport = 8 << 20

// folder is where files are offered to go: the person's downloads, else their home.
func folder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	if down := filepath.Join(home, "Downloads"); isFolder(down) {
		return down
	}
	return home
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// saveAs asks for a place for a new file. One that exists is never overwritten.
func (w *Window) saveAs(name string, done func(path string)) {
	e := w.env
	w.askPath(e.T("files.save_title"), e.T("files.save_to"), filepath.Join(folder(), name), e.T("common.save"), func(path string) string {
		if !isFolder(filepath.Dir(path)) {
			return e.T("files.no_folder")
		}
		if _, err := os.Stat(path); err == nil {
			return e.T("files.exists")
		}
		return ""
	}, done)
}

// openFile asks for a file and reads it.
func (w *Window) openFile(done func(name string, content []byte)) {
	e := w.env
	var content []byte
	w.askPath(e.T("files.open_title"), e.T("files.open_from"), folder()+string(filepath.Separator), e.T("common.open"), func(path string) string {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() {
			return e.T("files.no_file")
		}
		if info.Size() > maxImport {
			return e.T("files.too_large")
		}
		if content, err = os.ReadFile(path); err != nil {
			return e.T("files.unreadable")
		}
		return ""
	}, func(path string) { done(filepath.Base(path), content) })
}

// askPath asks for a file by its path; check says what is wrong with one.
func (w *Window) askPath(title, label, start, act string, check func(string) string, done func(string)) {
	e := w.env
	var d *widgets.Dialog
	path := widgets.NewInput("")
	path.SetText(start)
	goOn := func() {
		at := strings.TrimSpace(path.Text())
		if problem := check(at); problem != "" {
			path.SetError(problem)
			d.Refresh()
			return
		}
		d.Close()
		done(at)
	}
	path.Submit = func(string) { goOn() }
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: title, Body: widgets.Labelled(label, "", path),
		Foot: []fyne.CanvasObject{widgets.NewButton(widgets.Outline, e.T("common.cancel"), func() { d.Close() }).WithKey("Esc"), widgets.Spring(),
			widgets.NewButton(widgets.Primary, act, goOn).WithKey("Enter")}, First: path.Focus()})
	d.Show()
}

// goTo finds a screen by its name.
func (s *shell) goTo() {
	e := s.env
	var d *widgets.Dialog
	list := page.NewSlot()
	var hits []place
	fill := func(text string) {
		hits = nil
		var rows []fyne.CanvasObject
		for _, p := range s.places {
			if !strings.Contains(strings.ToLower(p.label), strings.ToLower(text)) {
				continue
			}
			hits = append(hits, p)
			rows = append(rows, widgets.NewPressRow(widgets.Inset(8, 12, 8, 12, widgets.Row(12, widgets.NewGlyph(p.icon, widgets.Ink2), widgets.NewText(p.label))),
				p.label, func() {
					d.Close()
					s.open(page.Place{Screen: p.id})
				}))
		}
		list.Show(widgets.Column(0, rows...))
	}
	field := widgets.NewSearchField(e.T("keys.goto"), "Enter", fill)
	field.Submit = func(string) {
		if len(hits) > 0 {
			d.Close()
			s.open(page.Place{Screen: hits[0].id})
		}
	}
	fill("")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("keys.goto"), Body: widgets.Column(8, field, widgets.Fixed(0, 380, widgets.Page(list.Content()))), First: field.Focus()})
	d.Show()
}

// showKeys lists the keys of the window.
func (s *shell) showKeys() {
	e := s.env
	var d *widgets.Dialog
	group := func(title string, pairs ...string) fyne.CanvasObject {
		rows := []fyne.CanvasObject{widgets.NewText(title).Bold(), widgets.Rule()}
		for i := 0; i+1 < len(pairs); i += 2 {
			var caps []fyne.CanvasObject
			for _, k := range strings.Fields(pairs[i]) {
				caps = append(caps, widgets.NewKeyCap(k))
			}
			rows = append(rows, widgets.Row(8, widgets.Grow(widgets.NewText(pairs[i+1]).In(widgets.Ink2).Cut()), widgets.Row(4, caps...)))
		}
		return widgets.Column(8, rows...)
	}
	anywhere := []string{"/", e.T("keys.search"), "Ctrl K", e.T("keys.goto")}
	for _, p := range s.places {
		if p.key != 0 {
			anywhere = append(anywhere, "G "+string(p.key-'a'+'A'), p.label)
		}
	}
	anywhere = append(anywhere, "Ctrl L", e.T("keys.lock"), "Ctrl Shift C", e.T("common.copy_page"), "?", e.T("keys.list"))
	body := widgets.Columns(32, 0, []float32{1, 1}, group(e.T("keys.anywhere"), anywhere...), widgets.Column(20,
		group(e.T("keys.lists"), "J", e.T("keys.next"), "K", e.T("keys.previous"), "Esc", e.T("keys.back")),
		group(e.T("keys.request"), "Space", e.T("keys.tick"), "V", e.T("keys.reveal"), "A", e.T("letter.approve"), "P", e.T("letter.approve_part"),
			"B", e.T("letter.return"), "R", e.T("letter.refuse")),
		group(e.T("keys.signing"), "Tab", e.T("keys.control"), "Enter", e.T("keys.sign"), "Esc", e.T("keys.nothing"))))
	closeIt := widgets.NewButton(widgets.Outline, e.T("common.close"), func() { d.Close() }).WithKey("Esc")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Width: widgets.DialogWide, Title: e.T("keys.title"), Body: widgets.Column(20, body, widgets.NewNote(widgets.ToneInfo, e.T("keys.note"))),
		Foot: []fyne.CanvasObject{widgets.Spring(), closeIt}, First: closeIt})
	d.Show()
}
