package app

import (
	"bytes"
	"image/png"
	"testing"

	"fyne.io/fyne/v2"
	toolkit "fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"countersign/app/i18n"
	"countersign/app/ui"
	"countersign/assets"
)

// tray is an application with a tray that remembers what it shows.
type tray struct {
	fyne.App
	menus []*fyne.Menu
	icons []fyne.Resource
}

var _ toolkit.App = (*tray)(nil)

func (t *tray) SetSystemTrayMenu(m *fyne.Menu)    { t.menus = append(t.menus, m) }
func (t *tray) SetSystemTrayIcon(i fyne.Resource) { t.icons = append(t.icons, i) }
func (t *tray) SetSystemTrayWindow(fyne.Window)   {}
func (t *tray) Icon() fyne.Resource               { return fyne.NewStaticResource("icon.png", assets.AppIcon()) }
func nobodysWindow() *ui.Window                   { return nil }

func TestTheTrayShowsTheNumberToSign(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, opened := &tray{App: test.NewTempApp(t)}, 0
	o := newOutside(a, m, i18n.English, func() { opened++ }, nobodysWindow)
	for _, n := range []int{4, 4, 12, 120, 0} {
		o.badge(n)
	}
	if len(a.icons) != 4 {
		t.Fatalf("%d icons for four different numbers", len(a.icons))
	}
	seen := map[string]bool{}
	for _, icon := range a.icons {
		img, err := png.Decode(bytes.NewReader(icon.Content()))
		if err != nil {
			t.Fatal(err)
		}
		if seen[string(icon.Content())] {
			t.Error("two numbers look alike")
		}
		seen[string(icon.Content())] = true
		if icon.Name() != "icon.png" {
			if r, g, b, _ := img.At(traySize-badgeSize/2, traySize-badgeSize+5).RGBA(); r>>8 < 0x90 || g>>8 > 0x60 || b>>8 > 0x60 {
				t.Errorf("%s: no disc stands in the corner", icon.Name())
			}
		}
	}
	menu := a.menus[len(a.menus)-1]
	menu.Items[0].Action()
	menu.Items[1].Action() // locks nothing: nobody is there
	if opened != 1 || len(menu.Items) != 4 || !menu.Items[3].IsQuit {
		t.Errorf("the menu %+v", menu.Items)
	}
	o.speak(i18n.French)
	if got := a.menus[len(a.menus)-1].Items[1].Label; got != m.In(i18n.French).T("keys.lock") {
		t.Errorf("the menu says %q in French", got)
	}
}

func TestWithoutATrayNothingIsMissing(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := &tray{App: test.NewTempApp(t)}
	o := newOutside(a, m, i18n.English, func() {}, nobodysWindow)
	o.badge(3)
	o.tell(ui.Word{Title: "title", Text: "text"})
	o.hasTray(func(there bool) {
		if there && onLinux {
			t.Error("a window would hide where nobody brings it back")
		}
	})
	o.speak(i18n.Chinese)
	if listens() != (len(a.menus) > 0) {
		t.Errorf("%d menus where nobody listens", len(a.menus))
	}
}

func TestTheToolkitSpeaksTheLanguageThatIsChosen(t *testing.T) {
	m, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := &outside{app: test.NewTempApp(t), messages: m}
	for _, c := range []struct {
		lang i18n.Lang
		want string
	}{{i18n.French, "Copier"}, {i18n.Chinese, "复制"}, {i18n.English, "Copy"}} {
		o.speak(c.lang)
		if got := lang.L("Copy"); got != c.want {
			t.Errorf("%s: %q, want %q", c.lang, got, c.want)
		}
	}
}
