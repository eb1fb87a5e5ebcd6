package evidence_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/app/i18n"
	"countersign/app/ui/evidence"
	"countersign/app/ui/page"
	"countersign/app/ui/uitest"
	"countersign/app/widgets"
)

var request = desk.EntryID{0x41, 0x7c}

// fake is a record of six entries in five blocks.
type fake struct {
	queries []desk.RecordQuery
	check   desk.RecordCheck
	older   uint64
	err     error
	twice   []desk.DoubleVote
	seeks   []desk.RecordSearch
	find    func(ctx context.Context, q desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error)
}

func rows() []desk.RecordRow {
	row := func(n byte, height desk.Height, before time.Duration, kind, who, agency string) desk.RecordRow {
		r := desk.RecordRow{ID: desk.EntryID{n, 0x7c, 0x90, 0x2e}, Height: height, At: uitest.At(-before), Kind: kind, Agency: "valmarine-" + desk.AgencyID(agency), AgencyTitle: agency, Key: "7F3A",
			Request: request, Case: "VM-2026-0417", Asker: "Valmarine Police", Provider: "Tax Service", Dataset: "Declared income"}
		if who != "" {
			r.Who = &desk.Person{Name: who, Title: "Disclosure officer"}
		}
		return r
	}
	out := []desk.RecordRow{row(1, 1286, 28*time.Hour, "approve", "Rainer Keller", "Tax Service"), row(2, 1285, 28*time.Hour+2*time.Minute, "receipt", "", "Valmarine Police"),
		row(3, 1284, 28*time.Hour+6*time.Minute, "approve", "Hélène Arnaud", "Tax Service"), row(4, 1284, 28*time.Hour+6*time.Minute, "request", "Ana Sol", "Schools Office"),
		row(5, 1262, 46*time.Hour, "enrol", "Rosa Lindqvist", "Tax Service"), row(6, 1241, 78*time.Hour, "request", "Marco Vidal", "Valmarine Police")}
	out[0].Code, out[0].Sent = "missing-role", []desk.FieldName{"declared_income"}
	out[1].Node = "VP-KEEPER-1"
	out[2].Sent, out[2].Struck, out[2].Partial = []desk.FieldName{"declared_income", "income_band", "employer_id", "bank_account_refs"}, []desk.FieldName{"spouse_id"}, true
	out[3].Index, out[3].Case, out[3].Request, out[3].Asker, out[3].Provider, out[3].Dataset = 1, "", desk.EntryID{0x55}, "Schools Office", "Civil Registry", "Household members"
	out[4].Request, out[4].Case, out[4].Asker, out[4].Dataset = desk.EntryID{}, "", "", ""
	return out
}

func (f *fake) Record(_ context.Context, q desk.RecordQuery) ([]desk.RecordRow, uint64, error) {
	f.queries = append(f.queries, q)
	return rows(), f.older, f.err
}
func (f *fake) SearchRecord(ctx context.Context, q desk.RecordSearch, tell func(desk.RecordFound)) (desk.RecordFound, error) {
	f.seeks = append(f.seeks, q)
	return f.find(ctx, q, tell)
}
func (f *fake) RecordBlock(_ context.Context, h desk.Height) (desk.RecordBlock, error) {
	return desk.RecordBlock{Height: h, At: uitest.At(-28 * time.Hour), Entries: 2, ID: []byte{0x9f, 0x2c, 0x41, 0xab, 0x0e, 0x77, 0xd3, 0x15, 9, 9, 0x77, 0xe0}, Before: []byte{0xc4, 0x0b, 0x92, 0xd8, 0x5a, 0x1f, 0x6e, 2, 9, 9, 0x18, 0xbd}, LogSize: 4302, Provable: true}, nil
}
func (f *fake) Holders(context.Context, desk.EntryID) (desk.Final, error) {
	return desk.Final{Took: 210 * time.Millisecond, Holders: []desk.AgencyID{"valmarine-police", "valmarine-tax", "valmarine-civil"}}, nil
}
func (f *fake) Network(context.Context) (desk.Network, error) {
	return desk.Network{DoubleVotes: f.twice, Members: []desk.Member{{Agency: "valmarine-police", Title: "Valmarine Police"}, {Agency: "valmarine-tax", Title: "Tax Service"},
		{Agency: "valmarine-health", Title: "Health Fund"}, {Agency: "valmarine-civil", Title: "Civil Registry"}}}, nil
}
func (f *fake) CheckRecord(context.Context, func(done, total uint64)) (desk.RecordCheck, error) {
	return f.check, nil
}

func TestEvidenceOnScreen(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s, f := uitest.New(t, l.Lang, l.Scheme), &fake{check: desk.RecordCheck{Height: 1290, Blocks: 1291, Entries: 4302}, older: 12}
			screen := evidence.New(s.Env, f)
			s.Show(screen, page.Place{})
			screen.Rune('j')
			screen.Rune('j')
			uitest.Press(t, s, s.Env.T("evidence.check_all"))
			s.Picture(t, "evidence-"+l.Name)
		})
	}
}

func TestARefusedAttemptSaysWhy(t *testing.T) {
	s := uitest.New(t, i18n.English, widgets.SchemeLight)
	s.Show(evidence.New(s.Env, new(fake)), page.Place{})
	if text := s.Text(); !strings.Contains(text, "Refused attempt") || !strings.Contains(text, "Your role does not include this") {
		t.Fatalf("the page says %q", text)
	}
}

func TestOneProblemNamesTheBlock(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), &fake{check: desk.RecordCheck{Problem: "block 1262: digest", Bad: 1262, Safe: 1261}}
	s.Show(evidence.New(s.Env, f), page.Place{})
	uitest.Press(t, s, "Check all blocks")
	s.Picture(t, "problem-en-light")
	if text := s.Text(); !strings.Contains(text, "1,262") {
		t.Fatalf("the page says %q", text)
	}
}

func TestFiltersAskForTheirEntries(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), &fake{older: 40}
	screen := evidence.New(s.Env, f)
	s.Show(screen, page.Place{Request: request})
	if f.queries[0].Request != request {
		t.Fatalf("asked for %+v", f.queries[0])
	}
	uitest.Press(t, s, "Show older entries")
	if f.queries[1].Before != 40 {
		t.Fatalf("went on from %d", f.queries[1].Before)
	}
	uitest.Press(t, s, "Show the whole record")
	if f.queries[2].Request != (desk.EntryID{}) {
		t.Fatal("stays with one request")
	}
}

func TestTheRecordIsReadFromADateOrABlockOn(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), new(fake)
	screen := evidence.New(s.Env, f)
	s.Show(screen, page.Place{})
	last := func() desk.RecordQuery { return f.queries[len(f.queries)-1] }
	to := func(upTo, from, block string) {
		screen.Rune('d')
		for i, text := range []string{upTo, from, block} {
			uitest.Fill(t, s, i, text)
		}
		uitest.Press(t, s, "Go there")
	}
	for _, c := range []struct{ upTo, from, block, says string }{
		{"next week", "", "", "Write a day as 2026-06-11"}, {"", "", "", "Write a day or the number of a block."}, {"", "2026-13-01", "", "Write a day as 2026-06-11"},
		{"2026-06-08", "2026-06-09", "", "It begins after it ends."}, {"2026-06-08", "", "1284", "Either a day or a block"}, {"", "", "a few", "A block has a number such as 1284."},
	} {
		to(c.upTo, c.from, c.block)
		if !strings.Contains(s.DialogText(), c.says) || len(f.queries) != 1 {
			t.Fatalf("%+v: the dialog says %q", c, s.DialogText())
		}
		uitest.Press(t, s, "Cancel")
	}
	for _, text := range []string{"1,284", "1 284", "1284"} {
		if to("", "", text); last().Height != 1284 || last().At != 0 {
			t.Errorf("%q asked for %+v", text, last())
		}
	}
	if !strings.Contains(s.Text(), "Up to block 1,284") {
		t.Errorf("the page says %q", s.Text())
	}
	end := time.Date(2026, 6, 8, 23, 59, 59, int(999*time.Millisecond), uitest.Zone)
	for _, text := range []string{"2026-06-08", "8/6/2026", "8.6.2026", "2026/06/08", "2026年6月8日"} {
		if to(text, "", ""); last().Height != 0 || !last().At.Std().Equal(end) {
			t.Errorf("%q asked for %+v", text, last())
		}
	}
	if to("2026-06-08", "2026-06-01", ""); !last().At.Std().Equal(end) || !last().From.Std().Equal(time.Date(2026, 6, 1, 0, 0, 0, 0, uitest.Zone)) {
		t.Errorf("asked for %+v", last())
	}
	if !strings.Contains(s.Text(), "From Mon\u00a01\u00a0June\u00a02026 to Mon\u00a08\u00a0June\u00a02026") {
		t.Errorf("the page says %q", s.Text())
	}
	asked := len(f.queries)
	screen.Changed(desk.Change{Height: 1300})
	if len(f.queries) != asked {
		t.Error("a new block takes the reader back to the newest")
	}
	uitest.Press(t, s, "Newest")
	if last().Height != 0 || last().At != 0 || last().From != 0 || strings.Contains(s.Text(), "From Mon") {
		t.Errorf("asked for %+v, the page says %q", last(), s.Text())
	}
}

func TestARecordThatCannotBeRead(t *testing.T) {
	s, f := uitest.New(t, i18n.English, widgets.SchemeLight), &fake{err: errors.New("read block 9: checksum")}
	s.Show(evidence.New(s.Env, f), page.Place{})
	if text := s.Text(); !strings.Contains(text, "This could not be shown") {
		t.Fatalf("the page says %q", text)
	}
}

// FAULTS 13: a double vote is no entry; it stands above the list, with the agency's
// name and both signatures.
func TestADoubleVoteStandsAboveTheRecord(t *testing.T) {
	for _, l := range uitest.Looks() {
		t.Run(l.Name, func(t *testing.T) {
			s, f := uitest.New(t, l.Lang, l.Scheme), new(fake)
			f.twice = []desk.DoubleVote{{Agency: "valmarine-health", Title: "Health Fund", Height: 1284, Seen: 1286, At: uitest.At(-400 * 24 * time.Hour), Proof: []byte("both")}}
			s.Show(evidence.New(s.Env, f), page.Place{})
			s.Picture(t, "double-"+l.Name)
			uitest.Press(t, s, s.Env.T("network.double_copy"))
			if len(s.Copied) != 1 || s.Copied[0] != "Ym90aA==" {
				t.Errorf("copied %q", s.Copied)
			}
		})
	}
}
