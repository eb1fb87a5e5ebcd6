package widgets

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

// The kit pages show every part once. Their pictures are kept as masters, in
// both sets of colours, at double text size and with French and Chinese words.

func kitWindow(t *testing.T, look Look, size fyne.Size, build func() fyne.CanvasObject) fyne.Window {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(NewTheme(look))
	w := test.NewTempWindow(t, OnGround(Bg, build()))
	w.SetPadded(false)
	w.Resize(size)
	// The second pass lets what depends on the width settle, as the first frame does on a screen.
	w.Content().Refresh()
	return w
}

func swatch(token Token) fyne.CanvasObject {
	return Column(4, Fixed(0, 32, NewBox(token).Outlined(Line).Rounded(6)),
		Column(0, NewText(string(token)).Caption(), NewText(hex(theme.Color(token))).Caption().In(Ink3)))
}

func kitColours() fyne.CanvasObject {
	tokens := []Token{Rail, Bg, Surface, Sunken, Tile, Line, Control, Ink3, Ink2, Ink, Accent,
		AccentSoft, Approve, ApproveSoft, Refuse, RefuseSoft, Warn, WarnSoft, WarnSolid, Info, InfoSoft, DisabledBg}
	cells := make([]fyne.CanvasObject, len(tokens))
	for i, tok := range tokens {
		cells[i] = swatch(tok)
	}
	return Columns(8, 8, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, cells...)
}

func kitText() fyne.CanvasObject {
	marks := Row(16, tick(Blank), tick(Ticked), tick(Struck), tick(Mixed), NewRadio("", "", false, nil), NewRadio("", "", true, nil))
	tiles := Row(12, NewIconTile(assets.IconPolice, ToneNeutral).Sized(40), NewIconTile(assets.IconTax, ToneAccent).Sized(40),
		NewIconTile(assets.IconOKCircle, ToneApprove).Sized(40), NewIconTile(assets.IconXCircle, ToneRefuse).Sized(40),
		NewIconTile(assets.IconHourglass, ToneWarn).Sized(40), NewAvatar("Hélène Arnaud").Sized(40))
	return Column(8,
		NewText("Display 28").Display(), NewText("Heading 22").Heading(), NewText("Sub-heading 17").Sub(),
		NewPara("Text 14, **text bold 14**"), NewPara("Caption 12, **caption bold 12**").Caption().In(Ink2),
		NewText("Mono 13: 9f2c 41ab 0e77").Mono(), marks, NewPips("1 of 2 signed", SignedOf(1, 2)...),
		Row(0, Inset(0, 0, 0, 3, NewText("spouse_id").Struck())), tiles, CoverBars(52, 70))
}

func tick(m Mark) fyne.CanvasObject {
	c := NewCheck("", false, nil)
	c.SetMark(m)
	return c
}

func kitControls() (fyne.CanvasObject, fyne.Focusable) {
	focused := NewButton(Outline, "Focused", nil)
	bad := NewInput("")
	bad.SetText("2O26-06-18")
	bad.SetError("Write the date as 18 June 2026")
	field := NewInput("")
	field.SetText("A field")
	return Column(12,
		Row(8, NewButton(Primary, "Primary", nil), NewButton(Affirm, "Approve", nil).WithIcon(assets.IconSign).WithKey("A"), NewButton(Danger, "Revoke", nil)),
		Row(8, NewButton(Outline, "Secondary", nil), NewButton(DangerOutline, "Refuse", nil).WithKey("R"), NewButton(Ghost, "Quiet", nil)),
		Row(8, NewButton(Affirm, "Disabled", nil).Allow(false, "no field is ticked"), focused, NewButton(Outline, "Small", nil).Small(), NewLink("Compare", nil), NewLink("Reveal", nil).WithIcon(assets.IconEye)),
		NewSearchField("Search", "/", nil), field, bad,
		Row(0, NewSegmented([]Segment{{"To sign", "4"}, {"Waiting", "3"}, {"Decided", ""}}, 0, nil)),
		NewFilters([]Segment{{"All", ""}, {"Decisions", ""}, {"Refused attempts", "2"}}, 0, nil),
		Row(12, NewCheck("Check", true, nil), NewSwitch("Switch", true, nil), NewSwitch("Switch", false, nil), NewIconButton(assets.IconMore, "More", nil)),
	), focused
}

func kitNotes() fyne.CanvasObject {
	return Column(12,
		Wrap(8, 8, NewChip("6 days left", ToneNeutral), NewChip("2 days left", ToneWarn), NewChip("4 hours left", ToneRefuse).WithIcon(assets.IconBolt),
			NewChip("Signature verified", ToneApprove).WithIcon(assets.IconProof), NewChip("Sending", ToneInfo), NewChip("Beyond L.141-2", ToneWarn).WithIcon(assets.IconFlag),
			NewChip("Refused", ToneRefuse).WithIcon(assets.IconX), NewChip("Live", ToneInfo).WithIcon(assets.IconBolt)),
		NewNote(ToneInfo, "Information: one fact, no action."), NewNote(ToneApprove, "Verified: what was checked."),
		NewNote(ToneWarn, "**Care:** what will happen."), NewNote(ToneRefuse, "Stopped: what failed, what to do."),
		NewThinBar(0.64, ToneAccent), NewThinBar(1, ToneApprove).Thin(),
		SplitBar(8, Share{19, ToneApprove}, Share{15, ToneInfo}, Share{4, ToneNeutral}, Share{3, ToneRefuse}),
		NewQuorumMeter(4, 3, 3, "record keepers", "3 needed"), NewQuorumMeter(4, 2, 3, "record keepers", "3 needed"))
}

func kitIcons() fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, n := range assets.IconNames() {
		cells = append(cells, NewGlyph(n, Ink2))
	}
	return Wrap(19, 12, cells...)
}

func kitParts() (fyne.CanvasObject, fyne.Focusable) {
	controls, focus := kitControls()
	title := Row(12, NewLogo(32), NewText("Countersign parts").Heading(), Spring(), NewText("radius 6 / 8 / 12, two weights").In(Ink3))
	return Pad(24, Column(16, title, kitColours(), Rule(),
		Columns(32, 0, []float32{320, 436, 400}, kitText(), controls, kitNotes()), Rule(), kitIcons())), focus
}

func kitLetter() fyne.CanvasObject {
	sentence := NewPara("The **Financial Crime Unit** of **Valmarine Police** asks the **Tax Service** for **Declared income** (TAX-INC-04), years **2021–2023**, about **one person**, for a **criminal investigation**.").In(Ink2)
	from := Row(12, NewAvatar("Marco Vidal"), Column(0, Row(8, NewText("Marco Vidal").Bold(), NewChip("Signature verified", ToneApprove).WithIcon(assets.IconProof)),
		NewText("Inspector, Financial Crime Unit · Mon 8 June, 09:11").Caption().In(Ink3)))
	facts := Facts([]float32{190, 250, 190},
		Fact{Label: "Purpose", Value: "Criminal investigation", Below: "VM-2026-0417"},
		Fact{Label: "Legal basis", Value: "Fiscal Procedure Code L.141‑2", Act: TopRow(0, NewLink("Read", nil).Small())},
		Fact{Label: "Decide by", Value: "Thu 18 June 2026", Below: "6 working days left", Strong: true},
		Fact{Label: "Subject", Object: NewRedacted("Reveal", "Hide", nil), Below: "Looking is recorded"},
		Fact{Label: "They may keep it", Value: "180 days", Below: "then deleted, with a receipt"},
		Fact{Label: "Sent as", Value: "Sealed file", Below: "only the Police can open it"})
	within := "Within L.141‑2"
	fields := NewFieldTable([]Field{
		{Name: "declared_income", About: "Income declared, per year", Mark: Ticked, Within: within},
		{Name: "income_band", About: "Band A to H", Mark: Ticked, Within: within},
		{Name: "employer_id", About: "Employer’s registration number", Mark: Ticked, Within: within},
		{Name: "bank_account_refs", About: "Bank accounts on file", Mark: Ticked, Within: within, Chips: []ChipData{{Text: "Sensitive"}}},
		{Name: "spouse_id", About: "Names a third person. Struck by Okafor.", Mark: Struck, Locked: true, Chips: []ChipData{{Text: "Beyond L.141‑2", Tone: ToneWarn, Icon: assets.IconFlag}}},
	}, Struck, func(int, Mark) {})
	history := Custody(CustodyRow(CustodyPlain, "8 June, 09:12", "Sent and signed by Marco Vidal"),
		CustodyRow(CustodyGood, "9 June, 16:40", "Tomás Okafor, Legal counsel, signed: 4 of 5 fields"),
		CustodyRow(CustodyNow, "Now", "**Waits for you** or Ingrid Bauer, Data protection officer"))
	bar := Row(8, NewButton(DangerOutline, "Refuse", nil).WithKey("R"), NewButton(Outline, "Return", nil).WithIcon(assets.IconBack).WithKey("B"), Spring(),
		NewButton(Affirm, "Approve & sign", nil).WithKey("A").Allow(false, "A field is struck"), NewButton(Affirm, "Approve part", nil).WithIcon(assets.IconSign).WithKey("P"))
	page := Inset(20, 32, 16, 32, Column(12, Column(4, NewPara("Police ask for declared income about one person").Heading(), sentence), from, Rule(), facts,
		Column(6, SectionHead("Fields asked for", NewText("4 ticked, 1 struck").Caption().In(Ink2)), fields),
		Column(6, SectionHead("History", NewPips("1 of 2 signatures; 3 people may sign", SignedOf(1, 2)...)), history)))
	return OnGround(Surface, Column(0, Grow(Page(page)), Rule(), Inset(10, 24, 12, 32, bar)))
}

func kitRail() fyne.CanvasObject {
	inbox := NewNavItem(assets.IconInbox, "Inbox", nil)
	inbox.Select(true)
	inbox.SetBadge("4")
	received := NewNavItem(assets.IconDownload, "Received", nil)
	received.SetBadge("2")
	return Fixed(200, 0, OnGround(Rail, Inset(16, 12, 12, 12, Column(2, Inset(0, 0, 16, 4, Row(10, NewLogo(28), NewText("Countersign").Sub())),
		inbox, NewNavItem(assets.IconSend, "My requests", nil), NewNavItem(assets.IconLayers, "Case files", nil), received, Inset(8, 10, 8, 10, Rule()),
		NewNavItem(assets.IconBook, "Catalogue", nil), NewNavItem(assets.IconProof, "Evidence", nil), Spring()))))
}

func kitList() fyne.CanvasObject {
	l := NewRequestList(0, nil)
	l.SetRows([]RowData{
		{Icon: assets.IconPolice, Unread: true, Title: "Valmarine Police", Line: "Last known address", Meta: "VM-2026-0433 · 1 person", Chip: ChipData{"4 hours left", ToneRefuse, assets.IconBolt}, Pips: SignedOf(1, 2), PipText: "1/2"},
		{Icon: assets.IconHealth, Title: "Health Fund", Line: "Income band, 2025", Meta: "HF-CMU-2071 · 38 people", Chip: ChipData{"2 days left", ToneWarn, ""}, Pips: SignedOf(0, 2), PipText: "0/2"},
		{Icon: assets.IconPolice, Title: "Valmarine Police", Line: "Declared income, 2021–2023", Meta: "VM-2026-0417 · 1 person", Chip: ChipData{"6 days left", ToneNeutral, ""}, Pips: SignedOf(1, 2), PipText: "1/2"},
		{Icon: assets.IconPension, Unread: true, Title: "Pension Office with a very long name", Line: "Declared income of everybody whose pension starts", Meta: "PO-26-1188 · 214 people", Chip: ChipData{"8 days left", ToneNeutral, ""}, Pips: SignedOf(0, 2), PipText: "0/2"},
		{Header: "Waiting for others"},
		{Icon: assets.IconSchools, Title: "Schools Office", Line: "Household size", Meta: "Returned: period missing", Chip: ChipData{"Clock paused", ToneNeutral, ""}},
		{Icon: assets.IconTax, Title: "Last known address", Meta: "VM-2026-0344 · Tax Service", Bar: 0.08, BarTone: ToneWarn, BarText: "8 days left"},
	}, 2)
	return Fixed(344, 0, l)
}

func kitScreen() fyne.CanvasObject {
	return Beside(0, kitRail(), UpRule(), kitList(), UpRule(), Grow(kitLetter()))
}

func TestKitPages(t *testing.T) {
	for _, dark := range []bool{false, true} {
		look, name := Look{Scheme: SchemeLight, ReduceMotion: true}, "light"
		if dark {
			look, name = Look{Scheme: SchemeDark, ReduceMotion: true}, "dark"
		}
		t.Run("parts "+name, func(t *testing.T) {
			var focus fyne.Focusable
			w := kitWindow(t, look, fyne.NewSize(1280, 860), func() fyne.CanvasObject {
				o, f := kitParts()
				focus = f
				return o
			})
			w.Canvas().Focus(focus)
			test.AssertRendersToImage(t, fmt.Sprintf("kit-parts-%s.png", name), w.Canvas())
		})
		t.Run("letter "+name, func(t *testing.T) {
			w := kitWindow(t, look, fyne.NewSize(1280, 800), kitScreen)
			test.AssertRendersToImage(t, fmt.Sprintf("kit-letter-%s.png", name), w.Canvas())
		})
	}
}
