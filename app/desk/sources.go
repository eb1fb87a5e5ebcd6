package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"countersign/app/source"
	"countersign/ledger"
)

// Source connects a dataset of the agency with a file that its office node reads.
type Source struct {
	Dataset ledger.Code      `json:"dataset"`
	File    string           `json:"file"`
	Key     ledger.FieldName `json:"key"` // the column that names the subject
}

// SourceState is a connected source and what is wrong with it now.
type SourceState struct {
	Source
	Err error // nil: its columns fit the dataset
}

// Sources is what a desk needs of a node to connect datasets with files. Only
// the agency's office node reads them; app/node serves it beside Node.
type Sources interface {
	// ConnectedSources lists the sources of this node; office says whether it is
	// the agency's office node.
	ConnectedSources(ctx context.Context) (sources []SourceState, office bool, err error)
	// ConnectSource connects a file after looking at it.
	ConnectSource(ctx context.Context, s Source) error
	// DisconnectSource forgets the file of a dataset; ErrNotConnected when there is none.
	DisconnectSource(ctx context.Context, dataset ledger.Code) error
}

// Errors of a source that screens tell apart.
var (
	ErrNotOffice    = errors.New("the data is read by the office node")
	ErrNotConnected = errors.New("no file is connected with this data set")
	ErrNoKeyColumn  = source.ErrNoKeyColumn
	ErrNoField      = source.ErrNoField
	ErrNotCSV       = source.ErrNotCSV
	ErrNotUTF8      = source.ErrNotUTF8
)

// Sources lists the sources connected at this desk's node; ErrNotOffice where
// another computer reads the agency's data.
func (d *Desk) Sources(ctx context.Context) ([]SourceState, error) {
	n, ok := d.node.(Sources)
	if !ok {
		return nil, ErrNotOffice
	}
	list, office, err := n.ConnectedSources(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	if !office {
		return nil, ErrNotOffice
	}
	return list, nil
}

// ConnectSource connects a dataset with a file on the office node. Only an
// administrator connects; the file is looked at first and read, never changed.
func (d *Desk) ConnectSource(ctx context.Context, s Source) error {
	n, err := d.sourcesOf(ctx, s.Dataset)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return n.ConnectSource(ctx, s)
}

// DisconnectSource forgets which file a dataset is read from; the file stays as it
// is. Only an administrator disconnects. ErrNotConnected when there is none.
func (d *Desk) DisconnectSource(ctx context.Context, dataset ledger.Code) error {
	n, err := d.sourcesOf(ctx, dataset)
	if err != nil {
		return fmt.Errorf("disconnect: %w", err)
	}
	return n.DisconnectSource(ctx, dataset)
}

// sourcesOf is the office node, for an administrator of the agency that offers a dataset.
func (d *Desk) sourcesOf(ctx context.Context, dataset ledger.Code) (Sources, error) {
	me, err := d.session()
	if err != nil {
		return nil, err
	}
	err = d.look(ctx, func(l *look) error {
		if o := l.Official(me.me); o == nil || o.Grant(ledger.RoleAdmin) == nil {
			return ledger.MissingRole
		}
		if ds := l.CurrentDataset(dataset); ds == nil || ds.Provider != me.agency {
			return ledger.UnknownDataset
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := d.Sources(ctx); err != nil {
		return nil, err
	}
	return d.node.(Sources), nil
}

// Unconnected is a data set that the agency offers and whose data is read nowhere.
type Unconnected struct {
	Code  ledger.Code
	Title string
}

// Unconnected lists the data sets of the agency that no file is connected with at
// this desk's node; ErrNotOffice where another computer reads the agency's data.
func (d *Desk) Unconnected(ctx context.Context) ([]Unconnected, error) {
	list, err := d.Sources(ctx)
	if err != nil {
		return nil, err
	}
	us := d.node.Profile().Agency
	var out []Unconnected
	err = d.look(ctx, func(l *look) error {
		out = nil
		for _, x := range l.Datasets() {
			connected := slices.ContainsFunc(list, func(s SourceState) bool { return s.Dataset == x.Dataset.Code })
			if x.Provider == us && !connected && !x.Dataset.Withdraw && x.Dataset.Sharing != ledger.SharingNot {
				out = append(out, Unconnected{x.Dataset.Code, x.Dataset.Title})
			}
		}
		return nil
	})
	return out, err
}
