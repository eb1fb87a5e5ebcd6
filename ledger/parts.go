package ledger

// Parts lists the sealed parts that a payload names, in the order in which
// their ciphertexts travel with the entry.
func Parts(p Payload) []Sealed {
	var list []*Sealed
	switch p := p.(type) {
	case *Propose:
		if p.Enrol != nil {
			list = append(list, p.Enrol.Card)
		}
		if p.Dataset != nil {
			list = append(list, p.Dataset.Sheet)
		}
		if p.Basis != nil {
			list = append(list, p.Basis.Sheet)
		}
	case *Motion:
		for i := range p.Cards {
			list = append(list, &p.Cards[i])
		}
	case *Sheet:
		list = append(list, &p.Part)
	case *Request:
		list = append(list, &p.Letter)
	case *Answer:
		list = append(list, &p.Letter)
	case *Approve:
		list = append(list, p.Reason)
	case *Offer:
		list = append(list, p.Letter)
	case *Return:
		list = append(list, &p.Reason)
	case *Refuse:
		list = append(list, &p.Reason)
	case *Suspend:
		list = append(list, &p.Reason)
	case *Revoke:
		list = append(list, &p.Reason)
	case *Release:
		list = append(list, &p.Part)
	}
	var out []Sealed
	for _, s := range list {
		if s != nil {
			out = append(out, *s)
		}
	}
	return out
}

// ActOf returns the head of a payload that is about a request, the first
// submission excepted.
func ActOf(p Payload) (Act, bool) {
	switch p := p.(type) {
	case *Answer:
		return p.Act, true
	case *Approve:
		return p.Act, true
	case *Offer:
		return p.Act, true
	case *Accept:
		return p.Act, true
	case *Return:
		return p.Act, true
	case *Refuse:
		return p.Act, true
	case *Withdraw:
		return p.Act, true
	case *Suspend:
		return p.Act, true
	case *Resume:
		return p.Act, true
	case *Revoke:
		return p.Act, true
	case *Review:
		return p.Act, true
	case *Release:
		return p.Act, true
	case *Receipt:
		return p.Act, true
	case *DeliveryFailed:
		return p.Act, true
	case *LetterMissing:
		return p.Act, true
	case *LetterFound:
		return p.Act, true
	case *Delete:
		return p.Act, true
	case *DeletionReceipt:
		return p.Act, true
	case *Erase:
		return p.Act, true
	default:
		return Act{}, false
	}
}
