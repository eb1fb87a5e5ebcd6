package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// ErrNothingToSign says that an act lacks what its kind needs.
var ErrNothingToSign = errors.New("the act is not complete")

// Prepare makes the sign page of an act: the exact body, its sealed parts, what
// the rules would say now, and everything the page states in words. A decision
// needs its version's letter opened and matched here (ErrPartAway, ErrMismatch,
// ErrNotYours). Nothing is signed or sent.
func (d *Desk) Prepare(ctx context.Context, act Act) (*SignPage, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	// Only a rehearsal may send what the rules would refuse, to show that they do.
	act.Unchecked = act.Unchecked && d.node.Profile().Rehearsal
	w := &writer{d: d, s: s, act: act, nonce: ledger.NewNonce()}
	var p ledger.Payload
	switch act.Kind {
	case ActAsk:
		p, err = w.ask(ctx)
	case ActSecond, ActPropose, ActRotate, ActSuspendKey, ActNode, ActRemoveNode, ActPublish, ActMotion, ActVote, ActLeave:
		p, err = w.administer(ctx)
	default:
		p, err = w.answerRequest(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", act.Kind, err)
	}
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", act.Kind, err)
	}
	return w.page(ctx, p)
}

// writer makes one sign page.
type writer struct {
	d     *Desk
	s     *session
	act   Act
	nonce ledger.Nonce
	parts [][]byte

	file    *file              // of the request that is acted on
	letter  *vault.Letter      // the version's
	offered *vault.OfferLetter // the offer's, when the act makes or takes one
	sent    []ledger.FieldName
	terms   ledger.Terms
	ends    bool
	last    bool
	out     SignPage
}

// page signs nothing yet: it asks the rules and fills in the words.
func (w *writer) page(ctx context.Context, p ledger.Payload) (*SignPage, error) {
	out := &w.out
	err := w.d.look(ctx, func(l *look) error {
		key := w.s.keys.Public()
		out.Body = ledger.NewBody(w.s.network, key.ID(), l.now, w.nonce, p)
		code, err := l.check(out.Body)
		if err != nil {
			return err
		}
		out.Check, out.Key, out.Agency = code, key.ID(), l.title(w.s.agency)
		out.Admin = w.adminPage(l)
		if k := l.Key(key.ID()); k != nil {
			out.KeyEnds = k.Ends
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", w.act.Kind, err)
	}
	out.Act, out.parts, out.CheckCode = w.act, w.parts, CheckCode(out.Body.ID())
	out.Sent, out.LastNeeded, out.EndsRequest = w.sent, w.last, w.ends
	out.Language = w.d.language()
	out.Signer, _ = w.d.Me()
	if w.file != nil {
		w.describe(ctx)
	}
	if out.Admin != nil {
		w.nameAdmin(ctx)
	}
	return out, nil
}

// describe fills in what a page about a request states.
func (w *writer) describe(ctx context.Context) {
	f, out := w.file, &w.out
	r, ds := f.req, &f.dataset.Dataset
	out.Dataset, out.PurposeCode, out.BasisCode, out.BasisTitle = ds.Title, r.Purpose, f.basis.Basis.Code, f.basis.Basis.Title
	out.Other = f.titles[0]
	if r.Requester == w.s.agency {
		out.Other = f.titles[1]
	} else {
		out.OtherUnit = w.d.Person(ctx, r.Submitter).Unit
	}
	out.KeepDays = int(w.terms.KeepDays)
	if w.letter != nil {
		out.Case, out.Subjects, out.Period = w.letter.Case, len(w.letter.Subjects), period(string(w.letter.From), string(w.letter.To))
	}
	if w.offered != nil && (w.offered.From != "" || w.offered.To != "") {
		out.Period = period(string(w.offered.From), string(w.offered.To))
	}
	if len(w.sent) > 0 {
		out.NotSent = w.notSent(ctx)
		out.Beyond = ledger.Subtract(w.sent, f.basis.Basis.Fields)
	}
}

// notSent lists the fields that were asked for and are not sent, in the order of
// the data set, each with what speaks against it.
func (w *writer) notSent(ctx context.Context) []Struck {
	f := w.file
	_, by := pencil(f.req, &f.dataset.Dataset, &f.basis.Basis, f.tally, nil)
	left := ledger.Subtract(f.req.Terms.Fields, w.sent)
	var out []Struck
	for _, field := range f.dataset.Dataset.Fields {
		if !slices.Contains(left, field.Name) {
			continue
		}
		s := Struck{Name: field.Name, Beyond: !slices.Contains(f.basis.Basis.Fields, field.Name)}
		s.ThirdParty = s.Beyond && field.ThirdParty // one that the law allows is no reason
		if who, ok := by[field.Name]; ok {
			s.By = w.d.Person(ctx, who)
		}
		out = append(out, s)
	}
	return out
}

// CheckCode is how a page and Evidence name an entry: its first eight
// hexadecimal characters, "417C 902E".
func CheckCode(id ledger.EntryID) string {
	s := strings.ToUpper(id.Short())
	return s[:4] + " " + s[4:]
}

// seal makes a sealed part of the entry that is being written, for agencies.
func (w *writer) seal(ctx context.Context, content vault.Content, agencies ...ledger.AgencyID) (ledger.Sealed, error) {
	part, cipher, err := w.d.seal(ctx, w.s, w.nonce, content, agencies)
	if err == nil {
		w.parts = append(w.parts, cipher)
	}
	return part, err
}

// needsLetter tells which acts answer a version whose letter has to be read.
func needsLetter(k ActKind) bool {
	switch k {
	case ActApprove, ActOffer, ActJoin, ActReturn, ActRefuse, ActAccept, ActAnswer:
		return true
	}
	return false
}

// buildsOn tells which acts carry a letter made from the one on the table.
func buildsOn(k ActKind) bool { return k == ActOffer || k == ActAnswer }

// answerRequest writes an act on a request that exists.
func (w *writer) answerRequest(ctx context.Context) (ledger.Payload, error) {
	err := w.d.look(ctx, func(l *look) (err error) {
		w.file, err = l.file(w.s, w.act.Request, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	r := w.file.req
	w.terms = r.Terms
	if w.takesOffer() {
		w.terms = r.Offer.Terms
	}
	if err := w.read(ctx); err != nil && (needsLetter(w.act.Kind) && !w.act.Unchecked || buildsOn(w.act.Kind)) {
		return nil, err
	}
	return w.write(ctx, r)
}

// read opens what the act answers: nobody signs what their desk has not read.
func (w *writer) read(ctx context.Context) (err error) {
	if w.letter, err = w.d.letterNow(ctx, w.s, w.file.letter()); err != nil {
		return err
	}
	if r := w.file.req; w.takesOffer() {
		w.offered, err = w.d.offerNow(ctx, w.s, w.file.named(r.Offer.ID, r.Offer.Letter))
	}
	return err
}

// takesOffer tells whether the act signs the offer on the table.
func (w *writer) takesOffer() bool {
	return (w.act.Kind == ActAccept || w.act.Kind == ActJoin) && w.file.req.Offer != nil
}

func (w *writer) write(ctx context.Context, r *rules.Request) (ledger.Payload, error) {
	act := ledger.Act{Request: r.ID, Version: w.act.Version}
	if act.Version.IsZero() {
		act.Version = r.Version
	}
	role := w.act.Role
	if role == "" {
		role = w.file.role
	}
	policy := w.file.dataset.Dataset.Policy
	switch w.act.Kind {
	case ActApprove:
		return w.approve(ctx, act, role)
	case ActOffer:
		return w.offer(ctx, act, role)
	case ActJoin:
		if r.Offer == nil {
			return nil, fmt.Errorf("no offer waits for a signature: %w", ErrNothingToSign)
		}
		w.sent = w.terms.Fields
		return &ledger.Offer{Act: act, Role: role, Join: r.Offer.ID}, nil
	case ActReturn:
		reason, err := w.reason(ctx)
		return &ledger.Return{Act: act, Role: role, Code: w.act.Code, Reason: reason}, err
	case ActRefuse:
		reason, err := w.reason(ctx)
		w.ends = !policy.RefusalByQuorum || w.refusalEnds()
		return &ledger.Refuse{Act: act, Role: role, Code: w.act.Code, Reason: reason}, err
	case ActAccept:
		w.sent, w.last = w.terms.Fields, true
		return &ledger.Accept{Act: act}, nil
	case ActAnswer:
		return w.answer(ctx, act)
	case ActWithdraw:
		w.ends = true
		return &ledger.Withdraw{Act: act}, nil
	case ActDelete:
		return &ledger.Delete{Act: act}, nil
	case ActSuspend:
		reason, err := w.reason(ctx)
		return &ledger.Suspend{Act: act, Reason: reason}, err
	case ActResume:
		return &ledger.Resume{Act: act}, nil
	case ActRevoke:
		w.ends = true
		reason, err := w.reason(ctx)
		return &ledger.Revoke{Act: act, Reason: reason}, err
	case ActErase:
		return &ledger.Erase{Act: act, Code: w.act.Code}, nil
	case ActReview:
		if w.act.Review == nil {
			return nil, ErrNothingToSign
		}
		return &ledger.Review{Act: act, Decision: w.act.Review.Decision, Annul: w.act.Review.Annul}, nil
	default:
		return nil, fmt.Errorf("%q is no act: %w", w.act.Kind, ErrNothingToSign)
	}
}

// refusalEnds tells whether one more refusal leaves fewer approvers than the
// quorum needs, where refusing is by quorum.
func (w *writer) refusalEnds() bool {
	left := len(w.file.waits)
	for _, o := range w.file.waits {
		if o == w.s.me {
			left--
		}
	}
	return w.file.tally.Have+left < w.file.tally.Need
}
