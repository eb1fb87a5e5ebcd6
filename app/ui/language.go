package ui

import (
	"countersign/app/i18n"
	"countersign/app/ui/page"
)

// lang is the language of the window: the one that was chosen, else the system's.
func (w *Window) lang() i18n.Lang {
	if w.settings.Language != "" {
		return w.settings.Language
	}
	return w.opt.System
}

// speak builds the screens anew in the language that is set, with the page of
// the settings on which it was chosen in front. What is signed from now on is
// written in it.
func (w *Window) speak() {
	w.makeEnv()
	w.opt.Desk.SetLanguage(string(w.lang()))
	if w.opt.Spoken != nil {
		w.opt.Spoken(w.lang())
	}
	if w.shell == nil {
		w.remember()
		return
	}
	w.shell.leave()
	w.settings.Screen, w.section = page.Settings, "look"
	w.enter()
	w.section = ""
}
