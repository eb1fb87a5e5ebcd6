package received

import (
	"time"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/page"
	"countersign/app/widgets"
	"countersign/assets"
)

func (s *Screen) matches(r desk.RequestRow) bool {
	return page.Matches(s.search, r.OtherTitle, page.Dataset(r), string(r.Code), r.Case)
}

// daysLeft is what is left of a retention, a day that has begun counted whole.
func (s *Screen) daysLeft(until desk.Time) int {
	left := until.Std().Sub(s.env.Clock())
	if left <= 0 {
		return 0
	}
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}

func (s *Screen) rowData(r desk.RequestRow) widgets.RowData {
	e := s.env
	d := widgets.RowData{Icon: page.AgencyIcon(r.Other), Unread: r.Unread && !r.Deleted, Title: page.Dataset(r), Meta: s.reference(r) + " · " + r.OtherTitle}
	switch {
	case r.Deleted:
		d.Chip = widgets.ChipData{Text: e.T("received.receipt_sent"), Tone: widgets.ToneApprove, Icon: assets.IconCheck}
		d.BarText, d.BarTone = e.T("received.deleted", i18n.P{"date": e.PlainDate(e.Local(r.Changed))}), widgets.ToneFaint
	case r.KeepUntil != 0 && r.KeepDays > 0:
		left := s.daysLeft(r.KeepUntil)
		d.Bar, d.BarTone, d.BarText = float32(left)/float32(r.KeepDays), retentionTone(left), e.N("time.days_left", left)
	default:
		d.BarText, d.BarTone = e.T("state."+string(r.State)), widgets.ToneFaint
	}
	return d
}

func retentionTone(left int) widgets.Tone {
	if left <= endingDays {
		return widgets.ToneWarn
	}
	return widgets.ToneAccent
}

// reference is the case number, or the request's number while the letter is not open here.
func (s *Screen) reference(r desk.RequestRow) string {
	if r.Case != "" {
		return r.Case
	}
	return s.env.T("evidence.request_number", i18n.P{"n": desk.CheckCode(r.ID)})
}
