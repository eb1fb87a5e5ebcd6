package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
)

func (f *adminFlags) peopleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "people FOLDER",
		Short: "List the agency's officials with their roles and keys",
		Args:  cobra.ExactArgs(1),
		RunE: f.with(func(ctx context.Context, a *admin, _ []string) error {
			rows, err := a.desk.People(ctx)
			if err != nil {
				return err
			}
			return a.print(rows, func(out io.Writer) {
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NUMBER\tNAME\tROLES\tKEY\tSTATE\tENDS")
				for _, r := range rows {
					ends := "–"
					if r.Ends != 0 {
						ends = r.Ends.Std().Format("2006-01-02")
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Person.ID.String()[:8], r.Person.Name, roles(r.Person.Roles), r.Key, r.State, ends)
				}
				_ = w.Flush() // to memory
			})
		}),
	}
}

// find finds an official of the agency.
func (a *admin) find(ctx context.Context, word string) (desk.PersonRow, error) {
	rows, err := a.desk.People(ctx)
	if err != nil {
		return desk.PersonRow{}, err
	}
	return pick("official of your agency", word, rows, func(r desk.PersonRow) (string, string) { return r.Person.ID.String(), r.Person.Name })
}

func (f *adminFlags) enrolCommand() *cobra.Command {
	var title, unit, ends, newPassphrase string
	var names []string
	c := &cobra.Command{
		Use:   "enrol FOLDER NAME --roles approver,dpo",
		Short: "Give somebody a first key and roles; a second admin has to agree",
		Long: `Makes the key of a new official in the folder of the keys, under a passphrase that
the person types themselves, and proposes them. Hand over the key file, or leave it
where the person's desk runs on this folder; it opens nothing before another admin
has seconded.

Roles: ` + roleNames(),
		Args: cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			grants, err := grants(names)
			if err != nil {
				return err
			}
			life, err := days("ends", ends)
			if err != nil {
				return err
			}
			var until ledger.Time
			if life > 0 {
				until = a.desk.EndsIn(life)
			}
			passphrase, err := newSecret(newPassphrase, "Passphrase of "+args[0]+", typed by them")
			if err != nil {
				return err
			}
			propose, err := a.desk.NewEnrolment(ctx, args[0], title, unit, grants, passphrase, until)
			if err != nil {
				return err
			}
			if err := a.signFor(ctx, desk.Act{Kind: desk.ActPropose, Propose: propose}); err != nil {
				return err
			}
			return a.print(map[string]any{"official": propose.Enrol.Official, "key": propose.Enrol.Key.ID()}, func(out io.Writer) {
				fmt.Fprintf(out, "%s is official %s.\n", args[0], propose.Enrol.Official.String()[:8])
			})
		}),
	}
	c.Flags().StringSliceVar(&names, "roles", nil, "roles, parted by commas")
	c.Flags().StringVar(&title, "title", "", "such as Inspector; all members see it")
	c.Flags().StringVar(&unit, "unit", "", "such as \"Financial Crime Unit\"; all members see it")
	c.Flags().StringVar(&ends, "ends", "730d", "after how many days the key ends; 0: never")
	c.Flags().StringVar(&newPassphrase, "new-passphrase-file", "", "file with the new official's passphrase, readable by its owner alone (default: asked)")
	return c
}

// signFor signs an act for which a key was made here. Where nothing was signed in
// the end its file goes again.
func (a *admin) signFor(ctx context.Context, act desk.Act) error {
	_, err := a.sign(ctx, act)
	return errors.Join(err, a.desk.DropKey(context.WithoutCancel(ctx), act))
}

// newSecret is a passphrase for a key that is made.
func newSecret(file, prompt string) (string, error) {
	var passphrase string
	var err error
	if file != "" {
		passphrase, err = readPassphrase(file)
	} else {
		passphrase, err = askTwice(prompt)
	}
	if err == nil && !desk.LongEnough(passphrase) {
		err = fmt.Errorf("%w: nothing was written", desk.ErrShortPassphrase)
	}
	return passphrase, err
}

func roleNames() string {
	var out []string
	for _, r := range ledger.Roles() {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func grants(names []string) ([]ledger.RoleGrant, error) {
	if len(names) == 0 {
		return nil, errors.New("--roles: name at least one of " + roleNames())
	}
	var out []ledger.RoleGrant
	for _, n := range names {
		if !slices.Contains(ledger.Roles(), ledger.Role(n)) {
			return nil, fmt.Errorf("--roles: %q is none of %s", n, roleNames())
		}
		out = append(out, ledger.RoleGrant{Role: ledger.Role(n)})
	}
	return out, nil
}
