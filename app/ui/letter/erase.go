package letter

import (
	"strings"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/signing"
	"countersign/app/widgets"
	"countersign/assets"
)

// erasure is the banner of a letter of which a party has erased its copies, or
// whose retention is over; nil for any other.
func (v *View) erasure() fyne.CanvasObject {
	e, l := v.env, v.letter
	var words []string
	ours := false
	for _, x := range l.Erasures {
		args := i18n.P{"who": x.Who.Name, "agency": x.Title, "date": e.Date(e.Local(x.At)), "reason": e.Code(x.Code)}
		if !x.Ours {
			words = append(words, e.T("letter.erased_other", args))
			continue
		}
		ours = true
		words = append([]string{e.T("letter.erased_text", args), v.erasedHere()}, words...)
	}
	title := ""
	switch l.LetterState {
	case desk.LetterErased:
		if title = e.T("letter.erased_title"); !ours {
			title, words = e.T("letter.kept_over_title"), append([]string{e.T("letter.kept_over_text")}, words...)
		}
	case desk.LetterAway:
		if len(words) > 0 {
			title, words = e.T("letter.away_title"), append(words, e.T("letter.erased_never"))
		}
	default:
		if len(words) > 0 {
			words = append(words, e.T("letter.erased_yours"))
		}
	}
	if len(words) == 0 {
		return nil
	}
	if title != "" {
		title = "**" + title + ".** "
	}
	return widgets.NewNote(widgets.ToneInfo, title+strings.Join(words, " ")).WithIcon(assets.IconTrash)
}

// erasedHere says whether the order has been carried out on this computer.
func (v *View) erasedHere() string {
	e := v.env
	if at := v.letter.ErasedHere.At; at != 0 {
		return e.T("letter.erased_done", i18n.P{"date": e.DateTime(e.Local(at))})
	}
	return e.T("letter.erased_due")
}

// mayErase tells whether the reader may have their agency's copies erased now.
func (v *View) mayErase() bool { return v.letter.Can.Erase == desk.Accepted }

// erase asks why, and for the signature.
func (v *View) erase() {
	l := v.letter
	other := l.Requester
	if v.mine {
		other = l.Provider
	}
	signing.Erase(v.env, v.desk, l, other, v.acts.Signed)
}
