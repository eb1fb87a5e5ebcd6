package desk

import (
	"context"
	"fmt"
	"slices"

	"countersign/ledger"
	"countersign/ledger/keyring"
	"countersign/ledger/keyring/hybrid"
)

// madeEpoch is an identity made at this desk for a next epoch. It is kept
// sealed for its maker until the record shows whether that epoch was opened:
// the grants sent with the proposal may be lost, and nobody else could wrap it.
type madeEpoch struct {
	Number    uint32
	Recipient string
	Seed      []byte
}

const epochsFile = "epochs.sealed"

func (s *session) readMade() []madeEpoch {
	var list []madeEpoch
	_ = s.cabinet.readSealed(epochsFile, s.identity, &list) // none yet
	return list
}

// madeHere opens the identities made at this desk.
func (s *session) madeHere() []epochKey {
	var out []epochKey
	for _, m := range s.readMade() {
		if id, err := hybrid.FromSeed(m.Seed); err == nil {
			out = append(out, epochKey{m.Number, id})
		}
		clear(m.Seed)
	}
	return out
}

// maxMade limits the file; the oldest go first.
const maxMade = 16

// nextEpoch makes the agency's next identity, keeps it, and vouches for it with
// the admin's key.
func (d *Desk) nextEpoch(ctx context.Context, s *session) (ledger.Epoch, error) {
	var number uint32
	err := d.look(ctx, func(l *look) error {
		a := l.Agency(s.agency)
		if a == nil {
			return ledger.NotAMember
		}
		number = a.Epoch + 1
		return nil
	})
	if err != nil {
		return ledger.Epoch{}, err
	}
	id, err := hybrid.Generate()
	if err != nil {
		return ledger.Epoch{}, err
	}
	defer id.Close()
	made := s.readMade()
	if n := len(made) - maxMade + 1; n > 0 {
		made = made[n:]
	}
	err = id.Lend(func(seed []byte) error {
		made = append(made, madeEpoch{number, id.Recipient(), slices.Clone(seed)})
		return s.cabinet.writeSealed(epochsFile, made, s.recipient)
	})
	for _, m := range made {
		clear(m.Seed)
	}
	if err != nil {
		return ledger.Epoch{}, fmt.Errorf("keep the next identity: %w", err)
	}
	return keyring.Epoch(s.network, s.agency, number, id.Recipient(), s.keys)
}

// made tells whether an identity was made at this desk.
func (s *session) made(k epochKey) bool {
	list := s.readMade()
	at := slices.IndexFunc(list, func(m madeEpoch) bool { return m.Number == k.number && m.Recipient == k.id.Recipient() })
	for _, m := range list {
		clear(m.Seed)
	}
	return at >= 0
}
