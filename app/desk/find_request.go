package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/ledger"
)

// Errors of FindRequest.
var (
	ErrNoRequest   = errors.New("no request of this agency has this number")
	ErrManyRequest = errors.New("more than one request of this agency has a number that begins so")
)

// minNumber is how many characters of a number name a request.
const minNumber = 6

// FindRequest finds a request from or to the official's agency by the first
// characters of its number, as screens and Evidence show it ("417C 902E") or whole.
func (d *Desk) FindRequest(ctx context.Context, number string) (ledger.EntryID, error) {
	number = strings.ToLower(strings.ReplaceAll(number, " ", ""))
	var found ledger.EntryID
	if len(number) < minNumber {
		return found, fmt.Errorf("%q: %w: give at least %d characters of it", number, ErrNoRequest, minNumber)
	}
	for _, kind := range []ListKind{ListDecided, ListToDecide, ListMine} {
		q := ListQuery{Kind: kind, Limit: rollPage}
		for {
			page, err := d.node.List(ctx, q)
			if err != nil {
				return ledger.EntryID{}, fmt.Errorf("find request: %w", err)
			}
			for _, id := range page.IDs {
				if !strings.HasPrefix(id.String(), number) || id == found {
					continue
				}
				if !found.IsZero() {
					return ledger.EntryID{}, fmt.Errorf("%q: %w", number, ErrManyRequest)
				}
				found = id
			}
			if q.Cursor = page.Next; q.Cursor == nil {
				break
			}
		}
	}
	if found.IsZero() {
		return found, fmt.Errorf("%q: %w", number, ErrNoRequest)
	}
	return found, nil
}
