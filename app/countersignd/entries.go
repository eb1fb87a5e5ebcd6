package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/ledger"
)

// entriesOptions narrow the list of entries down.
type entriesOptions struct {
	only, from, to string
	block          int64
	limit          int
	json           bool
}

func entriesCommand() *cobra.Command {
	var o entriesOptions
	c := &cobra.Command{
		Use:   "entries FOLDER [WORD...]",
		Short: "List entries of the record, newest first, or search it",
		Long: `Lists the newest entries that the record of the running node has, or searches the
whole of it for those that every word fits: the number of an entry, a request or a
block, an agency, a data set or a field of one, a kind such as approve, a reason or
the code of a refusal. Names and case numbers are sealed: the window searches those.`,
		Example: `  countersignd entries FOLDER 417C902E
  countersignd entries FOLDER police wrong-state --from 2026-06-01 --to 2026-06-30`,
		Args: cobra.MinimumNArgs(1),
		RunE: withClient(func(ctx context.Context, client *control.Client, out io.Writer, words []string) error {
			return listEntries(ctx, client, out, words, o)
		}),
	}
	c.Flags().StringVar(&o.only, "only", "", "decisions, receipts, refused, keys or members")
	c.Flags().StringVar(&o.from, "from", "", "day since which entries are listed, such as 2026-06-01")
	c.Flags().StringVar(&o.to, "to", "", "day up to which entries are listed")
	c.Flags().Int64Var(&o.block, "block", 0, "block up to which entries are listed")
	c.Flags().IntVar(&o.limit, "limit", 100, "how many are listed")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON, an entry a line")
	return c
}

// query reads the options.
func (o entriesOptions) query() (q desk.RecordQuery, err error) {
	filters := []desk.RecordFilter{desk.RecordAll, desk.RecordDecisions, desk.RecordReceipts, desk.RecordRefused, desk.RecordKeys, desk.RecordMembers}
	q.Filter, q.Height, q.Limit = desk.RecordFilter(o.only), ledger.Height(o.block), o.limit
	switch {
	case !slices.Contains(filters, q.Filter):
		return q, fmt.Errorf("--only %q: it is decisions, receipts, refused, keys or members", o.only)
	case o.limit < 1:
		return q, errors.New("--limit: at least 1")
	case o.block < 0:
		return q, errors.New("--block: the number of a block")
	}
	day := func(flag, text string) (time.Time, error) {
		t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil {
			return t, fmt.Errorf("--%s %q: a day such as 2026-06-01", flag, text)
		}
		return t, nil
	}
	if o.from != "" {
		t, err := day("from", o.from)
		if err != nil {
			return q, err
		}
		q.From = ledger.TimeOf(t)
	}
	if o.to != "" {
		t, err := day("to", o.to)
		if err != nil {
			return q, err
		}
		q.At = ledger.TimeOf(t.AddDate(0, 0, 1)) - 1
	}
	if q.At != 0 && q.From > q.At {
		return q, errors.New("--from is after --to")
	}
	return q, nil
}

// listed is an entry as JSON.
type listed struct {
	ID      ledger.EntryID  `json:"id"`
	Block   ledger.Height   `json:"block"`
	Index   uint32          `json:"index"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Refused ledger.Refusal  `json:"refused,omitempty"`
	Agency  ledger.AgencyID `json:"agency"`
	Node    ledger.NodeCode `json:"node,omitempty"`
	Key     string          `json:"key"`
	Request *ledger.EntryID `json:"request,omitempty"`
	Dataset string          `json:"dataset,omitempty"`
	Reason  ledger.Code     `json:"reason,omitempty"`
}

func listEntries(ctx context.Context, client *control.Client, out io.Writer, words []string, o entriesOptions) error {
	q, err := o.query()
	if err != nil {
		return err
	}
	search := desk.RecordSearch{RecordQuery: q, Public: true}
	for _, w := range strings.Fields(strings.Join(words, " ")) {
		search.Words = append(search.Words, desk.RecordWord{Text: w})
	}
	var rows []desk.RecordRow
	began := time.Now()
	at, err := desk.New(client, desk.Options{}).SearchRecord(ctx, search, func(f desk.RecordFound) {
		rows = append(rows, f.Rows...)
		if f.Back != 0 && time.Since(began) > time.Second && !o.json {
			fmt.Fprintf(os.Stderr, "\r%d found so far, looked back to %s ", len(rows), f.Back.Std().Local().Format(time.DateOnly))
		}
	})
	if time.Since(began) > time.Second && !o.json {
		fmt.Fprint(os.Stderr, "\r")
	}
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b desk.RecordRow) int { return int(b.Position) - int(a.Position) })
	for i := range rows {
		if err := printEntry(out, &rows[i], o.json); err != nil {
			return err
		}
	}
	switch {
	case o.json:
	case at.Older != 0:
		fmt.Fprintf(out, "%d listed, and there may be more before %s: --limit takes more, --to begins further back.\n", len(rows), at.Back.Std().Local().Format(time.DateOnly))
	case len(rows) == 0:
		fmt.Fprintln(out, "Nothing on the record fits.")
	}
	return nil
}

func printEntry(out io.Writer, r *desk.RecordRow, asJSON bool) error {
	if asJSON {
		l := listed{ID: r.ID, Block: r.Height, Index: r.Index, At: r.At.Std(), Kind: r.Kind, Refused: r.Code, Agency: r.Agency, Node: r.Node, Key: r.Key,
			Dataset: r.Dataset, Reason: r.Reason}
		if !r.Request.IsZero() {
			l.Request = &r.Request
		}
		return json.NewEncoder(out).Encode(l)
	}
	parts := []string{r.AgencyTitle}
	if r.Node != "" {
		parts[0] += " (" + string(r.Node) + ")"
	}
	if !r.Request.IsZero() {
		parts = append(parts, "request "+strings.ReplaceAll(desk.CheckCode(r.Request), " ", ""))
	}
	if r.Dataset != "" {
		parts = append(parts, r.Dataset)
	}
	if r.Reason != "" {
		parts = append(parts, string(r.Reason))
	}
	if r.Code != ledger.Accepted {
		parts = append(parts, "NOT COUNTED: "+string(r.Code))
	}
	_, err := fmt.Fprintf(out, "%s  block %d  %s  %-16s  %s\n", r.At.Std().Local().Format(time.DateTime), r.Height,
		strings.ReplaceAll(desk.CheckCode(r.ID), " ", ""), r.Kind, strings.Join(parts, ", "))
	return err
}
