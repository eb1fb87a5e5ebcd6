package evidence

import (
	"strings"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

// title is what an entry is, in words.
func (s *Screen) title(r *desk.RecordRow) string {
	e := s.env
	switch {
	case r.Code != desk.Accepted:
		return e.T("evidence.refused_attempt")
	case r.Partial:
		return e.T("entry.approve_part")
	}
	return e.Or("entry."+r.Kind, r.Kind)
}

// reference is a request's case number, for its parties, else its number.
func (s *Screen) reference(r *desk.RecordRow) string {
	switch {
	case r.Case != "":
		return r.Case
	case r.Request == (desk.EntryID{}):
		return ""
	}
	return s.env.T("evidence.request_number", i18n.P{"n": desk.CheckCode(r.Request)})
}

// about is who acted and on what, in one line.
func (s *Screen) about(r *desk.RecordRow) string {
	e := s.env
	who := r.AgencyTitle
	if r.Who != nil {
		who = page.Initial(r.Who.Name) + ", " + r.AgencyTitle
	}
	if r.Kind == "request" && r.Code == desk.Accepted && r.Provider != "" {
		who = e.T("evidence.asks", i18n.P{"asker": r.Asker, "provider": r.Provider})
	}
	parts := []string{who}
	if r.Code != desk.Accepted {
		parts = []string{who, e.Or("entry."+r.Kind, r.Kind)}
	}
	if ref := s.reference(r); ref != "" {
		parts = append(parts, ref)
	}
	return strings.Join(parts, " · ")
}

func (s *Screen) row(r *desk.RecordRow) widgets.RowData {
	d := widgets.RowData{Timeline: true, Icon: icon(r), Title: s.title(r), Meta: s.about(r), Tone: tone(r)}
	if r.Code != desk.Accepted {
		d.Chip = widgets.ChipData{Text: s.env.T("result.not_counted"), Tone: widgets.ToneRefuse, Icon: assets.IconX}
	}
	return d
}

// tone is the colour of an entry's sign: agreement and receipts are told from the
// rest, and what did not count from both.
func tone(r *desk.RecordRow) widgets.Tone {
	if r.Code != desk.Accepted {
		return widgets.ToneRefuse
	}
	switch r.Kind {
	case "approve", "accept", "receipt", "deletion-receipt":
		return widgets.ToneApprove
	}
	return widgets.ToneNeutral
}

// icon is the sign of an entry.
func icon(r *desk.RecordRow) assets.IconName {
	if r.Code != desk.Accepted {
		return assets.IconXCircle
	}
	switch r.Kind {
	case "request", "answer", "release":
		return assets.IconSend
	case "approve", "offer", "accept", "review", "second":
		return assets.IconSign
	case "return":
		return assets.IconBack
	case "refuse", "withdraw", "revoke", "delivery-failed":
		return assets.IconX
	case "receipt", "deletion-receipt":
		return assets.IconFileCheck
	case "delete", "erase":
		return assets.IconTrash
	case "suspend", "suspend-key":
		return assets.IconPause
	case "resume":
		return assets.IconPlay
	case "enrol":
		return assets.IconUser
	case "rotate", "restore", "revoke-key":
		return assets.IconKey
	case "node", "node-remove", "node-identity", "office", "keeper-ready":
		return assets.IconMonitor
	case "motion", "vote", "leave":
		return assets.IconUsers
	case "dataset", "sheet":
		return assets.IconBook
	case "basis":
		return assets.IconScale
	case "calendar", "tick", "letter-missing", "letter-found":
		return assets.IconClock
	}
	return assets.IconFile
}
