package signing

import (
	"context"

	"countersign/app/desk"
	"countersign/app/ui/page"
	"countersign/app/widgets"
)

// Follow waits for an act that has no page of its own afterwards (keys, people,
// members, deletions) and says what came of it; done is called when it is final.
func Follow(e *page.Env, d Desk, s Signed, done func()) {
	e.Say(widgets.ToneNeutral, e.T("result.becoming_final"))
	page.Read(e, func(ctx context.Context) (desk.Final, error) { return d.Await(ctx, s.Ticket) }, func(f desk.Final, err error) {
		switch {
		case err != nil:
			e.Problem(e.T("result.kept_title"), err)
		case f.Code != desk.Accepted:
			e.Problem(e.T("result.not_counted"), f.Code)
		default:
			e.Say(widgets.ToneApprove, FinalWords(e, f))
		}
		if done != nil {
			done()
		}
	})
}
