package source

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/ledger"
)

const income = "person,year,declared_income,income_band,spouse_id\n" +
	"P-1,2020,38100,C,P-9\nP-1,2021,41280,D,P-9\nP-2,2021,12000,A,\nP-1,2023,98400,F,P-9\n"

func file(t *testing.T, text string) CSV {
	t.Helper()
	path := filepath.Join(t.TempDir(), "income.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return CSV{Path: path, Key: "person"}
}

func order() []ledger.FieldName {
	return []ledger.FieldName{"year", "declared_income", "income_band", "spouse_id"}
}

func TestOnlyApprovedFieldsAndRowsLeave(t *testing.T) {
	period, err := ParsePeriod("2021", "2023")
	if err != nil {
		t.Fatal(err)
	}
	got, err := file(t, "\xef\xbb\xbf"+income).Read(Query{Fields: []ledger.FieldName{"declared_income", "year"}, Order: order(),
		Subjects: []string{"P-1"}, Period: period})
	if err != nil {
		t.Fatal(err)
	}
	if want := "year,declared_income\n2021,41280\n2023,98400\n"; string(got.CSV) != want || got.Rows != 2 {
		t.Errorf("got %d rows\n%s\nwant\n%s", got.Rows, got.CSV, want)
	}
}

func TestRowFilterComparesNumbersAsNumbers(t *testing.T) {
	f, err := ParseFilter("declared_income >= 5000")
	if err != nil {
		t.Fatal(err)
	}
	got, err := file(t, "person,declared_income\nP-1,900\nP-1,5000\nP-1,12000\n").Read(Query{Fields: []ledger.FieldName{"declared_income"},
		Order: []ledger.FieldName{"declared_income"}, Subjects: []string{"P-1"}, Rows: []Filter{f}})
	if err != nil || got.Rows != 2 {
		t.Fatalf("%d rows, %v; want 2", got.Rows, err)
	}
}

func TestBadFilesAreNamedPlainly(t *testing.T) {
	tests := []struct {
		name, text string
		key        ledger.FieldName
		want       error
		says       string
	}{
		{"no key column", income, "citizen", ErrNoKeyColumn, "citizen"},
		{"missing field", "person,year\nP-1,2021\n", "person", ErrNoField, "declared_income"},
		{"ragged row", income + "P-3,2021\n", "person", ErrRagged, "line 6"},
		{"not UTF-8", income + "P-3,2021,1,\xff,\n", "person", ErrNotUTF8, "line 6"},
		{"stray quote", income + "P-3,20\"21,1,A,\n", "person", ErrNotCSV, "line 6"},
		{"empty", "", "person", ErrNotCSV, "empty"},
		{"column twice", "person,year,year\n", "person", ErrNotCSV, "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := file(t, tt.text)
			c.Key = tt.key
			_, err := c.Read(Query{Fields: []ledger.FieldName{"declared_income"}, Order: order(), Subjects: []string{"P-1"}})
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("read: %v; want %v naming %q", err, tt.want, tt.says)
			}
			if strings.Contains(err.Error(), filepath.Dir(c.Path)) {
				t.Errorf("the error names a folder: %v", err)
			}
			if tt.want != ErrNoField {
				if err := c.Check(nil); !errors.Is(err, tt.want) {
					t.Errorf("check: %v; want %v", err, tt.want)
				}
			}
		})
	}
}

func TestFilterOnAColumnTheFileLacksLetsNothingThrough(t *testing.T) {
	c := file(t, "person,declared_income\nP-1,900\n")
	q := Query{Fields: []ledger.FieldName{"declared_income"}, Order: []ledger.FieldName{"declared_income"}, Subjects: []string{"P-1"}}
	q.Rows = []Filter{{Field: "income_band", Op: "=", Value: "A"}}
	if _, err := c.Read(q); !errors.Is(err, ErrNoField) {
		t.Errorf("row filter: %v", err)
	}
	q.Rows = nil
	q.Period, _ = ParsePeriod("2021", "2022")
	if _, err := c.Read(q); !errors.Is(err, ErrNoField) {
		t.Errorf("period: %v", err)
	}
}

func TestExportedCellsAreInert(t *testing.T) {
	var out bytes.Buffer
	err := Export(&out, []ledger.FieldName{"a"}, [][]string{{"=1+1"}, {"+cmd"}, {"-2"}, {"@x"}, {"\t=1"}, {"-12.5"}, {"plain"}, {" =1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "a\n'=1+1\n'+cmd\n-2\n'@x\n'\t=1\n-12.5\nplain\n' =1\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
}

func TestDeliveredNamesStayInTheirFolder(t *testing.T) {
	for _, name := range []string{"../x", `C:\x`, "con", "COM1.csv", "..", "", "a/b", ".hidden", "x\u202ecsv", strings.Repeat("é", 90)} {
		got := SafeName(name)
		if got == "" || strings.ContainsAny(got, `/\:`) || strings.HasPrefix(got, ".") || isDevice(strings.ToLower(got)) || len(got) > 85 {
			t.Errorf("SafeName(%q) = %q", name, got)
		}
	}
	if got := SafeName("declared-income.csv"); got != "declared-income.csv" {
		t.Errorf("an honest name became %q", got)
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("year>=2021")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParseFilter(s); err == nil && p != (Filter{}) && !ledger.ValidCode(p.Field) {
			t.Errorf("%q gave field %q", s, p.Field)
		}
	})
}
