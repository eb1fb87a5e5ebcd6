package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
)

func eraseCommand() *cobra.Command {
	f := &adminFlags{}
	var reason string
	c := &cobra.Command{
		Use:   "erase FOLDER REQUEST",
		Short: "Erase your agency's copies of a request at rest, as data protection officer",
		Long: `Destroys, on every computer of your agency, the letters, reasons and offers of a
request that has come to rest for good: refused, withdrawn, lapsed or closed. A
computer that is off does so when it is back. It cannot be undone. The record stays,
and what the other agency has of it is not touched; it is told.

Only a data protection officer signs this, and not for a request of their own. A
request is named by the first characters of its number, as Evidence shows it.

Reasons: ` + codeNames(desk.EraseCodes()) + `

The passphrase is asked twice, as in the window; in scripts --passphrase-file FILE
(readable by its owner alone) and --yes take their place.`,
		Args: cobra.ExactArgs(2),
		PreRunE: func(*cobra.Command, []string) error {
			if !slices.Contains(desk.EraseCodes(), desk.Code(reason)) {
				return fmt.Errorf("--reason: %q is none of %s. Nothing was signed", reason, codeNames(desk.EraseCodes()))
			}
			return nil
		},
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			id, err := a.desk.FindRequest(ctx, args[0])
			if err != nil {
				return err
			}
			if _, err := a.sign(ctx, desk.Act{Kind: desk.ActErase, Request: id, Code: desk.Code(reason)}); err != nil {
				return err
			}
			return a.erased(ctx, id)
		}),
	}
	f.register(c)
	c.Flags().StringVar(&reason, "reason", "", "why, by its code")
	return c
}

// erased waits until the node has destroyed what it had, and says so.
func (a *admin) erased(ctx context.Context, id ledger.EntryID) error {
	limited, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		here, err := a.desk.ErasedHere(ctx, id)
		if err != nil {
			return err
		}
		if here.At != 0 {
			return a.print(here, func(out io.Writer) {
				fmt.Fprintf(out, "This computer has destroyed what it kept of request %s: %s. The agency's other computers do the same as the record reaches them.\n",
					short(id), plural(here.Parts, "sealed part"))
			})
		}
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintln(os.Stderr, "It is not destroyed here yet: the node does so as soon as the order is final, and tries again what fails.")
			return nil
		case <-tick.C:
		}
	}
}

// eraseWords is what an erasure says.
func eraseWords(page *desk.SignPage) []string {
	about := []string{"Request " + short(page.Act.Request), page.Dataset, "with " + page.Other}
	if page.Case != "" {
		about = append(about, page.Case)
	}
	return []string{
		strings.Join(about, ", ") + ".",
		"Every computer of your agency destroys its copies of the letter, the reasons and any offer, and your desks what they keep of them. It cannot be undone.",
		"The record stays: who asked, who decided and when, fields, codes and signatures. So does your journal of who has looked, and what officials have exported to files.",
		"What " + page.Other + " has of it is not touched, and they are told.",
		fmt.Sprintf("Reason: %s.", page.Act.Code),
	}
}

// eraseHelp says what can be done where the code alone does not.
func eraseHelp(code ledger.Refusal) string {
	switch code {
	case ledger.MissingRole:
		return "Only a data protection officer may do this: sign as one with --as."
	case ledger.OwnRequest:
		return "Another data protection officer has to: you have signed this request yourself."
	case ledger.WrongState:
		return "It is not at rest: it has to be refused, withdrawn, lapsed or closed, and what was received deleted."
	case ledger.AlreadyDecided:
		return "Your agency has had its copies erased already."
	}
	return ""
}
