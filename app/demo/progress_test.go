package demo

import "testing"

func TestWindowsReadHowFarACityHasCome(t *testing.T) {
	c := newCity(Options{Dir: t.TempDir()}, &Plan{})
	read := func(want Progress) {
		t.Helper()
		if got, ok := ReadProgress(c.opt.Dir); got != want || ok != (want != Progress{}) {
			t.Errorf("read %+v, %t; want %+v", got, ok, want)
		}
	}
	if err := c.step(StepPast); err != nil { // made for a single story
		t.Fatal(err)
	}
	read(Progress{})
	c.steps = []Step{StepFound, StepFurnish, StepPast, StepDesks}
	if err := c.step(StepPast); err != nil {
		t.Fatal(err)
	}
	read(Progress{StepPast, 3, 4})
	if err := c.stands(); err != nil {
		t.Fatal(err)
	}
	read(Progress{})
}
