package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"countersign/assets"
)

func kitNetwork() fyne.CanvasObject {
	peers := []Peer{
		{ID: "police", Label: "Valmarine Police", Icon: assets.IconPolice, Keeper: true},
		{ID: "civil", Label: "Civil Registry", Icon: assets.IconCivil, Keeper: true},
		{ID: "health", Label: "Health Fund", Below: "away", Icon: assets.IconHealth, Keeper: true, Away: true},
		{ID: "tax", Label: "Tax Service", Below: "You", Icon: assets.IconTax, Keeper: true, Self: true},
		{ID: "pension", Label: "Pension Office", Icon: assets.IconPension},
		{ID: "schools", Label: "Schools Office", Icon: assets.IconSchools},
		{ID: "metro", Label: "Metro", Icon: assets.IconMetro},
	}
	links := []Link{
		{A: "tax", B: "police", Delay: "11 ms", Mine: true}, {A: "tax", B: "civil", Delay: "14 ms", Mine: true}, {A: "tax", B: "health"},
		{A: "tax", B: "metro", Delay: "6 ms", Mine: true}, {A: "police", B: "civil"}, {A: "police", B: "health"}, {A: "police", B: "pension"},
		{A: "civil", B: "health"}, {A: "civil", B: "pension"}, {A: "civil", B: "schools"}, {A: "health", B: "schools"}, {A: "health", B: "metro"},
	}
	head := PaddedCard(Row(20, NewIconTile(assets.IconOKCircle, ToneApprove).Sized(48), Grow(Column(2,
		NewText("3 of 4 online: decisions become final").Sub(), NewPara("3 keepers must be online, and 3 are. Health Fund is away. It will catch up by itself; its files wait.").In(Ink2))),
		Fixed(280, 0, NewQuorumMeter(4, 3, 3, "record keepers", "3 needed"))))
	cols := []TableColumn{{Title: "", Width: 20}, {Title: "Agency", Weight: 1}, {Title: "Role", Width: 60}, {Title: "Delay", Width: 60, Right: true}, {Title: "Block", Width: 54, Right: true}}
	rows := []fyne.CanvasObject{Layers(NewBox(Sunken).Rounded(7).TopOnly(), TableHead(16, cols)), Rule()}
	for _, p := range peers[:4] {
		ink := Ink
		if p.Away {
			ink = Ink3
		}
		rows = append(rows, Fixed(0, 38, TableCells(16, cols, NewGlyph(p.Icon, Ink2), NewText(p.Label).In(ink).Cut(), NewText("Keeper").Caption().In(Ink2), NewText("11 ms").In(Ink2).Right(), NewText("1,287").In(Ink2).Right())), Rule())
	}
	side := Column(16, Card(Pad(1, Column(0, rows...))), PaddedCard(Column(4, SectionHead("Health Fund is away", NewText("since 13:58").Caption().In(Ink2)),
		NewPara("It is 3 blocks behind. It will catch up by itself; its files wait.").In(Ink2), TopRow(16, NewLink("Duty desk 4410", nil).WithIcon(assets.IconPhone), NewLink("Show addresses", nil)))))
	return Pad(24, Column(16, head, Grow(Beside(16, Grow(NewPeerGraph("3 of 4 keepers are online", peers, links)), Fixed(392, 0, side)))))
}

func kitReceived() fyne.CanvasObject {
	table := NewDataTable([]TableColumn{{Title: "Year", Width: 70}, {Title: "declared_income", Weight: 1, Right: true}, {Title: "income_band", Weight: 1}, {Title: "employer_id", Weight: 2}}, [][]string{
		{"2021", "41,280 €", "D", "512 004 118 00023"}, {"2022", "44,900 €", "D", "512 004 118 00023"}, {"2023", "98,400 €", "F", "901 338 560 00017"}})
	table.SetCovered(false)
	covered := NewDataTable([]TableColumn{{Title: "Year", Width: 70}, {Title: "declared_income", Weight: 1, Right: true}, {Title: "income_band", Weight: 1}}, [][]string{{"2021", "41,280 €", "D"}, {"2022", "44,900 €", "D"}})
	bars := make([]Bar, 26)
	for i := range bars {
		bars[i] = Bar{Value: float32(38 + (i*37)%52)}
		if bars[i].Value > 80 {
			bars[i].Tone = ToneWarn
		}
	}
	bars[0].Label, bars[10].Label, bars[20].Label = "14:00", "14:10", "14:20"
	bars[25].Label, bars[25].Tone = "14:25", ToneAccent
	steps := Steps(Step{"Signed", "10:42:07", StepDone, ""}, Step{"Final", "0.21 s later", StepDone, ""}, Step{"Sealed", "for Police", StepDone, ""},
		Step{"Sending", "1.2/1.8 MB", StepNow, ""}, Step{"Check", "by Police", StepTodo, ""}, Step{"Receipt", "", StepTodo, ""})
	side := SideSteps(Step{"Invitation", "", StepDone, ""}, Step{"Check the words", "", StepNow, "2"}, Step{"Your key", "", StepTodo, "3"})
	choices := NewChoices([]Choice{{"More than the purpose needs", ""}, {"No basis for it", ""}, {"Cannot be given", "say why"}}, 0, nil)
	card := NewPressCard(Pad(20, Row(16, NewIconTile(assets.IconTicket, ToneAccent).Sized(44), Grow(Column(0, NewText("Join with an invitation").Sub(), NewPara("Your agency already uses Countersign. You have a file or a code from your administrator.").In(Ink2))), NewKeyCap("1"), NewGlyph(assets.IconChevRight, Ink2))), "Join", nil)
	card.Select(true)
	pin := NewPinEntry(nil)
	pin.SetText("1234")
	pin.SetError("This passphrase does not open the key.")
	left := Column(16, table, covered, NewThinBar(0.64, ToneAccent), steps, Row(12, NewText("Station").Bold(), NewChip("Live", ToneInfo).WithIcon(assets.IconBolt)),
		Fixed(0, 200, NewBarChart("71 %", 100, []string{"0", "25", "50", "75", "100 %"}, bars)))
	right := Column(16, card, choices, Labelled("Passphrase", "", pin), side, Skeleton(3), Row(8, NewAvatar("Hélène Arnaud").Toned(ToneAccent), NewAvatar("王小明"), StepNumber("1", "What do you need?", nil)))
	return Page(Pad(24, Columns(24, 0, []float32{700, 480}, left, right)))
}

func kitStates() fyne.CanvasObject {
	return Columns(16, 16, []float32{1, 1}, Fixed(0, 330, Card(EmptyState(assets.IconInbox, ToneApprove, "Nothing to sign", "Two requests wait for other people. You will be told when one comes.", NewButton(Outline, "Show waiting", nil)))),
		Fixed(0, 330, Card(EmptyState(assets.IconOffline, ToneWarn, "No connection", "You see the record as of 14:05. What you sign is kept here and sent later.", NewButton(Outline, "Try again", nil).WithIcon(assets.IconRotate), NewButton(Primary, "Work offline", nil)))))
}

func kitWords() fyne.CanvasObject {
	fr := NewPara("**Police de Valmarine** (**Brigade financière**) demande à **Impôts** : **Revenus déclarés** (TAX-INC-04), **2021–2023**, pour **une personne**. Finalité : **enquête pénale**.").In(Ink2)
	zh := NewPara("**瓦尔马林警察局金融犯罪科**因**刑事侦查**，向**税务局**请求**一人**在**2021–2023**的**申报收入**（TAX-INC-04）。发出后无法收回；召回即要求对方删除。Hélène Arnaud 已签。").In(Ink2)
	row := NewRequestRow()
	row.Set(RowData{Icon: assets.IconPolice, Unread: true, Title: "瓦尔马林警察局", Line: "申报收入，2021–2023", Meta: "VM-2026-0417 · 1 人", Chip: ChipData{"剩 4 小时", ToneRefuse, assets.IconBolt}, Pips: SignedOf(1, 2), PipText: "1/2"}, false)
	return Pad(24, Column(16, NewPara("La Police demande les revenus d’une personne").Heading(), fr, NewPara("警察局请求查询一人的申报收入").Heading(), zh,
		Fixed(344, RowHeight, row), Row(8, NewButton(DangerOutline, "Refuser", nil).WithKey("R"), NewButton(Affirm, "Approuver en partie", nil).WithIcon(assets.IconSign).WithKey("P"), NewButton(Affirm, "部分批准", nil).WithIcon(assets.IconSign).WithKey("P")),
		Wrap(8, 8, NewChip("Signature vérifiée", ToneApprove).WithIcon(assets.IconProof), NewChip("签名已核实", ToneApprove).WithIcon(assets.IconProof), NewChip("Hors L.141‑2", ToneWarn).WithIcon(assets.IconFlag), NewChip("计时暂停", ToneNeutral)),
		NewNote(ToneWarn, "**只差您的签名。** 一旦生效数据即发出，通常在一秒之内。")))
}

func TestKitMorePages(t *testing.T) {
	light := Look{Scheme: SchemeLight, ReduceMotion: true}
	for name, page := range map[string]func() fyne.CanvasObject{"network": kitNetwork, "received": kitReceived, "states": kitStates} {
		t.Run(name, func(t *testing.T) {
			w := kitWindow(t, light, fyne.NewSize(1280, 800), page)
			test.AssertRendersToImage(t, "kit-"+name+".png", w.Canvas())
		})
	}
	t.Run("network dark", func(t *testing.T) {
		w := kitWindow(t, Look{Scheme: SchemeDark, ReduceMotion: true}, fyne.NewSize(1280, 800), kitNetwork)
		test.AssertRendersToImage(t, "kit-network-dark.png", w.Canvas())
	})
	t.Run("languages", func(t *testing.T) {
		w := kitWindow(t, light, fyne.NewSize(720, 520), kitWords)
		test.AssertRendersToImage(t, "kit-languages.png", w.Canvas())
	})
	t.Run("double size", func(t *testing.T) {
		w := kitWindow(t, Look{Scheme: SchemeLight, Scale: 2, ReduceMotion: true}, fyne.NewSize(1280, 1000), func() fyne.CanvasObject { return kitLetter() })
		test.AssertRendersToImage(t, "kit-double.png", w.Canvas())
	})
	t.Run("dialog", func(t *testing.T) {
		w := kitWindow(t, light, fyne.NewSize(1280, 800), kitScreen)
		kitDialog(w).Show()
		test.AssertRendersToImage(t, "kit-dialog.png", w.Canvas())
	})
}

func kitDialog(w fyne.Window) *Dialog {
	said := Layers(NewBox(Sunken).Outlined(Line).Rounded(8), Beside(0, Fixed(3, 0, NewBox(Accent)), Grow(Pad(20, Column(6,
		NewPara("For the **Tax Service**, I approve sending **4 fields** of **Declared income, 2021–2023**, about **one person**, to the **Financial Crime Unit** of **Valmarine Police**.").Large(),
		KeyValue(112, "Sent", NewPara("**declared_income**, **income_band**, **employer_id**, **bank_account_refs**")),
		KeyValue(112, "Not sent", Row(8, NewText("spouse_id").Struck(), NewText("Reason: beyond L.141‑2, names a third person").In(Ink2))),
		KeyValue(112, "Kept", NewPara("180 days after delivery, then deleted with a receipt")),
		Rule(), Row(8, NewText("Check code").Caption().In(Ink2), NewText("417C 902E").Mono(), NewText("You find this code in Evidence.").Caption().In(Ink2)))))))
	pin := NewPinEntry(nil)
	pin.SetText("1234")
	key := Labelled("Signing key", "", Layers(NewBox(Bg).Outlined(Line).Rounded(6), Inset(4, 12, 4, 12, Column(0, NewText("Hélène Arnaud"), NewText("Key ending 7F3A · until 31 March 2027").Caption().In(Ink2)))))
	body := Column(16, said, Columns(16, 0, []float32{360, 200}, key, Labelled("Passphrase", "", pin)),
		NewNote(ToneWarn, "**Yours is the last signature needed.** The data leaves as soon as this is final, usually within a second. It cannot be unsent; a recall asks for deletion.").WithIcon(assets.IconSend))
	var d *Dialog
	d = NewDialog(w.Canvas(), DialogSpec{Title: "Sign: approve part", Right: "VM-2026-0417", Subtitle: "This is all that your signature will say.", Body: body, First: pin.Focus(),
		Foot: []fyne.CanvasObject{NewButton(Outline, "Cancel", func() { d.Close() }).WithKey("Esc"), Spring(), NewButton(Affirm, "Sign: approve 4 of 5 fields", nil).WithIcon(assets.IconSign).WithKey("Enter")}})
	return d
}
