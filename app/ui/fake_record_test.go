package ui

import (
	"context"

	"countersign/app/desk"
	"countersign/ledger"
)

// The fake desk's record has nothing in it yet.

func (f *fake) Record(context.Context, desk.RecordQuery) ([]desk.RecordRow, uint64, error) {
	return nil, 0, f.fail
}

func (f *fake) SearchRecord(context.Context, desk.RecordSearch, func(desk.RecordFound)) (desk.RecordFound, error) {
	return desk.RecordFound{}, f.fail
}

func (f *fake) RecordBlock(_ context.Context, h ledger.Height) (desk.RecordBlock, error) {
	return desk.RecordBlock{Height: h}, f.fail
}

func (f *fake) Holders(context.Context, ledger.EntryID) (desk.Final, error) { return f.final, f.fail }

func (f *fake) CheckRecord(context.Context, func(done, total uint64)) (desk.RecordCheck, error) {
	return desk.RecordCheck{}, f.fail
}

func (f *fake) WithoutAdmins(context.Context) (bool, error) { return f.lost, nil }

func (f *fake) OfferAdmins(context.Context, [2]desk.NewAdmin) (desk.AdminOffer, error) {
	return desk.AdminOffer{}, desk.ErrHasAdmins
}

func (f *fake) MeNow(context.Context) (desk.Person, bool) { return f.Me() }
