// Package desk is what one signed-in official can see and do: the use cases
// behind the screens, and the read models they draw. It owns the official's
// opened keys while they are unlocked, the letters it has opened, the unread
// marks and the drafts. It draws nothing (that is app/ui), decides no rule
// (ledger/rules) and keeps no ledger: the replica is a Node, in this process or
// behind a control socket, and never sees a key, a passphrase or an opened
// letter.
//
// The life of a signature at a desk:
//
//	d := desk.New(node, desk.Options{Keys: folder, State: folder})
//	err := d.Unlock(ctx, official, passphrase) // opens the key file and the agency's grants
//	letter, err := d.Letter(ctx, request)      // opened and matched with what was signed
//	page, err := d.Prepare(ctx, desk.Act{Kind: desk.ActApprove, Request: request, Fields: ticked})
//	// the person reads the page; page.Check says what the rules would answer now
//	ticket, err := d.Sign(ctx, page, passphrase) // signs exactly page.Body; durable in the outbox
//	final, err := d.Await(ctx, ticket)
//	d.Lock() // keys, identities and opened letters leave memory
//
// Words follow DOMAIN: request, letter, decision, offer, agreement, release.
package desk
