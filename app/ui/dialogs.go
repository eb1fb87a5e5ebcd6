package ui

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
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

// act is something that the window can do, by its name.
type act struct {
	icon assets.IconName
	name string
	do   func()
}

// acts are the screens to go to and what can be done from everywhere.
func (s *shell) acts() []act {
	e := s.env
	var out []act
	for _, p := range s.places {
		out = append(out, act{p.icon, p.label, func() { s.open(page.Place{Screen: p.id}) }})
	}
	return append(out, act{assets.IconInfo, e.T("keys.title"), s.showKeys}, act{assets.IconCopy, e.T("common.copy_page"), s.w.copyPage},
		act{assets.IconLock, e.T("keys.lock"), s.w.lockNow})
}

// goTo finds a screen or an act by its name.
func (s *shell) goTo() {
	e := s.env
	var d *widgets.Dialog
	list := page.NewSlot()
	var hits []act
	do := func(a act) {
		d.Close()
		a.do()
	}
	fill := func(text string) {
		hits = nil
		var rows []fyne.CanvasObject
		for _, a := range s.acts() {
			if !strings.Contains(strings.ToLower(a.name), strings.ToLower(text)) {
				continue
			}
			hits = append(hits, a)
			rows = append(rows, widgets.NewPressRow(widgets.Inset(8, 12, 8, 12, widgets.Row(12, widgets.NewGlyph(a.icon, widgets.Ink2), widgets.NewText(a.name))),
				a.name, func() { do(a) }))
		}
		list.Show(widgets.Column(0, rows...))
	}
	field := widgets.NewSearchField(e.T("keys.goto"), "Enter", fill)
	field.Submit = func(string) {
		if len(hits) > 0 {
			do(hits[0])
		}
	}
	fill("")
	d = widgets.NewDialog(e.Canvas, widgets.DialogSpec{Title: e.T("keys.goto"), Body: widgets.Column(8, field, widgets.Fixed(0, 380, widgets.Page(list.Content()))), First: field.Focus()})
	d.Show()
}
