package ui

import "countersign/app/desk"

// met has the screen in front read again when more agencies are online than
// before: a letter that lay with one of them can be opened now.
func (s *shell) met(n desk.Network) {
	online := 0
	for _, m := range n.Members {
		if m.Online && !m.Us {
			online++
		}
	}
	more := online > s.online
	s.online = online
	if front := s.screens[s.place.Screen]; front != nil && more {
		front.Changed(desk.Change{People: true})
	}
}
