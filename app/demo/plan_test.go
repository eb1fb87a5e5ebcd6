package demo

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/assets"
	"countersign/ledger"
)

func loaded(t *testing.T, n int) *Plan {
	t.Helper()
	p, err := LoadPlan(assets.Demo(), n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlanHoldsTogetherInEverySize(t *testing.T) {
	for n := MinAgencies; n <= MaxAgencies; n++ {
		p := loaded(t, n)
		if len(p.Agencies) != n {
			t.Errorf("%d agencies, want %d", len(p.Agencies), n)
		}
		if len(p.Past) < 36 {
			t.Errorf("a city of %d has a past of %d requests only", n, len(p.Past))
		}
		if _, err := p.story(); err != nil {
			t.Error(err)
		}
	}
	for _, n := range []int{0, 3, 8} {
		if _, err := LoadPlan(assets.Demo(), n); !errors.Is(err, ErrAgencies) {
			t.Errorf("a city of %d agencies: %v", n, err)
		}
	}
}

func TestCatalogueIsWellFormed(t *testing.T) {
	p := loaded(t, MaxAgencies)
	codes := map[ledger.Code]bool{}
	for _, d := range p.Datasets {
		e := d.entry()
		if err := (&ledger.Propose{Dataset: &e}).Check(); err != nil {
			t.Errorf("dataset %s: %v", d.Code, err)
		}
		if codes[d.Code] {
			t.Errorf("dataset %s is there twice", d.Code)
		}
		codes[d.Code] = true
		for _, f := range d.Fields {
			if f.About == "" {
				t.Errorf("dataset %s: nothing tells what %s is", d.Code, f.Name)
			}
		}
	}
	for _, b := range p.Bases {
		e := b.entry()
		if err := (&ledger.Propose{Basis: &e}).Check(); err != nil {
			t.Errorf("basis %s: %v", b.Code, err)
		}
		if b.Text == "" {
			t.Errorf("basis %s has no words", b.Code)
		}
	}
}

func TestTheLawDoesNotReachTheSpouse(t *testing.T) {
	p := loaded(t, MinAgencies)
	b := p.basis("L.141-2")
	if b.Purpose != "criminal-investigation" || b.Title != "Fiscal Procedure Code L.141-2" {
		t.Errorf("basis: %q for %q", b.Title, b.Purpose)
	}
	want := []ledger.FieldName{"bank_account_refs", "declared_income", "employer_id", "income_band"}
	if got := b.entry().Fields; !slices.Equal(got, want) {
		t.Errorf("fields within: %v, want %v", got, want)
	}
}

func TestRecordsOfTheStory(t *testing.T) {
	p := loaded(t, MinAgencies)
	r, err := p.story()
	if err != nil {
		t.Fatal(err)
	}
	got := records(t, p.dataset("TAX-INC-04").Source)
	var rows []string
	for _, row := range got[1:] {
		if row[0] == r.Subjects[0] && row[1] >= r.Period[0] && row[1] <= r.Period[1] {
			rows = append(rows, strings.Join(row[1:6], "|"))
		}
	}
	want := []string{"2021|41280|D|512 004 118 00023|VM76 •••• 4410", "2021|3150|D|830 771 209 00011|VM76 •••• 4410",
		"2022|44900|D|512 004 118 00023|VM76 •••• 4410", "2023|98400|F|512 004 118 00023|VM76 •••• 4410",
		"2023|61000|F|901 338 560 00017|VM18 •••• 0092"}
	if !slices.Equal(rows, want) {
		t.Errorf("records: %q, want %q", rows, want)
	}
}

func records(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := assets.Demo().Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestNobodyIsReal: whoever the records name has a number of Valmarine's own
// form, and accounts are kept at a country that does not exist.
func TestNobodyIsReal(t *testing.T) {
	forms := map[string]*regexp.Regexp{
		"person":            regexp.MustCompile(`^[PC]2\d{7}$`),
		"spouse_id":         regexp.MustCompile(`^(P2\d{7})?$`),
		"guardian_id":       regexp.MustCompile(`^P2\d{7}$`),
		"bank_account_refs": regexp.MustCompile(`^VM\d\d •••• \d{4}$`),
		"postcode":          regexp.MustCompile(`^VM-\d{4}$`),
		"station_id":        regexp.MustCompile(`^VM-[A-Z]+$`),
	}
	files, err := fs.Glob(assets.Demo(), "*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("records: %v, %v", files, err)
	}
	for _, file := range files {
		rows := records(t, file)
		if len(rows) < 50 {
			t.Errorf("%s has %d rows only", file, len(rows))
		}
		for col, head := range rows[0] {
			form := forms[head]
			for i, row := range rows[1:] {
				if form != nil && !form.MatchString(row[col]) {
					t.Fatalf("%s, line %d: %s is not of the demo's form", file, i+2, head)
				}
			}
		}
	}
}

func TestEventsAreRead(t *testing.T) {
	e, err := parseEvent("-1 16:40 refuse tax/okafor code=unfounded reason='No basis, for this.'")
	if err != nil {
		t.Fatal(err)
	}
	if e.at != (when{-1, 16*60 + 40}) || e.verb != "refuse" || e.who != "tax/okafor" || e.options["reason"] != "No basis, for this." {
		t.Errorf("read as %+v", e)
	}
	for _, bad := range []string{"", "-1 16:40 approve", "1 16:40 approve tax/okafor", "-1 25:00 approve tax/okafor",
		"-1 16:40 bless tax/okafor", "-1 16:40 approve tax/okafor note=x", "-1 16:40 approve 'tax/okafor"} {
		if _, err := parseEvent(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestWorkingDaysBeforeToday(t *testing.T) {
	for _, c := range []struct{ now, at, want string }{
		{"2026-06-10 11:00", "0 08:05", "2026-06-10 08:05"},
		{"2026-06-10 11:00", "-2 09:12", "2026-06-08 09:12"},
		{"2026-06-10 11:00", "-3 14:40", "2026-06-05 14:40"}, // over a weekend
		{"2026-06-13 11:00", "0 08:05", "2026-06-12 08:05"},  // a Saturday
		{"2026-06-14 11:00", "-1 08:05", "2026-06-11 08:05"}, // a Sunday
	} {
		now, err := time.Parse("2006-01-02 15:04", c.now)
		if err != nil {
			t.Fatal(err)
		}
		w, err := parseWhen(c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.on(now).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.now, c.at, got, c.want)
		}
	}
}

func TestWhatAFolderHolds(t *testing.T) {
	look := func(dir string) (condition, error) {
		_, c, err := inspect(dir)
		return c, err
	}
	dir := t.TempDir()
	if c, err := look(dir); c != isEmpty || err != nil {
		t.Errorf("an empty folder: %v, %v", c, err)
	}
	if err := writeRecord(dir, record{Agencies: 4}); err != nil {
		t.Fatal(err)
	}
	if c, err := look(dir); c != isHalf || err != nil {
		t.Errorf("a city cut off while it was made: %v, %v", c, err)
	}
	if err := writeRecord(dir, record{Agencies: 4, Made: true}); err != nil {
		t.Fatal(err)
	}
	if c, err := look(dir); c != isWhole || err != nil {
		t.Errorf("a city: %v, %v", c, err)
	}
	for text, want := range map[string]condition{`{"format":0,"made":true}`: isOld, `{"format`: isOld} {
		if err := os.WriteFile(filepath.Join(dir, fileCity), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := look(dir); c != want || err != nil {
			t.Errorf("%s: %v, %v", text, c, err)
		}
	}
	if err := writeJSON(filepath.Join(dir, fileCity), map[string]int{"format": format + 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := look(dir); !errors.Is(err, ErrNewerCity) {
		t.Errorf("a newer city: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letters.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := look(other); !errors.Is(err, ErrNotACity) {
		t.Errorf("somebody's folder: %v", err)
	}
}

func TestAnOlderCityIsSetAside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.MkdirAll(filepath.Join(dir, "tax", "office"), 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := tryLock(filepath.Join(dir, fileLock))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if _, err := tryLock(filepath.Join(dir, fileLock)); !errors.Is(err, ErrRunning) {
		t.Errorf("the lock was taken twice: %v", err)
	}
	if err := writeRecord(dir, record{Agencies: 4}); err != nil {
		t.Fatal(err)
	}
	aside, err := setAside(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileCity, filepath.Join("tax", "office")} {
		if _, err := os.Stat(filepath.Join(aside, name)); err != nil {
			t.Errorf("%s was not set aside: %v", name, err)
		}
	}
	if _, c, err := inspect(dir); c != isEmpty || err != nil {
		t.Errorf("what is left: %v, %v", c, err)
	}
}
