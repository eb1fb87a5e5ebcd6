package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
)

// membership is what `admin members` prints.
type membership struct {
	Members []desk.Member      `json:"members"`
	Votes   []desk.MotionRow   `json:"votes"`
	Guests  []desk.JoinRequest `json:"guests"` // handed in a document here
	Rules   desk.RulesState    `json:"rules"`
}

func (f *adminFlags) membersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "members FOLDER",
		Short: "List the members, what they vote on, and who waits to be admitted",
		Args:  cobra.ExactArgs(1),
		RunE: f.with(func(ctx context.Context, a *admin, _ []string) error {
			var m membership
			net, err := a.desk.Network(ctx)
			if err != nil {
				return err
			}
			m.Members, m.Rules = net.Members, net.Rules
			if m.Votes, err = a.desk.Motions(ctx); err != nil {
				return err
			}
			if m.Guests, err = a.desk.Joins(ctx); err != nil {
				return err
			}
			return a.print(m, m.list)
		}),
	}
}

func (m membership) list(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tAGENCY\tSTANDING\tKEEPS\tONLINE")
	for _, x := range m.Members {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", x.Agency, x.Title, x.Standing, yesNo(x.Keeper), yesNo(x.Online))
	}
	_ = w.Flush() // to memory
	for _, r := range m.Votes {
		listMotion(out, r)
	}
	for _, line := range rulesWords(m.Rules) {
		fmt.Fprintln(out, line)
	}
	for _, g := range m.Guests {
		state := "compare the six words first, with `countersignd invite`"
		if g.Confirmed {
			state = "admit with `countersignd admin admit FOLDER " + guestName(g) + "`"
		}
		fmt.Fprintf(out, "Waits: %s; %s.\n", guestName(g), state)
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// guestName is the code of an agency or of a further node.
func guestName(g desk.JoinRequest) string {
	switch {
	case g.Document != nil:
		return string(g.Document.Agency)
	case g.Node != nil:
		return string(g.Node.Code)
	}
	return ""
}

func (f *adminFlags) admitCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "admit FOLDER [CODE]",
		Short: "Sign for a newcomer whose six words were compared: an agency, or a further computer",
		Args:  cobra.RangeArgs(1, 2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			guests, err := a.desk.Joins(ctx)
			if err != nil {
				return err
			}
			g, err := pick("newcomer that waits here", first(args), guests, func(g desk.JoinRequest) (string, string) { return "", guestName(g) })
			if err != nil {
				return err
			}
			if !g.Confirmed {
				return errors.New("its six words have not been compared: `countersignd invite` shows them. Nothing was signed")
			}
			act, err := a.desk.ConfirmJoin(ctx, g)
			if err != nil {
				return err
			}
			_, err = a.sign(ctx, act)
			return err
		}),
	}
}

func (f *adminFlags) voteCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "vote FOLDER NUMBER yes|no",
		Short: "Vote for your agency on what the members decide",
		Long: `Votes for your agency, once. An agency that votes no on what it has asked for itself
takes it back, and the vote ends. "admin members" lists the votes.`,
		Args: cobra.ExactArgs(3),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			if args[1] != "yes" && args[1] != "no" {
				return fmt.Errorf("say yes or no, not %q: nothing was signed", args[1])
			}
			rows, err := a.desk.Motions(ctx)
			if err != nil {
				return err
			}
			rows = slices.DeleteFunc(rows, func(m desk.MotionRow) bool { return m.State != desk.MotionOpen && m.State != desk.MotionOvertaken })
			m, err := pick("open vote", args[0], rows, func(m desk.MotionRow) (string, string) { return m.Motion.ID.String(), m.About })
			if err != nil {
				return err
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActVote, Target: m.Motion.ID, Yes: args[1] == "yes"})
			return err
		}),
	}
}

func (f *adminFlags) removeNodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove-node FOLDER CODE",
		Short: "Take a computer of your agency out of the network",
		Args:  cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			remove, err := a.desk.RemoveNode(ctx, ledger.NodeCode(args[0]))
			if err != nil {
				return err
			}
			_, err = a.sign(ctx, desk.Act{Kind: desk.ActRemoveNode, Remove: remove})
			return err
		}),
	}
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
