package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// Passphrase opens every key file of the demo city.
const Passphrase = "valmarine"

// Bounds of the number of agencies.
const (
	MinAgencies = 4
	MaxAgencies = 7
)

// Agency is one agency of the city as the plan has it.
type Agency struct {
	ID     ledger.AgencyID `toml:"id"`
	Title  string          `toml:"title"`
	Desk   bool            `toml:"desk"`   // has a desktop node for the demo's windows
	People []Person        `toml:"people"` // the first two are its admins
	// HideSubjects keeps subjects covered on its desk, whatever officials set.
	HideSubjects bool `toml:"hide_subjects"`
}

// Person is one official.
type Person struct {
	ID     string            `toml:"id" json:"id"`
	Agency ledger.AgencyID   `toml:"-" json:"agency"`
	Name   string            `toml:"name" json:"name"`
	Title  string            `toml:"title" json:"title"`
	Unit   string            `toml:"unit" json:"unit,omitempty"`
	Roles  []ledger.Role     `toml:"roles" json:"roles"`
	Number ledger.OfficialID `toml:"-" json:"official"`
}

func (p Person) card() vault.Card { return vault.Card{Name: p.Name, Title: p.Title, Unit: p.Unit} }

func (p Person) grants() []ledger.RoleGrant {
	out := make([]ledger.RoleGrant, len(p.Roles))
	for i, r := range p.Roles {
		out[i] = ledger.RoleGrant{Role: r}
	}
	return out
}

// dataset is a catalogue entry with its descriptions and its records.
type dataset struct {
	Agency   ledger.AgencyID  `toml:"agency"`
	Code     ledger.Code      `toml:"code"`
	Title    string           `toml:"title"`
	Class    ledger.Class     `toml:"class"`
	Quorum   uint8            `toml:"quorum"`
	DPO      bool             `toml:"dpo"`
	Deadline uint16           `toml:"deadline"` // working days
	Source   string           `toml:"source"`   // a file of assets/demo
	Key      ledger.FieldName `toml:"key"`      // the column that names the subject; empty: person
	Text     string           `toml:"text"`
	Contact  string           `toml:"contact"`
	Updated  string           `toml:"updated"`
	Fields   []field          `toml:"fields"`
}

type field struct {
	Name       ledger.FieldName `toml:"name"`
	About      string           `toml:"about"`
	Sensitive  bool             `toml:"sensitive"`
	ThirdParty bool             `toml:"third_party"`
}

func (d dataset) names() []ledger.FieldName {
	out := make([]ledger.FieldName, len(d.Fields))
	for i, f := range d.Fields {
		out[i] = f.Name
	}
	return out
}

// entry is the catalogue entry.
func (d dataset) entry() ledger.Dataset {
	out := ledger.Dataset{Code: d.Code, Title: d.Title, Class: d.Class, Sharing: ledger.SharingConditional,
		Policy: ledger.Policy{Quorum: d.Quorum, DPO: d.DPO, DeadlineDays: d.Deadline}}
	for _, f := range d.Fields {
		out.Fields = append(out.Fields, ledger.DatasetField{Name: f.Name, Sensitive: f.Sensitive, ThirdParty: f.ThirdParty})
	}
	return out
}

func (d dataset) sheet() vault.Sheet {
	out := vault.Sheet{Title: d.Title, Text: d.Text, Contact: d.Contact, Updated: d.Updated, Language: "en"}
	for _, f := range d.Fields {
		out.Fields = append(out.Fields, vault.FieldNote{Name: f.Name, Text: f.About})
	}
	return out
}

// basis is a legal basis with its words.
type basis struct {
	Code       ledger.Code        `toml:"code"`
	Title      string             `toml:"title"`
	Dataset    ledger.Code        `toml:"dataset"`
	Purpose    ledger.Code        `toml:"purpose"`
	Requesters []ledger.AgencyID  `toml:"requesters"`
	Keep       uint16             `toml:"keep"`
	Fields     []ledger.FieldName `toml:"fields"`
	Text       string             `toml:"text"`
}

func (b basis) entry() ledger.Basis {
	return ledger.Basis{Code: b.Code, Title: b.Title, Dataset: b.Dataset, Purpose: b.Purpose,
		Requesters: slices.Clone(b.Requesters), KeepDays: b.Keep, Fields: ledger.SortFields(b.Fields)}
}

func (b basis) sheet() vault.Sheet {
	return vault.Sheet{Title: b.Title, Text: b.Text, Language: "en"}
}

// past is one request with what followed.
type past struct {
	Case     string             `toml:"case"`
	From     string             `toml:"from"` // AGENCY/PERSON
	Basis    ledger.Code        `toml:"basis"`
	Fields   []ledger.FieldName `toml:"fields"` // empty: all of the dataset
	Subjects []string           `toml:"subjects"`
	People   int                `toml:"people"` // so many from the records instead
	Period   []string           `toml:"period"` // from, to
	Keep     int                `toml:"keep"`   // days
	Note     string             `toml:"note"`
	Story    bool               `toml:"story"` // the one that the newcomer signs
	At       string             `toml:"at"`
	Then     []string           `toml:"then"`
}

// Plan is the city as the assets describe it, cut to a number of agencies.
type Plan struct {
	Agencies []Agency  `toml:"agency"`
	Datasets []dataset `toml:"dataset"`
	Bases    []basis   `toml:"basis"`
	Past     []past    `toml:"request"`

	records map[ledger.Code][]string // subjects in a dataset's records, in their order
	files   fs.FS
}

// ErrAgencies says that a city of that size cannot be made.
var ErrAgencies = fmt.Errorf("the demo city has %d to %d agencies", MinAgencies, MaxAgencies)

// LoadPlan reads the plan of a city of n agencies out of files, which are those
// of assets.Demo.
func LoadPlan(files fs.FS, n int) (*Plan, error) {
	if n < MinAgencies || n > MaxAgencies {
		return nil, ErrAgencies
	}
	p := &Plan{files: files, records: map[ledger.Code][]string{}}
	for _, name := range []string{"city.toml", "past.toml"} {
		meta, err := toml.DecodeFS(files, name, p)
		if err != nil {
			return nil, fmt.Errorf("plan of the demo city: %s: %w", name, err)
		}
		if extra := meta.Undecoded(); len(extra) > 0 {
			return nil, fmt.Errorf("plan of the demo city: %s: unknown key %q", name, extra[0])
		}
	}
	for i := range p.Agencies {
		for j := range p.Agencies[i].People {
			p.Agencies[i].People[j].Agency = p.Agencies[i].ID
		}
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("plan of the demo city: %w", err)
	}
	p.cut(n)
	for _, d := range p.Datasets {
		subjects, err := p.subjects(d)
		if err != nil {
			return nil, fmt.Errorf("plan of the demo city: %w", err)
		}
		p.records[d.Code] = subjects
	}
	return p, nil
}

// cut leaves the first n agencies and what concerns them alone.
func (p *Plan) cut(n int) {
	here := map[ledger.AgencyID]bool{}
	p.Agencies = p.Agencies[:n]
	for _, a := range p.Agencies {
		here[a.ID] = true
	}
	p.Datasets = slices.DeleteFunc(p.Datasets, func(d dataset) bool { return !here[d.Agency] })
	p.Bases = slices.DeleteFunc(p.Bases, func(b basis) bool {
		gone := p.dataset(b.Dataset) == nil
		for _, r := range b.Requesters {
			gone = gone || !here[r]
		}
		return gone
	})
	p.Past = slices.DeleteFunc(p.Past, func(r past) bool {
		from, _, _ := strings.Cut(r.From, "/")
		return !here[ledger.AgencyID(from)] || p.basis(r.Basis) == nil
	})
}

func (p *Plan) dataset(code ledger.Code) *dataset {
	for i := range p.Datasets {
		if p.Datasets[i].Code == code {
			return &p.Datasets[i]
		}
	}
	return nil
}

func (p *Plan) basis(code ledger.Code) *basis {
	for i := range p.Bases {
		if p.Bases[i].Code == code {
			return &p.Bases[i]
		}
	}
	return nil
}

// person finds AGENCY/PERSON.
func (p *Plan) person(name string) *Person {
	agency, id, _ := strings.Cut(name, "/")
	for i := range p.Agencies {
		if string(p.Agencies[i].ID) != agency {
			continue
		}
		for j := range p.Agencies[i].People {
			if p.Agencies[i].People[j].ID == id {
				return &p.Agencies[i].People[j]
			}
		}
	}
	return nil
}

// story is the request that the newcomer finds half signed.
func (p *Plan) story() (past, error) {
	i := slices.IndexFunc(p.Past, func(r past) bool { return r.Story })
	if i < 0 {
		return past{}, errors.New("the plan of the demo city has no story")
	}
	return p.Past[i], nil
}
