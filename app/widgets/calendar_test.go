package widgets

import (
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

var calendarWords = CalendarWords{Month: func(t time.Time) string { return t.Format("January 2006") }, Day: func(t time.Time) string { return t.Format(time.DateOnly) },
	Heads: [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}}

// A calendar never leads past its last day, and a month on from the 31st is the
// last day of a shorter month.
func TestCalendarKeys(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme(Look{ReduceMotion: true}))
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	for i, c := range []struct {
		from time.Time
		keys []fyne.KeyName
		want time.Time
	}{
		{day(6, 11), []fyne.KeyName{fyne.KeyLeft}, day(6, 10)},
		{day(6, 11), []fyne.KeyName{fyne.KeyRight}, day(6, 11)},
		{day(6, 11), []fyne.KeyName{fyne.KeyUp, fyne.KeyUp}, day(5, 28)},
		{day(6, 9), []fyne.KeyName{fyne.KeyDown}, day(6, 11)},
		{day(3, 31), []fyne.KeyName{fyne.KeyPageUp}, day(2, 28)},
		{day(5, 31), []fyne.KeyName{fyne.KeyPageDown}, day(6, 11)},
		{day(12, 1), nil, day(6, 11)},
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			var took time.Time
			cal := NewCalendar(calendarWords, c.from, day(6, 11).Add(10*time.Hour), func(d time.Time) { took = d })
			for _, k := range append(c.keys, fyne.KeyReturn) {
				cal.Focus().TypedKey(&fyne.KeyEvent{Name: k})
			}
			if !took.Equal(c.want) || !cal.Day().Equal(c.want) {
				t.Fatalf("took %v, stands on %v, want %v", took, cal.Day(), c.want)
			}
		})
	}
}

// A click takes the day below the pointer, in the right column of its week.
func TestCalendarTakesWhatIsPointedAt(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(NewTheme(Look{ReduceMotion: true}))
	var took []string
	cal := NewCalendar(calendarWords, time.Date(2026, 6, 11, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 11, 0, 0, 0, 0, time.UTC), func(d time.Time) { took = append(took, d.Format(time.DateOnly)) })
	win := test.NewTempWindow(t, cal)
	win.Resize(fyne.NewSize(300, 300))
	grid := cal.days
	w, h := grid.Size().Width/7, float32(calendarLine)*unit()
	tap := func(col, line float32) {
		grid.Tapped(&fyne.PointEvent{Position: fyne.NewPos((col+0.5)*w, (line+0.5)*h)})
	}
	tap(0, 0) // a head
	tap(4, 2) // Friday 12 June has not come
	tap(0, 1) // Monday 1 June
	tap(3, 2) // Thursday 11 June
	if len(took) != 2 || took[0] != "2026-06-01" || took[1] != "2026-06-11" {
		t.Fatalf("took %v", took)
	}
}
