package vault

import (
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"countersign/ledger"
)

// contentVersion is the format of contents written today.
const contentVersion = 1

// Content is what a sealed part says: a *Letter, *OfferLetter, *Reason, *Card,
// *Sheet or *Manifest. A part opened as another kind than it was sealed as is
// malformed.
type Content interface {
	kind() string
	check() error
}

// envelope heads every content.
type envelope struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Kind    string
	Body    cbor.RawMessage
}

func encodeContent(c Content) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return ledger.Encode(envelope{Version: contentVersion, Kind: c.kind(), Body: ledger.Encode(c)}), nil
}

// decodeContent never passes on a decoder's words: they may quote the content.
func decodeContent(b []byte, out Content) error {
	var e envelope
	if err := ledger.Decode(b, MaxLetterBytes, &e); err != nil || e.Version != contentVersion || e.Kind != out.kind() {
		return ErrBadContent
	}
	if err := ledger.Decode(e.Body, MaxLetterBytes, out); err != nil {
		return ErrBadContent
	}
	return out.check()
}

// Letter is the private half of a request, sealed for both agencies.
type Letter struct {
	Subjects []string    `cbor:"0,keyasint"`           // identifiers of whom it is about
	Rows     []RowFilter `cbor:"1,keyasint,omitempty"` // all must hold
	From     Date        `cbor:"2,keyasint,omitempty"` // period of the data, both ends within
	To       Date        `cbor:"3,keyasint,omitempty"`
	Case     string      `cbor:"4,keyasint,omitempty"` // the requester's case number
	Note     string      `cbor:"5,keyasint,omitempty"`
	CaseFile CaseFileID  `cbor:"6,keyasint"` // zero: stands alone
}

// OfferLetter is the private half of an offer. Subjects are those of the request.
type OfferLetter struct {
	Rows []RowFilter `cbor:"0,keyasint,omitempty"`
	From Date        `cbor:"1,keyasint,omitempty"`
	To   Date        `cbor:"2,keyasint,omitempty"`
	Note string      `cbor:"3,keyasint,omitempty"`
}

// Reason is the text of a return, a refusal, a suspension, a revocation, or an
// approval beyond the legal basis.
type Reason struct {
	Text string `cbor:"0,keyasint"`
}

// Card says who an official is. It is sealed for all members.
type Card struct {
	Name  string `cbor:"0,keyasint"`
	Title string `cbor:"1,keyasint,omitempty"` // "Inspector"
	Unit  string `cbor:"2,keyasint,omitempty"` // "Financial Crime Unit"
}

// Sheet describes a dataset, a legal basis or a duty desk for all members.
type Sheet struct {
	Title    string      `cbor:"0,keyasint,omitempty"`
	Text     string      `cbor:"1,keyasint,omitempty"` // description, or the words of the law
	Contact  string      `cbor:"2,keyasint,omitempty"`
	Updated  string      `cbor:"3,keyasint,omitempty"` // update cycle of a dataset
	Fields   []FieldNote `cbor:"4,keyasint,omitempty"`
	Language string      `cbor:"5,keyasint,omitempty"` // BCP 47, such as "fr"
}

// FieldNote describes one column.
type FieldNote struct {
	Name ledger.FieldName `cbor:"0,keyasint"`
	Text string           `cbor:"1,keyasint"`
}

// CaseFileID ties requests to several providers together.
type CaseFileID [16]byte

// RowFilter keeps the rows whose field compares so with the value.
type RowFilter struct {
	Field ledger.FieldName `cbor:"0,keyasint"`
	Op    string           `cbor:"1,keyasint"` // one of RowOps
	Value string           `cbor:"2,keyasint"`
}

// RowOps are the comparisons of a row filter.
func RowOps() []string { return []string{"=", "<", "<=", ">", ">="} }

// String is the filter as people write it: "year>=2021".
func (f RowFilter) String() string { return string(f.Field) + f.Op + f.Value }

func (*Letter) kind() string      { return "letter" }
func (*OfferLetter) kind() string { return "offer" }
func (*Reason) kind() string      { return "reason" }
func (*Card) kind() string        { return "card" }
func (*Sheet) kind() string       { return "sheet" }

// Limits of a letter.
const (
	MaxSubjects   = 2000
	MaxRowFilters = 16
	maxIDRunes    = 64
	maxTextRunes  = 20_000
)

func (l *Letter) check() error {
	if len(l.Subjects) == 0 || len(l.Subjects) > MaxSubjects {
		return fmt.Errorf("%d subjects: %w", len(l.Subjects), ErrBadContent)
	}
	for i, s := range l.Subjects {
		if !ValidName(s, maxIDRunes) {
			return fmt.Errorf("subject %d: %w", i+1, ErrBadContent)
		}
	}
	if l.Case != "" && !ValidName(l.Case, maxIDRunes) {
		return fmt.Errorf("case number: %w", ErrBadContent)
	}
	return checkScope(l.Rows, l.From, l.To, l.Note)
}

func (o *OfferLetter) check() error { return checkScope(o.Rows, o.From, o.To, o.Note) }

func checkScope(rows []RowFilter, from, to Date, note string) error {
	if len(rows) > MaxRowFilters {
		return fmt.Errorf("%d row filters: %w", len(rows), ErrBadContent)
	}
	for i, f := range rows {
		if !ledger.ValidCode(f.Field) || !slices.Contains(RowOps(), f.Op) || !ValidName(f.Value, ledger.MaxTitleRunes) {
			return fmt.Errorf("row filter %d: %w", i+1, ErrBadContent)
		}
	}
	if !from.valid() || !to.valid() || from != "" && to != "" && !from.upTo(to) {
		return fmt.Errorf("period: %w", ErrBadContent)
	}
	return checkText("note", note)
}

func (r *Reason) check() error {
	if !hasVisible(r.Text) {
		return fmt.Errorf("reason is empty: %w", ErrBadContent)
	}
	return checkText("reason", r.Text)
}

func (c *Card) check() error {
	for name, s := range map[string]string{"title": c.Title, "unit": c.Unit} {
		if s != "" && !ledger.ValidTitle(s) {
			return fmt.Errorf("card's %s: %w", name, ErrBadContent)
		}
	}
	if !ledger.ValidTitle(c.Name) {
		return fmt.Errorf("card's name: %w", ErrBadContent)
	}
	return nil
}

func (s *Sheet) check() error {
	if s.Title != "" && !ledger.ValidTitle(s.Title) || s.Language != "" && !ledger.ValidCode(s.Language) || len(s.Fields) > 256 {
		return fmt.Errorf("sheet: %w", ErrBadContent)
	}
	for _, f := range s.Fields {
		if !ledger.ValidCode(f.Name) {
			return fmt.Errorf("sheet's field: %w", ErrBadContent)
		}
		if err := checkText("field's note", f.Text); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"text": s.Text, "contact": s.Contact, "update cycle": s.Updated} {
		if err := checkText(name, text); err != nil {
			return err
		}
	}
	return nil
}
