package letter

import (
	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/widgets"
)

func eventTone(ev desk.Event) widgets.CustodyState {
	switch ev.Kind {
	case desk.KindApprove, desk.KindAccept, desk.KindReceipt, desk.KindDeletionReceipt:
		return widgets.CustodyGood
	case desk.KindRefuse, desk.KindRevoke, desk.KindDeliveryFailed:
		return widgets.CustodyBad
	}
	return widgets.CustodyPlain
}

// event is one line of a request's history; empty for what says nothing to a reader.
func (v *View) event(ev desk.Event) string {
	e, l := v.env, v.letter
	args := i18n.P{"reason": e.Code(ev.Code), "n": ev.Fields, "of": ev.Of, "agency": v.agency(ev.Agency), "who": v.agency(ev.Agency), "title": ""}
	visa := false
	if ev.Who != nil {
		args["who"], args["title"] = ev.Who.Name, ev.Who.Title
		visa = ev.Kind == desk.KindApprove && l.Row.DPO && onlyDPO(ev.Who.Roles)
	}
	switch ev.Kind {
	case desk.KindRequest:
		return e.T("letter.event_request", args)
	case desk.KindAnswer:
		return e.T("letter.event_answer", args)
	case desk.KindApprove:
		if visa {
			return e.T("letter.event_visa", args)
		}
		return e.T("letter.event_approve", args)
	case desk.KindOffer:
		return e.T("letter.event_offer", args)
	case desk.KindAccept:
		return e.T("letter.event_accept", args)
	case desk.KindReturn:
		return e.T("letter.event_return", args)
	case desk.KindRefuse:
		return e.T("letter.event_refuse", args)
	case desk.KindWithdraw:
		return e.T("letter.event_withdraw", args)
	case desk.KindSuspend:
		return e.T("letter.event_suspend", args)
	case desk.KindResume:
		return e.T("letter.event_resume", args)
	case desk.KindRevoke:
		return e.T("letter.event_revoke", args)
	case desk.KindReview:
		return e.T("letter.event_review", args)
	case desk.KindRelease:
		return e.T("letter.event_release", args)
	case desk.KindReceipt:
		return e.T("letter.event_receipt", args)
	case desk.KindDeliveryFailed:
		return e.T("letter.event_failed", args)
	case desk.KindLetterMissing:
		return e.T("letter.event_missing", args)
	case desk.KindLetterFound:
		return e.T("letter.event_found", args)
	case desk.KindDelete:
		return e.T("letter.event_delete", args)
	case desk.KindDeletionReceipt:
		return e.T("letter.event_deleted", args)
	case desk.KindErase:
		return e.T("letter.event_erase", args)
	}
	if ev.State == "" {
		return ""
	}
	return e.T("letter.event_state", i18n.P{"state": e.T("state." + string(ev.State))})
}

func onlyDPO(roles []desk.RoleGrant) bool {
	dpo := false
	for _, r := range roles {
		if r.Role == desk.RoleApprover {
			return false
		}
		dpo = dpo || r.Role == desk.RoleDPO
	}
	return dpo
}

func (v *View) agency(id desk.AgencyID) string {
	switch id {
	case v.letter.ProviderID:
		return v.letter.Provider
	case v.letter.RequesterID:
		return v.letter.Requester
	}
	return string(id)
}
