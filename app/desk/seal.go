package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"filippo.io/age"

	"countersign/app/source"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// seal seals a content for agencies in their current epochs. It belongs to the
// entry with this nonce, which the session's key will sign.
func (d *Desk) seal(ctx context.Context, s *session, nonce ledger.Nonce, c vault.Content, agencies []ledger.AgencyID) (ledger.Sealed, []byte, error) {
	var to []vault.Recipient
	err := d.look(ctx, func(l *look) error {
		to = nil
		for _, e := range l.EpochsOf(agencies...) {
			r := l.Epoch(e.Agency, e.Epoch)
			if r == nil {
				return fmt.Errorf("agency %s has no identity on the record", e.Agency)
			}
			to = append(to, vault.Recipient{AgencyEpoch: e, Key: r.Recipient})
		}
		return nil
	})
	if err != nil {
		return ledger.Sealed{}, nil, err
	}
	b := vault.Binding{Network: s.network, Agency: s.agency, Author: s.keys.Public().ID(), Nonce: nonce}
	cipher, sealed, err := vault.Seal(b, c, to)
	return sealed, cipher, err
}

// expected is what the record says about a part: a part that is bound to
// anything else does not match.
func (d *Desk) expected(ctx context.Context, s *session, n named) (vault.Expected, error) {
	m, err := d.meta(ctx, n.entry)
	if err != nil {
		return vault.Expected{}, fmt.Errorf("%w: %w", ErrPartAway, err)
	}
	return vault.Expected{Binding: vault.Binding{Network: s.network, Agency: m.agency, Author: m.author, Nonce: m.nonce}, Sealed: n.part}, nil
}

// fetch gets a part's ciphertext and the identities that may open it.
func (d *Desk) fetch(ctx context.Context, s *session, n named) ([]byte, []age.Identity, error) {
	if m, err := d.meta(ctx, n.entry); err == nil && (m.kind == ledger.KindSheet || m.kind == ledger.KindPropose || m.kind == ledger.KindMotion) {
		return d.fetchSheet(ctx, s, n)
	}
	i := slices.IndexFunc(n.part.Epochs, func(e ledger.AgencyEpoch) bool { return e.Agency == s.agency })
	if i < 0 {
		return nil, nil, ErrNotYours
	}
	id, err := d.epoch(ctx, s, n.part.Epochs[i].Epoch)
	if err != nil {
		return nil, nil, err
	}
	cipher, err := d.node.Part(ctx, n.entry, n.part)
	if err != nil {
		return nil, nil, err
	}
	return cipher, []age.Identity{id}, nil
}

// fetchSheet gets a card or a description. For whoever joined after it was
// published it has been sealed again, with the identity of then or of now.
func (d *Desk) fetchSheet(ctx context.Context, s *session, n named) ([]byte, []age.Identity, error) {
	var now uint32
	err := d.look(ctx, func(l *look) error {
		a := l.Agency(s.agency)
		if a == nil {
			return ledger.NotAMember
		}
		now = a.Epoch
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	_, err = d.epoch(ctx, s, now)
	var ids []age.Identity
	for _, k := range s.held() {
		ids = append(ids, k.id)
	}
	if len(ids) == 0 {
		return nil, nil, err
	}
	cipher, err := d.node.Part(ctx, n.entry, n.part)
	return cipher, ids, err
}

// openPart opens a part into out, a pointer to a zero content, and matches
// every field with the entry that names it.
func (d *Desk) openPart(ctx context.Context, s *session, n named, out vault.Content) error {
	want, err := d.expected(ctx, s, n)
	if err != nil {
		return err
	}
	cipher, ids, err := d.fetch(ctx, s, n)
	if err != nil {
		return err
	}
	return openWords(vault.Open(cipher, ids, want, out))
}

// openWords turns the vault's errors into the desk's.
func openWords(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, vault.ErrNotForUs):
		return fmt.Errorf("%w: %w", ErrNotYours, err)
	default:
		return fmt.Errorf("%w: %w", ErrMismatch, err)
	}
}

// rowsText is a letter's row filters as people write them.
func rowsText(rows []vault.RowFilter) string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.String()
	}
	return strings.Join(out, ", ")
}

// parseRows reads filters such as "year>=2021, employer_id=512".
func parseRows(text string) ([]vault.RowFilter, error) {
	var out []vault.RowFilter
	for _, one := range strings.Split(text, ",") {
		f, err := source.ParseFilter(one)
		if err != nil {
			return nil, err
		}
		if f != (source.Filter{}) {
			out = append(out, vault.RowFilter{Field: f.Field, Op: f.Op, Value: f.Value})
		}
	}
	return out, nil
}

// aboutOf are a sheet's descriptions by column.
func aboutOf(s *vault.Sheet) map[ledger.FieldName]string {
	out := make(map[ledger.FieldName]string, len(s.Fields))
	for _, f := range s.Fields {
		out[f.Name] = f.Text
	}
	return out
}
