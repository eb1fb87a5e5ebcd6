package settings_test

import (
	"testing"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/settings"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
	"countersign/assets"
)

func TestSettingsOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s := uitest.New(t, l.Lang, l.Scheme)
			about := func() page.Screen {
				return settings.NewAbout(s.Env, desk.Profile{Agency: "valmarine-police", Node: "VP-KEEPER-1", Rehearsal: true, Folder: "/home/vidal/.countersign/valmarine", Version: "1.0.0"})
			}
			e := s.Env
			screen := settings.New(e, []settings.Section{
				{ID: "people", Icon: assets.IconUsers, Label: e.T("people.nav"), Make: about}, {ID: "members", Icon: assets.IconNodes, Label: e.T("members.nav"), Make: about},
				{ID: "mine", Icon: assets.IconKey, Label: e.T("settings.my_key"), Make: about},
				{ID: "look", Icon: assets.IconGlobe, Label: e.T("settings.look"), Apart: true, Make: about},
				{ID: "about", Icon: assets.IconInfo, Label: e.T("settings.about"), Make: about}})
			s.Show(screen, page.Place{Section: "about"})
			s.Picture(t, "about-"+l.Name)
		})
	}
}

func TestTheSectionThatWasOpenComesBack(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	made := map[string]int{}
	section := func(id string) settings.Section {
		return settings.Section{ID: id, Icon: assets.IconInfo, Label: id, Make: func() page.Screen {
			made[id]++
			return settings.NewAbout(s.Env, desk.Profile{})
		}}
	}
	screen := settings.New(s.Env, []settings.Section{section("one"), section("two")})
	s.Show(screen, page.Place{})
	screen.Open(page.Place{Section: "two"})
	screen.Open(page.Place{})
	if made["one"] != 1 || made["two"] != 1 {
		t.Fatalf("made %v", made)
	}
}
