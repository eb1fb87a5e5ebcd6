package look_test

import (
	"testing"

	"countersign/app/i18n"
	"countersign/app/ui/look"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

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
