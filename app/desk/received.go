package desk

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"countersign/app/source"
	"countersign/ledger"
	"countersign/ledger/rules"
	"countersign/ledger/vault"
)

// ErrNothingReceived says that no release of a request is here to be opened.
var ErrNothingReceived = errors.New("nothing was received")

// OpenReceived opens the last release of a request: it is checked to its end
// against the record and the agreement before any of it is shown, and the look
// is written into the agency's journal. An error that wraps ErrMismatch means
// that a check failed: nothing of it may be shown.
func (d *Desk) OpenReceived(ctx context.Context, id ledger.EntryID) (*Table, error) {
	return d.OpenPart(ctx, id, -1)
}

// OpenPart opens one release of a standing agreement, counted from 0; -1 is the last.
func (d *Desk) OpenPart(ctx context.Context, id ledger.EntryID, which int) (*Table, error) {
	s, err := d.session()
	if err != nil {
		return nil, err
	}
	rec, err := d.received(ctx, s, id, which)
	if err != nil {
		return nil, fmt.Errorf("open received data: %w", err)
	}
	t, err := d.table(ctx, s, rec)
	if err != nil {
		return nil, fmt.Errorf("open received data: %w", err)
	}
	line := JournalLine{At: rec.now, Official: s.me, Act: JournalOpen, Request: id}
	if err := d.node.Journal(ctx, line); err != nil {
		return nil, fmt.Errorf("open received data: write the journal: %w", err)
	}
	if t.Opened, err = d.node.Journals(ctx, id); err != nil {
		return nil, fmt.Errorf("open received data: read the journal: %w", err)
	}
	t.People = d.openers(ctx, t.Opened)
	r := rec.file.req
	if _, err := s.marks.set(r.ID, r.Version, lastChange(r)); err != nil {
		return nil, fmt.Errorf("mark as read: %w", err)
	}
	return t, nil
}

// ShowValues writes into the agency's journal that the official uncovers the
// values of an opened release; only then may they be shown.
func (d *Desk) ShowValues(ctx context.Context, id ledger.EntryID) error {
	s, err := d.session()
	if err != nil {
		return err
	}
	var now ledger.Time
	err = d.look(ctx, func(l *look) error {
		if r := l.Request(id); r == nil || r.Requester != s.agency {
			return ErrNotYours
		}
		now = l.now
		return nil
	})
	if err != nil {
		return fmt.Errorf("show values: %w", err)
	}
	if err := d.node.Journal(ctx, JournalLine{At: now, Official: s.me, Act: JournalShow, Request: id}); err != nil {
		return fmt.Errorf("show values: write the journal: %w", err)
	}
	return nil
}

// JournalShow is the act of uncovering values.
const JournalShow = "show"

func (d *Desk) openers(ctx context.Context, lines []JournalLine) map[ledger.OfficialID]Person {
	var ids []ledger.OfficialID
	for _, l := range lines {
		ids = append(ids, l.Official)
	}
	return d.persons(ctx, unique(ids)...)
}

// receivedData is a release that has passed every check.
type receivedData struct {
	file    *file
	release rules.Release
	part    int
	opened  *vault.Release
	now     ledger.Time
}

// received finds a release, opens it and compares it with the agreement.
func (d *Desk) received(ctx context.Context, s *session, id ledger.EntryID, which int) (*receivedData, error) {
	out := new(receivedData)
	err := d.look(ctx, func(l *look) (err error) {
		out.now = l.now
		out.file, err = l.file(s, id, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	r := out.file.req
	if r.Requester != s.agency {
		return nil, ErrNotYours
	}
	if which < 0 {
		which = len(r.Releases) - 1
		for which > 0 && r.Releases[which].Failed != "" {
			which--
		}
	}
	if which < 0 || which >= len(r.Releases) {
		return nil, ErrNothingReceived
	}
	out.part, out.release = which, r.Releases[which]
	n := out.file.named(out.release.Entry, out.release.Part)
	if n.gone {
		return nil, ErrErased
	}
	want, err := d.expected(ctx, s, n)
	if err != nil {
		return nil, err
	}
	if want.Agency != r.Provider {
		return nil, ErrMismatch
	}
	cipher, ids, err := d.fetch(ctx, s, n)
	if err != nil {
		return nil, err
	}
	if out.opened, err = vault.OpenRelease(bytes.NewReader(cipher), int64(len(cipher)), ids, want); err != nil {
		return nil, openWords(err)
	}
	return out, out.matches()
}

// matches compares the manifest with request and agreement: these fields and no
// others.
func (rec *receivedData) matches() error {
	r, m := rec.file.req, &rec.opened.Manifest
	switch {
	case m.Request != r.ID || m.Dataset != r.Dataset:
		return fmt.Errorf("the manifest names another request: %w", ErrMismatch)
	case r.Agreement == nil || m.Agreement != r.Agreement.Entry:
		return fmt.Errorf("the manifest names another agreement: %w", ErrMismatch)
	case !slices.Equal(ledger.SortFields(m.Fields), rec.agreed()) || len(m.Fields) != len(rec.agreed()):
		return fmt.Errorf("other fields than were approved: %w", ErrMismatch)
	}
	return nil
}

// agreed are the fields that the agreement held when the release was made. The
// signatures that follow an emergency release may have narrowed it since.
func (rec *receivedData) agreed() []ledger.FieldName {
	r := rec.file.req
	if !r.Emergency || r.Agreement.LetterOf != r.LetterOf {
		return r.Agreement.Terms.Fields
	}
	then := *r
	then.Decisions = slices.DeleteFunc(slices.Clone(r.Decisions), func(dec rules.Decision) bool { return dec.Height > rec.release.Height })
	if t := rules.TallyApprovals(&then, rec.file.dataset.Dataset.Policy); t.Fields != nil {
		return t.Fields
	}
	return r.Agreement.Terms.Fields
}

// rows reads the data: its header has to be the manifest's fields, and its rows
// as many as the manifest says. each gets every row; the slice is reused.
func (rec *receivedData) rows(each func(i int, row []string) error) error {
	m := &rec.opened.Manifest
	in := csv.NewReader(rec.opened.Data())
	in.FieldsPerRecord, in.ReuseRecord = len(m.Fields), true
	head, err := in.Read()
	if err != nil {
		return fmt.Errorf("read columns: %w", errors.Join(ErrMismatch, err))
	}
	for i, f := range m.Fields {
		if head[i] != string(f) {
			return fmt.Errorf("column %d is not the manifest's: %w", i+1, ErrMismatch)
		}
	}
	n := 0
	for ; ; n++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", n+1, errors.Join(ErrMismatch, err))
		}
		if err := each(n, row); err != nil {
			return err
		}
	}
	if uint64(n) != m.Rows {
		return fmt.Errorf("%d rows, the manifest says %d: %w", n, m.Rows, ErrMismatch)
	}
	return nil
}

// table is what the page of received data shows.
func (d *Desk) table(ctx context.Context, s *session, rec *receivedData) (*Table, error) {
	f, r, m := rec.file, rec.file.req, &rec.opened.Manifest
	t := &Table{Row: f.row(s), File: m.Name, Columns: m.Fields, Height: rec.release.Height, Checked: d.clock(),
		Title: f.dataset.Dataset.Title, Provider: f.titles[1], Unit: f.titles[0], Part: rec.part, Parts: len(r.Releases),
		Struck: ledger.Subtract(r.Terms.Fields, r.Agreement.Terms.Fields), KeepDays: int(r.Agreement.Terms.KeepDays),
		At: rec.release.At, Until: keepUntil(r)}
	if left := t.Until.Sub(rec.now); left > 0 {
		t.DaysLeft = int((left + oneDay - 1) / oneDay)
	}
	err := rec.rows(func(i int, row []string) error {
		if t.Total++; i < PreviewRows {
			t.Rows = append(t.Rows, slices.Clone(row))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !rec.release.Receipt.IsZero() {
		if meta, err := d.meta(ctx, rec.release.Receipt); err == nil {
			t.Receipt = meta.height
		}
	}
	var who []ledger.OfficialID
	for _, dec := range f.tally.decisions {
		who = append(who, dec.Official)
	}
	t.SignedBy = list(d.persons(ctx, who...), who)
	if letter, err := d.letter(ctx, s, f.letter()); err == nil {
		describe(&t.Row, letter)
	}
	return t, nil
}

// ExportCSV writes the last release to a file for the official, in a form that
// spreadsheets cannot execute. It is the one way in which received data leaves
// the vault, and it is written into the agency's journal first. An existing
// file is not overwritten.
func (d *Desk) ExportCSV(ctx context.Context, id ledger.EntryID, path string) error {
	return d.ExportPart(ctx, id, -1, path)
}

// ExportPart writes one release of a standing agreement.
func (d *Desk) ExportPart(ctx context.Context, id ledger.EntryID, which int, path string) (err error) {
	s, err := d.session()
	if err != nil {
		return err
	}
	rec, err := d.received(ctx, s, id, which)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	var rows [][]string
	err = rec.rows(func(_ int, row []string) error {
		rows = append(rows, slices.Clone(row))
		return nil
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := d.node.Journal(ctx, JournalLine{At: rec.now, Official: s.me, Act: JournalExport, Request: id}); err != nil {
		return fmt.Errorf("export: write the journal: %w", err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	err = errors.Join(source.Export(out, rec.opened.Manifest.Fields, rows), out.Sync(), out.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("export: %w", err), os.Remove(path))
	}
	return nil
}

// ExportName proposes a file name: "TAX-INC-04-VM-2026-0417.csv".
func (t *Table) ExportName() string {
	name := string(t.Row.Code)
	if t.Row.Case != "" {
		name += "-" + t.Row.Case
	}
	if t.Parts > 1 {
		name += "-" + strconv.Itoa(t.Part+1)
	}
	return filepath.Base(source.SafeName(name)) + ".csv"
}
