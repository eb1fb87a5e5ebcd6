package story

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/vault"
)

func (p *Player) datasetStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	ds, err := datasetOf(s)
	if err != nil {
		return err
	}
	d, err := p.desk(ctx, a.admins[0], "")
	if err != nil {
		return err
	}
	propose, err := d.DatasetProposal(ds, vault.Sheet{Title: ds.Title})
	if err != nil {
		return err
	}
	if err := p.twoAdmins(ctx, s, a, propose); err != nil {
		return err
	}
	if s.Opt("source", "") == "" {
		return nil
	}
	return p.connect(ctx, a, ds.Code, s)
}

// connectStep connects a data set with a file at the agency's office node.
func (p *Player) connectStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	return p.connect(ctx, a, ledger.Code(s.Args[1]), s)
}

func (p *Player) connect(ctx context.Context, a *agency, code ledger.Code, s Step) error {
	path, err := p.file(s.Opt("source", ""))
	if err != nil {
		return err
	}
	client, err := p.client(a.id, "")
	if err != nil {
		return err
	}
	return client.Connect(ctx, node.Source{Dataset: code, File: path, Key: ledger.FieldName(s.Opt("key", ""))})
}

func datasetOf(s Step) (ledger.Dataset, error) {
	ds := ledger.Dataset{Code: ledger.Code(s.Args[1]), Title: s.Opt("title", s.Args[1]), Class: ledger.Class(s.Opt("class", "")),
		Sharing: ledger.Sharing(s.Opt("sharing", ""))}
	ds.Policy = ledger.DefaultPolicy(ds.Class)
	q, err := strconv.ParseUint(s.Opt("quorum", "1"), 10, 8)
	if err != nil {
		return ds, fmt.Errorf("quorum=: %w", err)
	}
	ds.Policy.Quorum, ds.Policy.RefusalByQuorum = uint8(q), s.Opt("refusal", "any") == "quorum"
	if v := s.Opt("dpo", ""); v != "" {
		ds.Policy.DPO = v == "yes"
	}
	if v := s.Opt("deadline", ""); v != "" {
		n, err := days(v)
		if err != nil {
			return ds, fmt.Errorf("deadline=: %w", err)
		}
		ds.Policy.DeadlineDays = uint16(n)
	}
	for _, f := range s.List("fields") {
		ds.Fields = append(ds.Fields, ledger.DatasetField{Name: ledger.FieldName(f), Sensitive: slices.Contains(s.List("sensitive"), f),
			ThirdParty: slices.Contains(s.List("third-party"), f)})
	}
	return ds, nil
}

// file is the path of a source: from the story's archive, or beside the story.
func (p *Player) file(name string) (string, error) {
	b, ok := p.story.Files[name]
	if !ok {
		return filepath.Join(p.opt.Stories, filepath.FromSlash(name)), nil
	}
	path := filepath.Join(p.opt.Dir, "files", filepath.Base(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, b, 0o600)
}

func (p *Player) basisStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	keep, err := days(s.Opt("keep", ""))
	if err != nil {
		return err
	}
	b := ledger.Basis{Code: ledger.Code(s.Args[1]), Title: s.Args[2], Dataset: ledger.Code(s.Opt("dataset", "")),
		Purpose: ledger.Code(s.Opt("purpose", "")), Fields: fields(s.List("fields")), KeepDays: uint16(keep)}
	for _, r := range s.List("requesters") {
		b.Requesters = append(b.Requesters, ledger.AgencyID(r))
	}
	d, err := p.desk(ctx, a.admins[0], "")
	if err != nil {
		return err
	}
	propose, err := d.BasisProposal(b, vault.Sheet{Title: b.Title})
	if err != nil {
		return err
	}
	return p.twoAdmins(ctx, s, a, propose)
}
