// Package page is what the screens share: what a screen is, what it is given
// (language, time zone, canvas, a way to work in the background and come back),
// and how people, times, states and problems are put into words. It knows no
// screen and reads nothing from the desk by itself.
//
// A screen lives on the interface's goroutine. It never waits there:
//
//	page.Read(env, desk.Inbox, func(g desk.InboxGroups, err error) { ... })
//
// runs the reading elsewhere and the rest on the interface's goroutine again.
package page
