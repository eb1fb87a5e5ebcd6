package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

func (f *adminFlags) moveOfficeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "move-office FOLDER NODE",
		Short: "Make another computer of your agency its office node",
		Long: `The office node releases, receives and receipts for the agency, and reads its data.
It can move to a spare: a further node that joined with "join --spare", or was made one
by "countersignd spare". "admin computers" lists them. Two admins sign.

The new office node takes over what is under way, and fetches what the former one keeps
while that one still answers; the former one then signs for the agency no more, keeps
its place among the keepers, and can be taken out with "admin remove-node" once "status"
says that nothing is left to fetch. Where the office computer is gone for good, give the
command on the spare's FOLDER. Data files are on a computer: connect them again at the
new one.`,
		Args: cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			propose, err := a.desk.OfficeProposal(ctx, ledger.NodeCode(args[0]))
			if err != nil {
				return fmt.Errorf("%w: %w", errNotSigned, err)
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActPropose, Propose: propose})
			return err
		}),
	}
}

func (f *adminFlags) computersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "computers FOLDER",
		Short: "List the computers of your agency: its office node, and which may become it",
		Args:  cobra.ExactArgs(1),
		RunE: f.locked(func(ctx context.Context, a *admin, _ []string) error {
			list, err := a.desk.Computers(ctx)
			if err != nil {
				return err
			}
			return a.print(list, func(out io.Writer) {
				for _, c := range list {
					fmt.Fprintf(out, "%-20s %s\n", c.Code, computerWords(c))
				}
			})
		}),
	}
}

// computerWords say what a computer is to its agency.
func computerWords(c desk.Computer) string {
	words := []string{"desk"}
	switch {
	case c.Office:
		words[0] = "office node"
	case c.Spare:
		words[0] = "spare: the office can move to it"
	}
	if c.Keeps {
		words = append(words, "keeps the record")
	}
	if c.Holder != nil {
		words = append(words, "of "+person(c.Holder))
	}
	if c.Here {
		words = append(words, "this one")
	}
	if !c.Proposal.IsZero() {
		words = append(words, "the office is to move here: second "+short(c.Proposal))
	}
	return strings.Join(words, ", ")
}

func spareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "spare FOLDER",
		Short: "Make a stopped further node one that can become the office node",
		Long: `Gives the node in FOLDER an identity of its own, with which it can hold the agency's.
The node must not be running; it declares the identity on the record when it runs again.
It is given the agency's identities when an admin names it with "admin move-office".
A node that is to hold them at once joins with "join --spare".

Protect that computer as you protect the office node: its key lies in a file of its user
alone, because it has to start with nobody there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := node.MakeSpare(args[0]); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The office can move to this node once it has run. Next: countersignd run %s\n", args[0])
			return nil
		},
	}
}

// officeStatus says which node is the office, and what is wanting there.
func officeStatus(out io.Writer, s node.Status) {
	switch {
	case s.Office:
		fmt.Fprintln(out, "this is the agency's office node")
	case s.OfficeNode != "":
		line := fmt.Sprintf("the agency's office node is %s", s.OfficeNode)
		if s.Spare && s.Identities {
			line += "; this one is a spare, and holds what it needs to take its place"
		} else if s.Spare {
			line += "; this one is a spare, and has not been given the agency's identities yet"
		}
		fmt.Fprintln(out, line)
	}
	for _, code := range s.MissingSources {
		fmt.Fprintf(out, "no data is connected here for %s: countersignd connect %s %s FILE KEY-COLUMN\n", code, s.Profile.Folder, code)
	}
	for code, left := range s.TakingOver {
		fmt.Fprintf(out, "%s still to come from %s, the office node of before: leave it running\n", plural(left, "file"), code)
	}
	if s.Office && !s.Identities {
		fmt.Fprintln(out, "problem: this office node has not been given all identities of the agency: an admin unlocks at a desk, or a spare or the former office node is started")
	}
}

// errSpareAgency is said to a newcomer: an agency's first node is its office node.
var errSpareAgency = errors.New("--spare: this invitation is for a new agency, whose first node is its office node. Nothing was written")

// spareAdvice is told to whoever has made a spare.
func spareAdvice() {
	fmt.Fprintln(os.Stderr, "It can become the office node. Protect this computer as you protect that one: it holds your agency's keys, and starts with nobody there.")
}
