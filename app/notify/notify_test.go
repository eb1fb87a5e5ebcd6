package notify

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestWithoutABusThereIsNoDesktop(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all")
	if _, err := Connect(Program{}); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("%v", err)
	}
	if TellsColours() {
		t.Error("somebody tells colours where nobody is")
	}
}

// TestAPressedWordLeadsOnce feeds what a desktop says, other programs' words and
// malformed signals among it.
func TestAPressedWordLeadsOnce(t *testing.T) {
	pressed, never := make(chan uint32, 8), func() { t.Error("a word that is gone led somewhere") }
	d := &Desktop{pressed: map[uint32]func(){7: func() { pressed <- 7 }, 8: never, 9: func() { pressed <- 9 }}}
	heard := make(chan *dbus.Signal, 16)
	say := func(name string, body ...any) { heard <- &dbus.Signal{Name: notifications + "." + name, Body: body} }
	say("NotificationClosed", uint32(8), uint32(1))
	say("ActionInvoked", uint32(8), "default")
	say("ActionInvoked", uint32(12), "default") // of another program
	say("ActionInvoked", "7", "default")
	say("ActionInvoked", uint32(7))
	say("ActionInvoked", uint32(9), "other")
	say("ActionInvoked", uint32(7), "default")
	say("ActionInvoked", uint32(7), "default")
	close(heard)
	d.follow(heard)
	if n := <-pressed; n != 7 {
		t.Errorf("the word %d led somewhere", n)
	}
	if len(pressed) != 0 || len(d.pressed) != 1 {
		t.Errorf("%d more led somewhere, %d are still shown", len(pressed), len(d.pressed))
	}
}

func TestAnUrgentWordStaysAndAnIconTravelsAsPixels(t *testing.T) {
	img := image.NewRGBA(image.Rect(3, 4, 5, 5)) // not at the origin
	img.Set(4, 4, color.RGBA{0x80, 0, 0, 0x80})  // premultiplied
	d := &Desktop{program: Program{ID: "an.id", Icon: img}}
	for urgent, want := range map[bool]byte{false: 1, true: 2} {
		h := d.hints(Word{Urgent: urgent})
		if h["urgency"].Value() != want || h["desktop-entry"].Value() != "an.id" {
			t.Errorf("hints %v", h)
		}
	}
	p := pixels(img)
	if p.Width != 2 || p.Height != 1 || p.Stride != 8 || p.Channels != 4 || !p.Alpha || p.BitsPerSample != 8 {
		t.Fatalf("raster %+v", p)
	}
	if got := [4]byte(p.Pixels[4:8]); got != [4]byte{0xFF, 0, 0, 0x80} {
		t.Errorf("a half transparent pixel is %v", got)
	}
}
