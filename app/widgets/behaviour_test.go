package widgets

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"countersign/assets"
)

func window(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	return kitWindow(t, Look{Scheme: SchemeLight, ReduceMotion: true}, fyne.NewSize(640, 480), func() fyne.CanvasObject { return o })
}

func key(c fyne.Canvas, name fyne.KeyName) {
	if f := c.Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
	} else if h := c.OnTypedKey(); h != nil {
		h(&fyne.KeyEvent{Name: name})
	}
}

func TestSpaceAndEnterPressAFocusedButton(t *testing.T) {
	pressed := 0
	b := NewButton(Primary, "Unlock", func() { pressed++ })
	w := window(t, b)
	w.Canvas().Focus(b)
	key(w.Canvas(), fyne.KeySpace)
	key(w.Canvas(), fyne.KeyReturn)
	test.Tap(b)
	if pressed != 3 {
		t.Errorf("pressed %d times, want 3", pressed)
	}
}

func TestAButtonThatIsOffSaysWhyAndTakesNoFocus(t *testing.T) {
	why := ""
	b := NewButton(Affirm, "Approve", func() { t.Error("a button that is off acted") }).Allow(false, "No field is ticked").OnWhy(func(r string) { why = r })
	other := NewButton(Outline, "Return", nil)
	w := window(t, Row(8, b, other))
	test.Tap(b)
	if why != "No field is ticked" {
		t.Errorf("reason given: %q", why)
	}
	if !strings.Contains(b.AccessibilityLabel(), "No field is ticked") {
		t.Errorf("label without the reason: %q", b.AccessibilityLabel())
	}
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != fyne.Focusable(other) {
		t.Error("the focus did not pass over the button that is off")
	}
}

func TestKeysThatAPartDoesNotUseReachTheWindow(t *testing.T) {
	b := NewButton(Outline, "Return", nil)
	w := window(t, b)
	var runes []rune
	var keys []fyne.KeyName
	w.Canvas().SetOnTypedRune(func(r rune) { runes = append(runes, r) })
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { keys = append(keys, e.Name) })
	w.Canvas().Focus(b)
	b.TypedRune('a')
	b.TypedRune(' ')
	key(w.Canvas(), fyne.KeyEscape)
	if string(runes) != "a" || len(keys) != 1 || keys[0] != fyne.KeyEscape {
		t.Errorf("runes %q, keys %v", string(runes), keys)
	}
}

func TestTheFocusRingShowsForKeysAndNotForThePointer(t *testing.T) {
	b := NewButton(Outline, "Return", nil)
	w := window(t, b)
	b.MouseIn(&desktop.MouseEvent{})
	w.Canvas().Focus(b)
	if !b.quiet {
		t.Error("a click shows the ring")
	}
	key(w.Canvas(), fyne.KeyTab)
	if b.quiet {
		t.Error("a key does not show the ring")
	}
}

func TestFieldTableAsksForTheOtherMark(t *testing.T) {
	var asked []Mark
	table := NewFieldTable([]Field{{Name: "declared_income", Mark: Ticked}, {Name: "spouse_id", Mark: Struck}, {Name: "employer_id", Mark: Struck, Locked: true}}, Struck,
		func(i int, want Mark) { asked = append(asked, want) })
	w := window(t, table)
	w.Canvas().Focus(table.Row(0))
	key(w.Canvas(), fyne.KeySpace)
	key(w.Canvas(), fyne.KeyDown)
	key(w.Canvas(), fyne.KeySpace)
	key(w.Canvas(), fyne.KeyDown)
	key(w.Canvas(), fyne.KeySpace) // locked: nothing
	if len(asked) != 2 || asked[0] != Struck || asked[1] != Ticked {
		t.Errorf("asked for %v, want struck then ticked", asked)
	}
	if m := table.Marks(); m[0] != Ticked || m[1] != Struck {
		t.Errorf("marks changed by themselves: %v", m)
	}
	table.SetMark(1, Ticked)
	if table.Marks()[1] != Ticked {
		t.Error("SetMark did not change the mark")
	}
}

func TestSegmentsMoveWithArrowsAndTaps(t *testing.T) {
	var picked []int
	s := NewSegmented([]Segment{{"To sign", "4"}, {"Waiting", "2"}, {"Decided", ""}}, 0, func(i int) { picked = append(picked, i) })
	w := window(t, s)
	w.Canvas().Focus(s)
	key(w.Canvas(), fyne.KeyRight)
	key(w.Canvas(), fyne.KeyRight)
	key(w.Canvas(), fyne.KeyRight) // at the end
	key(w.Canvas(), fyne.KeyLeft)
	test.TapAt(s, fyne.NewPos(5, 5))
	if len(picked) != 4 || picked[3] != 0 || s.Selected() != 0 {
		t.Errorf("picked %v", picked)
	}
}

func TestChoicesMoveWithArrows(t *testing.T) {
	picked := -1
	c := NewChoices([]Choice{{"a", ""}, {"b", ""}, {"c", ""}}, -1, func(i int) { picked = i })
	w := window(t, c)
	w.Canvas().Focus(c.First())
	key(w.Canvas(), fyne.KeyDown)
	key(w.Canvas(), fyne.KeyDown)
	if picked != 2 || c.Selected() != 2 {
		t.Errorf("picked %d", picked)
	}
}

func TestRedactedShowsAValueOnlyWhenItIsHandedOver(t *testing.T) {
	var hand func(string)
	r := NewRedacted("Reveal", "Hide", func(done func(string)) { hand = done })
	window(t, r)
	r.Press()
	if r.Shown() || r.value.String() != "" {
		t.Fatal("shown before the look was recorded")
	}
	hand("1 84 07 75 001")
	if !r.Shown() || r.value.String() != "1 84 07 75 001" {
		t.Error("the value is not shown")
	}
	r.Press()
	if r.Shown() || r.value.String() != "" {
		t.Error("covering leaves the value in the widget")
	}
}

func TestDialogKeepsTheFocusAndGivesItBack(t *testing.T) {
	behind := NewButton(Outline, "Approve", nil)
	w := window(t, behind)
	passed := 0
	w.Canvas().SetOnTypedRune(func(rune) { passed++ })
	w.Canvas().Focus(behind)
	pin := NewPinEntry(nil)
	cancel := NewButton(Outline, "Cancel", nil)
	closed := false
	d := NewDialog(w.Canvas(), DialogSpec{Title: "Sign", Body: pin, First: pin.Focus(), Foot: []fyne.CanvasObject{cancel}}).OnClosed(func() { closed = true })
	d.Show()
	if w.Canvas().Focused() != pin.Focus() {
		t.Fatal("the first field has not got the focus")
	}
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != fyne.Focusable(cancel) {
		t.Error("Tab does not reach the button")
	}
	cancel.TypedRune('a')
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != pin.Focus() {
		t.Error("Tab leaves the dialog")
	}
	if passed != 0 {
		t.Error("a single key reached the window behind the dialog")
	}
	key(w.Canvas(), fyne.KeyEscape)
	if d.Open() || !closed {
		t.Error("Escape did not close the dialog")
	}
	if w.Canvas().Focused() != fyne.Focusable(behind) {
		t.Error("the focus did not come back")
	}
	behind.TypedRune('a')
	if passed != 1 {
		t.Error("the window's keys did not come back")
	}
}

func TestTheFocusIsScrolledTo(t *testing.T) {
	var rows []fyne.CanvasObject
	for range 40 {
		rows = append(rows, NewText("a line"))
	}
	first, last, pin := NewButton(Outline, "First", nil), NewButton(Outline, "Last", nil), NewPinEntry(nil).Tall()
	rows = append(append([]fyne.CanvasObject{first}, rows...), pin, last)
	page := Page(Column(0, rows...))
	scroll := page.Objects[0].(*container.Scroll)
	w := window(t, page)
	for _, o := range []fyne.Focusable{last, first, pin.Focus(), last} {
		w.Canvas().Focus(o)
		at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(o.(fyne.CanvasObject)), o.(fyne.CanvasObject).Size()
		if at.Y < 0 || at.Y+size.Height > scroll.Size().Height+1 {
			t.Errorf("%T has the focus at %v, outside of a page of %v", o, at, scroll.Size())
		}
	}

	input := NewInput("")
	d := NewDialog(w.Canvas(), DialogSpec{Title: "Sign", Body: Column(0, append(rows[1:30:30], input)...), First: input.Focus()})
	d.Show()
	inner := d.scroll.Objects[0].(*container.Scroll)
	if inner.Offset.Y != 0 {
		t.Errorf("a dialog opens scrolled by %v", inner.Offset.Y)
	}
	input.Focus().TypedRune('x')
	if inner.Offset.Y == 0 {
		t.Error("what is typed cannot be seen")
	}
}

func TestDialogFitsASmallWindow(t *testing.T) {
	w := window(t, NewText("behind"))
	w.Resize(fyne.NewSize(360, 240))
	long := NewPara(strings.Repeat("What happened, what is safe, what to do. ", 60))
	d := NewDialog(w.Canvas(), DialogSpec{Title: "A long one", Body: long, Foot: []fyne.CanvasObject{NewButton(Outline, "Close", nil)}})
	d.Show()
	panel := test.WidgetRenderer(d).Objects()[1]
	if s := panel.Size(); s.Width > 360 || s.Height > 240 {
		t.Errorf("the dialog is %v in a window of 360 by 240", s)
	}
}

func TestListStepsOverHeadings(t *testing.T) {
	var chosen []int
	l := NewRequestList(0, func(i int) { chosen = append(chosen, i) })
	window(t, l)
	l.SetRows([]RowData{{Header: "To sign"}, {Title: "a"}, {Header: "Waiting"}, {Title: "b"}}, -1)
	for range 3 {
		l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if len(chosen) != 3 || chosen[0] != 1 || chosen[1] != 3 || chosen[2] != 1 {
		t.Errorf("chosen %v, want 1, 3, 1", chosen)
	}
}

func TestParagraphsWrapAndKeepPunctuation(t *testing.T) {
	a := NewPara("The **Tax Service**, and nobody else, decides.")
	window(t, a)
	one, narrow := a.HeightFor(2000), a.HeightFor(120)
	if narrow <= one {
		t.Errorf("height %v at 120, %v at 2000", narrow, one)
	}
	p := paintFor(a)
	for _, line := range a.lines(p, 120) {
		if s := strings.TrimSpace(line[0].text); strings.HasPrefix(s, ",") || strings.HasPrefix(s, ".") {
			t.Errorf("a line begins with punctuation: %q", s)
		}
	}
	zh := NewPara("发出后无法收回；召回即要求对方删除。签名在（税务局）保存。")
	for width := float32(30); width < 200; width += 7 {
		for _, line := range zh.lines(p, width) {
			r := []rune(line[0].text)[0]
			if strings.ContainsRune("，。；）", r) {
				t.Errorf("at %v a line begins with %c", width, r)
			}
		}
	}
}

func TestEveryTokenHasBothColoursAndTheToolkitIsCovered(t *testing.T) {
	th := NewTheme(Look{})
	for token := range shades() {
		if th.Color(token, theme.VariantLight) == nil || th.Color(token, theme.VariantDark) == nil {
			t.Errorf("token %s has no colour", token)
		}
	}
	for name, token := range toolkitNames() {
		if _, ok := shades()[token]; !ok {
			t.Errorf("%s stands for %s, which does not exist", name, token)
		}
	}
}

func TestLookChangesWhatIsShown(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(NewTheme(Look{Scheme: SchemeLight}))
	g, text := NewGlyph(assets.IconInbox, Accent), NewText("Inbox")
	w := test.NewTempWindow(t, Row(8, g, text))
	light, small := w.Canvas().Capture(), text.MinSize()
	a.Settings().SetTheme(NewTheme(Look{Scheme: SchemeDark, Scale: 2}))
	if now := text.MinSize(); now.Height < small.Height*1.9 {
		t.Errorf("text of %v at double size, %v before", now, small)
	}
	if hex(theme.Color(Accent)) != "#AEB8FF" {
		t.Errorf("accent is %s in the dark", hex(theme.Color(Accent)))
	}
	if dark := w.Canvas().Capture(); dark.At(2, 2) == light.At(2, 2) {
		t.Error("the window was not painted anew")
	}
}

func TestContrastOfText(t *testing.T) {
	th := NewTheme(Look{})
	pairs := [][2]Token{{Ink, Bg}, {Ink2, Bg}, {Ink3, Bg}, {Ink3, Tile}, {Ink2, Tile}, {Accent, AccentSoft}, {Approve, ApproveSoft}, {Refuse, RefuseSoft}, {Warn, WarnSoft},
		{Info, InfoSoft}, {OnAccent, Accent}, {OnApprove, Approve}, {OnRefuse, Refuse}, {Ink, Surface}, {Ink2, Rail}, {Accent, Surface}, {Refuse, Surface}}
	for _, v := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		for _, p := range pairs {
			if c := contrast(th.Color(p[0], v), th.Color(p[1], v)); c < 4.5 {
				t.Errorf("variant %d: %s on %s has a contrast of %.2f", v, p[0], p[1], c)
			}
		}
	}
}

func TestToastsGoAway(t *testing.T) {
	toasts := NewToasts(300 * time.Millisecond)
	window(t, Layers(NewText("content"), toasts))
	toasts.Say(ToneApprove, "Copied")
	if toasts.Said() != "Copied" {
		t.Fatal("nothing is said")
	}
	deadline := time.Now().Add(5 * time.Second)
	for gone := false; !gone; {
		if time.Now().After(deadline) {
			t.Fatal("it is still said after five seconds")
		}
		fyne.DoAndWait(func() { gone = toasts.Said() == "" })
	}
}

func TestAnOfferIsTakenOnce(t *testing.T) {
	toasts, taken := NewToasts(time.Minute), 0
	w := window(t, Layers(NewText("content"), toasts))
	toasts.Offer("Renamed", "Undo", "Ctrl Z", func() { taken++ })
	if toasts.Said() != "Renamed" || !toasts.act.Visible() {
		t.Fatal("nothing is offered")
	}
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != toasts.act {
		t.Fatal("the keyboard does not reach the offer")
	}
	toasts.act.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if taken != 1 || toasts.Said() != "" || toasts.act.Visible() {
		t.Errorf("taken %d times, still says %q", taken, toasts.Said())
	}
	toasts.Offer("Renamed", "Undo", "Ctrl Z", func() { taken++ })
	if toasts.Say(ToneNeutral, "Copied"); toasts.act.Visible() {
		t.Error("a later word still offers it")
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Hélène Arnaud": "HA", "Marco Vidal": "MV", "Jean-Luc Petit": "JP", "王小明": "小明", "Cher": "C", "": ""} {
		if got := Initials(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestPageAsTextLeavesCoveredValuesOut(t *testing.T) {
	r := NewRedacted("Reveal", "Hide", func(done func(string)) { done("1 84 07 75 001") })
	table := NewDataTable([]TableColumn{{Title: "Year"}, {Title: "declared_income"}}, [][]string{{"2021", "41,280"}})
	page := Page(Column(0, NewPara("The **Tax Service** decides."), NewPressRow(NewText("A row"), "", nil), r, table))
	window(t, page)
	text := PageText(page)
	for _, want := range []string{"The Tax Service decides.", "A row", "Reveal", "declared_income"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	for _, covered := range []string{"1 84 07", "41,280"} {
		if strings.Contains(text, covered) {
			t.Errorf("the text gives away %q", covered)
		}
	}
	r.Press()
	table.SetCovered(false)
	if text = PageText(page); !strings.Contains(text, "1 84 07 75 001") || !strings.Contains(text, "41,280") {
		t.Errorf("what is shown is not in the text:\n%s", text)
	}
}

func TestPartsSpeak(t *testing.T) {
	row := NewRequestRow()
	row.Set(RowData{Title: "a"}, false)
	for _, o := range []fyne.CanvasObject{NewText("a"), NewPara("a"), NewChip("a", ToneWarn), NewKeyCap("A"), NewPips("1/2"), NewAvatar("A B"), NewButton(Outline, "a", nil),
		NewIconButton(assets.IconMore, "More", nil), NewCheck("a", true, nil), NewSwitch("a", true, nil), NewRadio("a", "", true, nil), NewNavItem(assets.IconInbox, "Inbox", nil),
		NewSegmented([]Segment{{"a", ""}}, 0, nil), NewFieldRow(Field{Name: "a"}, nil), NewNote(ToneInfo, "a"), NewThinBar(0.5, ToneAccent), NewQuorumMeter(4, 3, 3, "a", "b"),
		NewPeerGraph("a", nil, nil), NewBarChart("a", 1, nil, nil), row, NewLogo(20), NewPressRow(NewText("a"), "a", nil)} {
		a, ok := o.(fyne.Accessible)
		if !ok || a.AccessibilityLabel() == "" {
			t.Errorf("%T says nothing", o)
		}
	}
}
