package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
)

func (f *adminFlags) rotateCommand() *cobra.Command {
	var overlap, ends string
	c := &cobra.Command{
		Use:   "rotate FOLDER",
		Short: "Change to a new key of your own, which the old one signs",
		Long: `Makes your next key beside the old one, under the same passphrase. The old key goes
on working for the days of --overlap; the next command takes the new one by itself.`,
		Args: cobra.ExactArgs(1),
		RunE: f.with(func(ctx context.Context, a *admin, _ []string) error {
			old, err := days("overlap", overlap)
			if err != nil {
				return err
			}
			life, err := days("ends", ends)
			if err != nil {
				return err
			}
			until := ledger.Time(0)
			if life > 0 {
				until = a.desk.EndsIn(life)
			}
			passphrase := a.passphrase
			if passphrase == "" {
				if passphrase, err = askSecret("Passphrase, to make the new key"); err != nil {
					return err
				}
			}
			rotate, err := a.desk.RotateKey(ctx, passphrase, a.desk.EndsIn(old), until)
			if err != nil {
				return err
			}
			return a.signFor(ctx, desk.Act{Kind: desk.ActRotate, Rotate: rotate})
		}),
	}
	c.Flags().StringVar(&overlap, "overlap", "30d", "how many days the old key goes on working")
	c.Flags().StringVar(&ends, "ends", "730d", "after how many days the new key ends; 0: never")
	return c
}

func (f *adminFlags) suspendCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "suspend FOLDER WHO",
		Short: "Stop an official's key at once; one admin is enough",
		Args:  cobra.ExactArgs(2),
		RunE: f.about(func(_ context.Context, _ *admin, who desk.PersonRow) (desk.Act, error) {
			return desk.Act{Kind: desk.ActSuspendKey, Official: who.Person.ID}, nil
		}),
	}
}

func (f *adminFlags) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FOLDER WHO",
		Short: "Let a suspended key sign again; a second admin has to agree",
		Args:  cobra.ExactArgs(2),
		RunE: f.about(func(_ context.Context, a *admin, who desk.PersonRow) (desk.Act, error) {
			return desk.Act{Kind: desk.ActPropose, Propose: a.desk.RestoreProposal(who.Person.ID)}, nil
		}),
	}
}

func (f *adminFlags) revokeCommand() *cobra.Command {
	var reason, from string
	c := &cobra.Command{
		Use:   "revoke FOLDER WHO --reason key-compromise --since \"2026-06-15 08:00\"",
		Short: "End an official's key for good; a second admin has to agree",
		Long: `Ends a key and with it the computers that are this official's own, and opens the
agency's next identity. With --since the key is suspect from then on: each decision
since has to be confirmed or annulled by the others, on their desks.

Reasons: ` + reasonNames(),
		Args: cobra.ExactArgs(2),
		RunE: f.about(func(ctx context.Context, a *admin, who desk.PersonRow) (desk.Act, error) {
			if !slices.Contains(desk.RevokeCodes(), ledger.Code(reason)) {
				return desk.Act{}, fmt.Errorf("--reason: %q is none of %s", reason, reasonNames())
			}
			at, err := since(from)
			if err != nil {
				return desk.Act{}, err
			}
			if at != 0 {
				listed, err := a.desk.DecisionsSince(ctx, who.Person.ID, at)
				if err != nil {
					return desk.Act{}, err
				}
				fmt.Fprintf(os.Stderr, "%s since then will have to be confirmed or annulled.\n", plural(len(listed), "decision"))
			}
			p, err := a.desk.RevokeProposal(ctx, who.Person.ID, ledger.Code(reason), at)
			return desk.Act{Kind: desk.ActPropose, Propose: p}, err
		}),
	}
	c.Flags().StringVar(&reason, "reason", "", "why; all members see it")
	c.Flags().StringVar(&from, "since", "", "from when the key is suspect, in this computer's time zone (default: no decision is)")
	return c
}

func reasonNames() string {
	var out []string
	for _, c := range desk.RevokeCodes() {
		out = append(out, string(c))
	}
	return strings.Join(out, ", ")
}

// about signs an act about the official who is named in the second argument.
func (f *adminFlags) about(act func(context.Context, *admin, desk.PersonRow) (desk.Act, error)) func(*cobra.Command, []string) error {
	return f.with(func(ctx context.Context, a *admin, args []string) error {
		who, err := a.find(ctx, args[0])
		if err != nil {
			return err
		}
		todo, err := act(ctx, a, who)
		if err != nil {
			return err
		}
		_, err = a.sign(ctx, todo)
		return err
	})
}
