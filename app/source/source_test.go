package source

import (
	"bytes"
	"encoding/csv"
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

func TestRowFilterNeverGuesses(t *testing.T) {
	cells := []string{"5", "5.0", "05", "", "n/a", "NaN", "9007199254740993", "0x5", "5e0", "-5", "2021-06-30"}
	for _, tt := range []struct {
		op, value string
		want      string
	}{
		{"=", "5", "5 5.0"},
		{"=", "05", "05"},
		{"=", "9007199254740992", ""},
		{">=", "5", "5 5.0 9007199254740993"},
		{"<", "0", "-5"},
		{"=", "NaN", "NaN"},
		{"=", "n/a", "n/a"},
	} {
		keeps, err := (Filter{Field: "x", Op: tt.op, Value: tt.value}).test()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range cells {
			if keeps(c) {
				got = append(got, c)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s%s keeps %q, not %q", tt.op, tt.value, got, tt.want)
		}
	}
	keeps, err := (Filter{Field: "x", Op: "<=", Value: "2021-12-31"}).test()
	if err != nil || !keeps("2021-06-30") || keeps("2022-01-01") {
		t.Errorf("dates compare wrongly, %v", err)
	}
	if _, err := (Filter{Field: "x", Op: "!=", Value: "1"}).test(); !errors.Is(err, ErrBadFilter) {
		t.Errorf("an unknown comparison gave %v", err)
	}
}

func query(fields ...ledger.FieldName) Query {
	return Query{Fields: ledger.SortFields(fields), Order: order(), Subjects: []string{"P-1"}}
}

func TestKeyColumnLeavesOnlyWhenApproved(t *testing.T) {
	q := query("declared_income")
	q.Order = append([]ledger.FieldName{"person"}, q.Order...)
	got, err := file(t, income).Read(q)
	if err != nil || strings.Contains(string(got.CSV), "P-1") {
		t.Fatalf("got %s, %v", got.CSV, err)
	}
	q.Fields = []ledger.FieldName{"declared_income", "person"}
	got, err = file(t, income).Read(q)
	if err != nil || !strings.HasPrefix(string(got.CSV), "person,declared_income\nP-1,38100\n") {
		t.Fatalf("got %s, %v", got.CSV, err)
	}
}

func TestApprovedFieldIsNeverLeftOutSilently(t *testing.T) {
	for _, fields := range [][]ledger.FieldName{{"declared_income", "bank_account_refs"}, nil} {
		if _, err := file(t, income).Read(query(fields...)); !errors.Is(err, ErrNoField) {
			t.Errorf("fields %v gave %v", fields, err)
		}
	}
}

func TestSemicolonsOfASpreadsheetAreUnderstood(t *testing.T) {
	got, err := file(t, strings.ReplaceAll(income, ",", ";")).Read(query("declared_income"))
	if err != nil || got.Rows != 3 {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestPeriodColumnWithoutDatesIsAnError(t *testing.T) {
	c := file(t, "person,date,x\nP-2,soon,1\nP-1,2021-03-01,1\nP-1,,2\nP-1,01/04/2021,3\n")
	q := Query{Fields: []ledger.FieldName{"x"}, Order: []ledger.FieldName{"x"}, Subjects: []string{"P-1"}}
	q.Period, _ = ParsePeriod("2021", "2021")
	_, err := c.Read(q)
	if !errors.Is(err, ErrNotADate) || !strings.Contains(err.Error(), "line 5") || strings.Contains(err.Error(), "01/04") {
		t.Fatalf("got %v", err)
	}
}

func TestOpenQuoteDoesNotGatherTheFile(t *testing.T) {
	c := file(t, "person,x\nP-1,\""+strings.Repeat("y,\n", 2<<20))
	if _, err := c.Read(Query{Fields: []ledger.FieldName{"x"}, Order: []ledger.FieldName{"x"}}); !errors.Is(err, ErrRowTooLarge) {
		t.Fatalf("got %v", err)
	}
	long := file(t, "person,x\n"+strings.Repeat("P-1,"+strings.Repeat("y", 900<<10)+"\n", 8))
	if got, err := long.Read(Query{Fields: []ledger.FieldName{"x"}, Order: []ledger.FieldName{"x"}, Subjects: []string{"P-1"}}); err != nil || got.Rows != 8 {
		t.Fatalf("long rows gave %v", err)
	}
}

func TestOnlyFilesAreSources(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "none.csv")} {
		err := CSV{Path: path, Key: "person"}.Check(nil)
		if err == nil || strings.Contains(err.Error(), filepath.Dir(dir)) {
			t.Errorf("%s gave %v", filepath.Base(path), err)
		}
	}
	if err := (CSV{Path: filepath.Join(dir, "none.csv"), Key: "x"}).Check(nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FAULTS 35: no error quotes a cell, whatever is wrong.
func TestErrorsQuoteNoCell(t *testing.T) {
	const canary = "CANARY-4711"
	for _, text := range []string{
		"person,year\n" + canary + ",1,2\n", "person,year\n" + canary + "\xff,2021\n", "person,year\n" + canary + "\"x,2021\n",
		"person,year\nP-1," + canary + "\n",
	} {
		q := Query{Fields: []ledger.FieldName{"year"}, Order: []ledger.FieldName{"year"}, Subjects: []string{"P-1"}}
		q.Period, _ = ParsePeriod("2021", "2022")
		_, err := file(t, text).Read(q)
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%q gave %v", text, err)
		}
	}
	_, err := ParseFilter(canary + " around 5")
	if _, err2 := ParsePeriod(canary, "2021"); err == nil || err2 == nil || strings.Contains(err.Error()+err2.Error(), canary) {
		t.Errorf("got %v, %v", err, err2)
	}
}

// Whatever a file holds: no panic, and every row that leaves is a whole one.
func FuzzCSV(f *testing.F) {
	f.Add([]byte(income))
	f.Add([]byte("\xef\xbb\xbfperson;x\r\nP-1;\"a\nb\"\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		path := filepath.Join(t.TempDir(), "f.csv")
		_ = os.WriteFile(path, in, 0o600)
		got, err := CSV{Path: path, Key: "person"}.Read(query("year", "declared_income"))
		if err != nil {
			return
		}
		rows, err := csv.NewReader(bytes.NewReader(got.CSV)).ReadAll()
		if err != nil || len(rows) != got.Rows+1 {
			t.Fatalf("%d rows of %d, %v", len(rows), got.Rows, err)
		}
	})
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
	err := Export(&out, []ledger.FieldName{"a"}, [][]string{{"=1+1"}, {"+cmd"}, {"-2"}, {"@x"}, {"\t=1"}, {"-12.5"}, {"plain"}, {" =1"}, {"\u00a0=1"}, {"＝1+1"}, {"-1+2"}, {"%x"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "a\n'=1+1\n'+cmd\n-2\n'@x\n'\t=1\n-12.5\nplain\n' =1\n'\u00a0=1\n'＝1+1\n'-1+2\n'%x\n"
	if out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
}

func TestDeliveredNamesStayInTheirFolder(t *testing.T) {
	for _, name := range []string{"../x", `C:\x`, "con", "COM1.csv", "..", "", "a/b", ".hidden", "x\u202ecsv", strings.Repeat("é", 90),
		strings.Repeat("x", 79) + ".csv", "CONOUT$", "a\x00b", "C:con"} {
		got := SafeName(name)
		if got == "" || strings.ContainsAny(got, `/\:`) || strings.HasPrefix(got, ".") || isDevice(strings.ToLower(got)) || strings.HasSuffix(got, ".") || len(got) > 85 {
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
