package store

import (
	"countersign/ledger"
	"countersign/ledger/rules"
)

// requestPrefix begins the keys of the requests' records in the state, which
// the rules lay out: what follows is the request's number.
func requestPrefix() []byte { return []byte("r/") }

func requestKey(id ledger.EntryID) []byte { return append(requestPrefix(), id[:]...) }

// keyRecord is the key of an enrolled key's record.
func keyRecord(id ledger.KeyID) []byte { return append([]byte("k/"), id[:]...) }

// agencyOfKey is the agency of an enrolled key.
func agencyOfKey(r rules.Reader, key ledger.KeyID) (ledger.AgencyID, bool) {
	k := rules.NewView(r).Key(key)
	if k == nil {
		return "", false
	}
	return k.Agency, true
}

// requestOf is the request that an entry is about.
func requestOf(e *ledger.Entry) (ledger.EntryID, bool) {
	switch p := e.Payload.(type) {
	case *ledger.Request:
		return e.ID(), true
	case *ledger.Answer:
		return p.Act.Request, true
	case *ledger.Approve:
		return p.Act.Request, true
	case *ledger.Offer:
		return p.Act.Request, true
	case *ledger.Accept:
		return p.Act.Request, true
	case *ledger.Return:
		return p.Act.Request, true
	case *ledger.Refuse:
		return p.Act.Request, true
	case *ledger.Withdraw:
		return p.Act.Request, true
	case *ledger.Suspend:
		return p.Act.Request, true
	case *ledger.Resume:
		return p.Act.Request, true
	case *ledger.Revoke:
		return p.Act.Request, true
	case *ledger.Review:
		return p.Act.Request, true
	case *ledger.Release:
		return p.Act.Request, true
	case *ledger.Receipt:
		return p.Act.Request, true
	case *ledger.DeliveryFailed:
		return p.Act.Request, true
	case *ledger.LetterMissing:
		return p.Act.Request, true
	case *ledger.LetterFound:
		return p.Act.Request, true
	case *ledger.Delete:
		return p.Act.Request, true
	case *ledger.DeletionReceipt:
		return p.Act.Request, true
	case *ledger.Erase:
		return p.Act.Request, true
	}
	return ledger.EntryID{}, false
}
