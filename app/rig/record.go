package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/app/control"
	desks "countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// standing is what the record has before something is signed.
type standing struct {
	approvals uint64
	open      []ledger.EntryID // requests that wait for the agency
}

func stand(ctx context.Context, record *control.Client) (s standing, err error) {
	if s.approvals, err = record.CountEntries(ctx, ledger.KindApprove.String()); err != nil {
		return s, err
	}
	list, err := record.List(ctx, desks.ListQuery{Kind: desks.ListToDecide, Limit: 1000})
	s.open = list.IDs
	return s, err
}

// one makes sure that one approval has come since, that it decided one request,
// and that the agreement is for so many fields and counts each official once.
func one(ctx context.Context, record *control.Client, before standing, fields int) error {
	now, err := stand(ctx, record)
	if err != nil {
		return err
	}
	if n := now.approvals - before.approvals; n != 1 {
		return fmt.Errorf("%d approvals have come, and not one", n)
	}
	decided := slices.DeleteFunc(before.open, func(id ledger.EntryID) bool { return slices.Contains(now.open, id) })
	if len(decided) != 1 {
		return fmt.Errorf("%d requests are decided by it, and not one", len(decided))
	}
	return record.Read(ctx, func(state rules.Reader) error {
		q := rules.NewView(state).Request(decided[0])
		if q == nil || q.Agreement == nil {
			return errors.New("the request has no agreement")
		}
		if n := len(q.Agreement.Terms.Fields); n != fields {
			return fmt.Errorf("the agreement is for %d fields, and not %d", n, fields)
		}
		signed := map[ledger.OfficialID]bool{}
		for _, d := range q.Decisions {
			if signed[d.Official] {
				return fmt.Errorf("official %s is counted twice", d.Official)
			}
			signed[d.Official] = true
		}
		if len(signed) != 2 {
			return fmt.Errorf("%d officials are counted, and not 2", len(signed))
		}
		return nil
	})
}
