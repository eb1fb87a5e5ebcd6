package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/app/desk"
)

func (f *adminFlags) secondCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "second FOLDER [NUMBER]",
		Short: "List what waits for a second admin, or second one of it",
		Args:  cobra.RangeArgs(1, 2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			inbox, err := a.desk.Inbox(ctx)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.print(inbox.Proposals, func(out io.Writer) { listProposals(out, inbox.Proposals) })
			}
			p, err := pick("proposal that waits", args[0], inbox.Proposals, func(p desk.ProposalRow) (string, string) { return p.ID.String(), "" })
			if err != nil {
				return err
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActSecond, Target: p.ID})
			return err
		}),
	}
}

func listProposals(out io.Writer, rows []desk.ProposalRow) {
	if len(rows) == 0 {
		fmt.Fprintln(out, "Nothing waits for a second admin.")
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tACT\tWHOM OR WHAT\tPROPOSED BY\tUNTIL")
	for _, p := range rows {
		by := p.By.Name
		if p.Mine {
			by = "you: another admin has to second"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", short(p.ID), p.Act, p.What, by, date(p.Until))
	}
	_ = w.Flush() // to memory
}
