package look_test

import (
	"testing"

	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

func TestLookOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s := uitest.New(t, l.Lang, l.Scheme)
			now := look.Settings{Scheme: l.Scheme, Scale: 1, LockMinutes: 5}
			s.Show(look.New(s.Env, func() look.Settings { return now }, func(v look.Settings) { now = v }), page.Place{})
			s.Picture(t, "look-"+l.Name)
		})
	}
}

func TestAChoiceHoldsAtOnce(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	now := look.Settings{Scale: 1}
	s.Show(look.New(s.Env, func() look.Settings { return now }, func(v look.Settings) { now = v }), page.Place{})
	uitest.Turn(t, s, "Reduce motion")
	uitest.Turn(t, s, "Single-key shortcuts")
	if !now.ReduceMotion || !now.CtrlKeysOnly {
		t.Fatalf("set %+v", now)
	}
}
