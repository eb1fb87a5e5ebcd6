package page_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

// What is not open to the reader says who may see it and whom to ask, and offers
// nothing that cannot help.
func TestWhatIsNotYoursSaysWhomToAsk(t *testing.T) {
	for _, look := range uitest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			s := uitest.New(t, look.Lang, look.Scheme)
			s.Window.SetContent(widgets.OnGround(widgets.Bg, s.Env.Failed(fmt.Errorf("read request: %w", desk.ErrNotYours), func() {})))
			s.Window.Resize(s.Room)
			if text := s.Text(); !strings.Contains(text, "Valmarine Police") || strings.Contains(text, s.Env.T("common.retry")) {
				t.Errorf("the page says %q", text)
			}
			s.Picture(t, "not-yours-"+look.Name)
		})
	}
}

// A failure that nobody has words for can be copied with its reference.
func TestAFailureCanBeTriedAgainAndCopied(t *testing.T) {
	s, tried := uitest.New(t, i18n.English, widgets.SchemeLight), 0
	err := errors.New("read block 9: checksum")
	s.Window.SetContent(s.Env.Failed(err, func() { tried++ }))
	uitest.Press(t, s, "Try again")
	uitest.Press(t, s, "Copy for support, "+page.Reference(err))
	if tried != 1 || len(s.Copied) != 1 || !strings.Contains(s.Copied[0], page.Reference(err)) || !strings.Contains(s.Copied[0], err.Error()) {
		t.Errorf("tried %d times, copied %q", tried, s.Copied)
	}
}

// A full disk has words of its own in every language.
func TestAFullDiskIsNoRawText(t *testing.T) {
	for _, look := range uitest.Looks() {
		s := uitest.New(t, look.Lang, look.Scheme)
		if text := s.Env.Reason(fmt.Errorf("submit: %w: write 0001.entry: no space left on device", desk.ErrDiskFull)); strings.Contains(text, "entry") || text == "" {
			t.Errorf("%s: %q", look.Name, text)
		}
	}
}
