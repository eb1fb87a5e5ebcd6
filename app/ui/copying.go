package ui

import (
	"context"
	"slices"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// firstCopy tells whether a computer has so little of the record that its screens
// would show an old day as if it were today.
func firstCopy(n desk.Network) bool {
	ours := slices.ContainsFunc(n.Members, func(m desk.Member) bool { return m.Us })
	return n.Height == 0 && len(n.Members) > 0 && !ours || n.Syncing && 2*n.Height < n.SyncTo
}

// follow covers the screens from the beginning of a first copy to its end. Then
// the desk is made anew, with the roles that the official has by then.
func (s *shell) follow(n desk.Network) {
	switch {
	case !s.copying && firstCopy(n):
		s.copying = true
		s.leave()
		s.showCopying()
	case s.copying && n.Height > 0 && !n.Syncing:
		s.copying = false
		page.Read(s.env, func(ctx context.Context) (bool, error) {
			_, open := s.w.opt.Desk.MeNow(ctx)
			return open, nil
		}, func(open bool, _ error) {
			if place := s.place; open && s.w.shell == s {
				s.w.enter()
				s.w.shell.open(place)
			}
		})
	}
}

// covered tells whether a screen is not shown while a first copy is made. Network
// and settings say nothing that depends on the day.
func (s *shell) covered(screen string) bool {
	return s.copying && screen != page.Network && screen != page.Settings
}

// showCopying puts words in place of a screen; how far the copy is stands in the banner.
func (s *shell) showCopying() {
	s.shown = nil
	s.body.Show(page.Grounded(widgets.Inset(24, 24, 24, 24, widgets.Column(20, widgets.NewPara(s.env.T("states.loading_wait")).In(widgets.Ink2), widgets.Skeleton(6)))))
}
