package widgets

// Tone is the mood of a part: which pair of soft ground and ink it takes. A tone
// never speaks alone: a word or an icon goes with it.
type Tone int

// The tones.
const (
	ToneNeutral Tone = iota
	ToneAccent
	ToneInfo
	ToneApprove
	ToneWarn
	ToneRefuse
	ToneFaint // neutral on no ground
)

func (t Tone) soft() (ground, ink Token) {
	switch t {
	case ToneAccent:
		return AccentSoft, Accent
	case ToneInfo:
		return InfoSoft, Info
	case ToneApprove:
		return ApproveSoft, Approve
	case ToneWarn:
		return WarnSoft, Warn
	case ToneRefuse:
		return RefuseSoft, Refuse
	case ToneFaint:
		return Clear, Ink3
	}
	return Tile, Ink2
}

// solid is the colour of bars and marks.
func (t Tone) solid() Token {
	switch t {
	case ToneInfo:
		return Info
	case ToneApprove:
		return Approve
	case ToneWarn:
		return WarnSolid
	case ToneRefuse:
		return Refuse
	case ToneNeutral:
		return Control
	case ToneFaint:
		return Tile
	}
	return Accent
}
