package evidence_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/evidence"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

// found answers a search at once with some of the rows.
func found(at desk.RecordFound, which ...int) func(context.Context, desk.RecordSearch, func(desk.RecordFound)) (desk.RecordFound, error) {
	return func(_ context.Context, _ desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error) {
		part := at
		for _, i := range which {
			r := rows()[i]
			r.Position = uint64(1000 - i)
			part.Rows = append(part.Rows, r)
		}
		tell(part)
		return at, nil
	}
}

// ends waits for the end of a search's time.
func ends(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(10 * time.Second):
		return false
	}
}

// What is typed is looked for in the whole record, in the reader's own words.
func TestTypingLooksThroughTheWholeRecord(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), new(fake)
	f.find = found(desk.RecordFound{Looked: 900_000}, 2, 0)
	s.Show(evidence.New(s.Env, f), page.Place{})
	uitest.Fill(t, s, 0, "attempt role 1,284 part 2026-06-01..2026-06-08")
	q := f.seeks[len(f.seeks)-1]
	var texts []string
	for _, w := range q.Words {
		texts = append(texts, w.Text)
	}
	if !slices.Equal(texts, []string{"attempt", "role", "1,284", "part"}) || !q.Words[0].NotCounted || q.Words[1].NotCounted || !q.Words[3].Partial {
		t.Errorf("words %+v", q.Words)
	}
	if !slices.Contains(q.Words[1].Codes, "missing-role") || len(q.Words[3].Kinds) != 0 {
		t.Errorf("role means %v, part %v", q.Words[1].Codes, q.Words[3].Kinds)
	}
	if !q.From.Std().Equal(time.Date(2026, 6, 1, 0, 0, 0, 0, uitest.Zone)) || !q.At.Std().Equal(time.Date(2026, 6, 8, 23, 59, 59, int(999*time.Millisecond), uitest.Zone)) {
		t.Errorf("from %v to %v", q.From.Std(), q.At.Std())
	}
	text := s.Text()
	if !strings.Contains(text, "2 found, everything looked through") || strings.Index(text, "R. Keller") > strings.Index(text, "H. Arnaud") {
		t.Errorf("the page says %q", text)
	}
	uitest.Walk(s.Window.Content(), func(o fyne.CanvasObject) {
		if filters, ok := o.(*widgets.Segmented); ok {
			filters.Pick(3)
		}
	})
	if q := f.seeks[len(f.seeks)-1]; q.Filter != desk.RecordRefused || len(q.Words) != 4 {
		t.Errorf("the filter searches for %+v", q)
	}
	read := len(f.queries)
	uitest.Fill(t, s, 0, "")
	if len(f.queries) != read+1 || strings.Contains(s.Text(), "looked through") {
		t.Errorf("an empty search says %q", s.Text())
	}
}

// A search that rests says how far back it looked, and goes on from there.
func TestASearchRestsAndGoesOn(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s, f := uitest.New(t, l.Lang, l.Scheme), new(fake)
			f.find = found(desk.RecordFound{Looked: 4000, Left: 600, Older: 600, Back: uitest.At(-46 * time.Hour), Unopened: 3}, 0, 1, 2, 4)
			s.Show(evidence.New(s.Env, f), page.Place{})
			uitest.Fill(t, s, 0, "tax 417")
			s.Picture(t, "found-"+l.Name)
			f.find = found(desk.RecordFound{Looked: 600}, 2, 5)
			uitest.Press(t, s, s.Env.T("evidence.look_further"))
			if q := f.seeks[1]; q.Before != 600 {
				t.Errorf("went on from %d", q.Before)
			}
			if text := s.Text(); !strings.Contains(text, s.Env.N("evidence.found_all", 5)) || strings.Contains(text, s.Env.T("evidence.look_further")) {
				t.Errorf("the page says %q", text)
			}
		})
	}
}

// While a search runs its results are there, Escape stops it, and what it had found stays.
func TestASearchThatRunsCanBeStopped(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), new(fake)
	var screen *evidence.Screen
	f.find = func(ctx context.Context, q desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error) {
		at := desk.RecordFound{Looked: 3000, Left: 1000, Older: 1000, Back: uitest.At(-46 * time.Hour)}
		tell(desk.RecordFound{Looked: 500, Left: 3500, Back: uitest.At(-30 * time.Hour)})
		if text := s.Text(); !strings.Contains(text, "Nothing has “arnaud” so far") || strings.Contains(text, "Receipt,") {
			t.Errorf("before anything is found the page says %q", text)
		}
		r := rows()[2]
		part := at
		part.Rows = []desk.RecordRow{r}
		tell(part)
		s.Picture(t, "seeking-en-light")
		if text := s.Text(); !strings.Contains(text, "1 found so far, looked back to") || !strings.Contains(text, "H. Arnaud") {
			t.Errorf("while it runs the page says %q", text)
		}
		if !screen.Key(&fyne.KeyEvent{Name: fyne.KeyEscape}) || !ends(ctx) {
			t.Error("Escape does not stop it")
		}
		return at, ctx.Err()
	}
	screen = evidence.New(s.Env, f)
	s.Show(screen, page.Place{})
	uitest.Fill(t, s, 0, "arnaud")
	if text := s.Text(); !strings.Contains(text, "1 found, looked back to") || !strings.Contains(text, "Look further back") || strings.Contains(text, "could not be shown") {
		t.Errorf("after it was stopped the page says %q", text)
	}
}

// A later search ends the one before, whose results are not shown any more.
func TestALaterSearchEndsTheOneBefore(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), new(fake)
	var begun []context.Context
	again := true
	f.find = func(ctx context.Context, q desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error) {
		begun = append(begun, ctx)
		if again { // somebody types on while the first is running
			again = false
			uitest.Fill(t, s, 0, "tax")
			return found(desk.RecordFound{}, 4)(ctx, q, tell)
		}
		return found(desk.RecordFound{}, 5)(ctx, q, tell)
	}
	s.Show(evidence.New(s.Env, f), page.Place{})
	uitest.Fill(t, s, 0, "ta")
	if len(begun) != 2 || !ends(begun[0]) {
		t.Fatalf("%d searches, the first ended: %v", len(begun), begun[0].Err())
	}
	if text := s.Text(); !strings.Contains(text, "1 found") || strings.Contains(text, "R. Lindqvist") {
		t.Errorf("the page says %q", text)
	}
}

func TestASearchThatFindsNothing(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s, f := uitest.New(t, l.Lang, l.Scheme), new(fake)
			f.find = found(desk.RecordFound{Looked: 1_000_000, Back: uitest.At(-300 * 24 * time.Hour)})
			s.Show(evidence.New(s.Env, f), page.Place{})
			uitest.Fill(t, s, 0, "Nemo")
			s.Picture(t, "nothing-"+l.Name)
		})
	}
}

func TestASearchThatFails(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), new(fake)
	f.find = func(context.Context, desk.RecordSearch, func(desk.RecordFound)) (desk.RecordFound, error) {
		return desk.RecordFound{}, errors.New("read block 9: checksum")
	}
	s.Show(evidence.New(s.Env, f), page.Place{})
	uitest.Fill(t, s, 0, "police")
	if text := s.Text(); !strings.Contains(text, "This could not be shown") {
		t.Fatalf("the page says %q", text)
	}
	f.find = found(desk.RecordFound{}, 1)
	uitest.Press(t, s, "Try again")
	if text := s.Text(); !strings.Contains(text, "1 found") {
		t.Errorf("the second time the page says %q", text)
	}
}
