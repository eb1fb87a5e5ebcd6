package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
)

// datasetExample is a file from which a dataset is published.
const datasetExample = `code = "TAX-INC-04"
title = "Declared income"
class = "personal"        # open, ordinary, personal, special
sharing = "conditional"   # unconditional, conditional, not-shared
text = "What households declared, by year."   # this and what follows is sealed for all members
contact = "Disclosure desk, 01 23 45 67 89"
updated = "yearly"
withdraw = false          # true: it is no longer offered

[[field]]                 # in the order of the source's columns
name = "declared_income"
about = "Sum of all income, in euros"
[[field]]
name = "spouse_id"
sensitive = true
third-party = true        # about somebody else than the subject

[policy]                  # what is left out is the default of the class
quorum = 2
dpo = false
refusal = "any"           # or "quorum"
deadline-days = 10
emergency = false
max-releases = 0          # of a standing agreement; 0: no limit
`

// basisExample is a file from which a legal basis is published.
const basisExample = `code = "L.141-2"
title = "Fiscal Procedure Code L.141-2"
dataset = "TAX-INC-04"
purpose = "criminal-investigation"
fields = ["declared_income"]
keep-days = 180           # at most; 0: the network's limit
requesters = ["police"]   # left out: any member
text = "The words of the law."   # sealed for all members
`

// datasetFile is what such a file says.
type datasetFile struct {
	Code                   ledger.Code
	Title                  string
	Class                  ledger.Class
	Sharing                ledger.Sharing
	Text, Contact, Updated string
	Withdraw               bool
	Field                  []struct {
		Name       ledger.FieldName
		About      string
		Sensitive  bool
		ThirdParty bool `toml:"third-party"`
	}
	Policy struct {
		Quorum       *uint8
		DPO          *bool
		Refusal      string
		DeadlineDays *uint16 `toml:"deadline-days"`
		Emergency    bool
		MaxReleases  uint32 `toml:"max-releases"`
	}
}

func (f *datasetFile) dataset() (desk.Dataset, desk.Sheet, error) {
	d := desk.Dataset{Code: f.Code, Title: f.Title, Class: f.Class, Sharing: f.Sharing, Withdraw: f.Withdraw, Policy: desk.DefaultPolicy(f.Class)}
	s := desk.Sheet{Title: f.Title, Text: f.Text, Contact: f.Contact, Updated: f.Updated}
	for _, c := range f.Field {
		d.Fields = append(d.Fields, ledger.DatasetField{Name: c.Name, Sensitive: c.Sensitive, ThirdParty: c.ThirdParty})
		if c.About != "" {
			s.Fields = append(s.Fields, desk.FieldNote{Name: c.Name, Text: c.About})
		}
	}
	p := f.Policy
	if p.Quorum != nil {
		d.Policy.Quorum = *p.Quorum
	}
	if p.DPO != nil {
		d.Policy.DPO = *p.DPO
	}
	if p.DeadlineDays != nil {
		d.Policy.DeadlineDays = *p.DeadlineDays
	}
	d.Policy.Emergency, d.Policy.MaxReleases = p.Emergency, p.MaxReleases
	switch p.Refusal {
	case "", "any":
	case "quorum":
		d.Policy.RefusalByQuorum = true
	default:
		return d, s, fmt.Errorf("policy.refusal: %q is neither any nor quorum", p.Refusal)
	}
	return d, s, nil
}

// basisFile is what the file of a legal basis says.
type basisFile struct {
	Code       ledger.Code
	Title      string
	Dataset    ledger.Code
	Purpose    ledger.Code
	Fields     []ledger.FieldName
	KeepDays   uint16 `toml:"keep-days"`
	Requesters []ledger.AgencyID
	Text       string
}

func (f *adminFlags) publishCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "publish",
		Short: "Publish a dataset, a legal basis or the working days; a second admin has to agree",
	}
	dataset := f.publishing("dataset", "a dataset", datasetExample, func(ctx context.Context, a *admin, path string) (*desk.Propose, []desk.PubProblem, error) {
		var in datasetFile
		if err := readStrictly(path, &in); err != nil {
			return nil, nil, err
		}
		ds, sheet, err := in.dataset()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		problems, err := a.desk.CheckDataset(ctx, ds, sheet)
		if err != nil || stopped(problems) {
			return nil, problems, err
		}
		p, err := a.desk.DatasetProposal(ds, sheet)
		return p, problems, err
	})
	basis := f.publishing("basis", "a legal basis", basisExample, func(ctx context.Context, a *admin, path string) (*desk.Propose, []desk.PubProblem, error) {
		var in basisFile
		if err := readStrictly(path, &in); err != nil {
			return nil, nil, err
		}
		b := desk.Basis{Code: in.Code, Title: in.Title, Dataset: in.Dataset, Purpose: in.Purpose, Fields: in.Fields, KeepDays: in.KeepDays, Requesters: in.Requesters}
		sheet := desk.Sheet{Title: in.Title, Text: in.Text}
		problems, err := a.desk.CheckBasis(ctx, b, sheet)
		if err != nil || stopped(problems) {
			return nil, problems, err
		}
		p, err := a.desk.BasisProposal(b, sheet)
		return p, problems, err
	})
	c.AddCommand(dataset, basis, f.calendarCommand())
	return c
}

// publishing is the command for one kind of publication.
func (f *adminFlags) publishing(word, what, example string, read func(context.Context, *admin, string) (*desk.Propose, []desk.PubProblem, error)) *cobra.Command {
	return &cobra.Command{
		Use:   word + " FOLDER FILE.toml",
		Short: "Publish " + what + " from a file; its next edition when the code is there already",
		Long:  "Publishes " + what + " from a file such as this:\n\n" + example,
		Args:  cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			p, problems, err := read(ctx, a, args[0])
			if err != nil {
				return err
			}
			for _, problem := range problems {
				fmt.Fprintln(os.Stderr, problemWords(problem))
			}
			if p == nil {
				return fmt.Errorf("%s: %w: mend what is named above", args[0], errNotSigned)
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActPropose, Propose: p})
			return err
		}),
	}
}

// readStrictly reads a file; a key that means nothing is a mistake.
func readStrictly(path string, into any) error {
	meta, err := toml.DecodeFile(path, into)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		words := make([]string, len(unknown))
		for i, k := range unknown {
			words[i] = k.String()
		}
		return fmt.Errorf("%s: %s: no such key. Nothing was signed; --help shows a file", path, strings.Join(words, ", "))
	}
	return nil
}

func stopped(problems []desk.PubProblem) bool {
	for _, p := range problems {
		if p.Stops() {
			return true
		}
	}
	return false
}

// problemWords say what is wrong with a publication, or what to think of.
func problemWords(p desk.PubProblem) string {
	where := string(p.Field)
	if p.Which != "" {
		where += " (" + p.Which + ")"
	}
	switch p.Code {
	case desk.CodeMissing:
		return where + ": is missing"
	case desk.CodeBadCode:
		return where + ": letters, digits, dot, dash and underscore only, at most 32"
	case desk.CodeBadText:
		return where + ": too long, or with characters that nobody sees"
	case desk.CodeTaken:
		return where + ": another agency, or another dataset, has this code"
	case desk.CodeRange:
		return where + ": outside the range"
	case desk.CodeTooLong:
		return where + ": more than the limit"
	case desk.CodeTwice:
		return where + ": stands there twice"
	case desk.CodeUnknown:
		return where + ": unknown"
	case desk.CodeFewSign:
		return "note: only " + p.Which + " of your officials may approve it now"
	case desk.CodeNoDPO:
		return "note: nobody of your agency is a data protection officer now"
	case desk.CodeBasisHas:
		return "note: a legal basis names a field that goes: " + p.Which
	}
	return where + ": " + string(p.Code)
}
