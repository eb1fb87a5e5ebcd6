package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// agencyFlags are common to init and join.
type agencyFlags struct {
	agency, title  string
	listen         []string
	mdns, keeper   bool
	passphraseFile string
	admins         []string
}

func (f *agencyFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.agency, "agency", "", "the agency's short code, such as tax")
	c.Flags().StringVar(&f.title, "title", "", "the agency's title, such as \"Tax Service\"")
	c.Flags().StringSliceVar(&f.listen, "listen", nil, "multiaddresses to listen on (default: every interface, free ports)")
	c.Flags().BoolVar(&f.mdns, "mdns", false, "find nodes in the local network")
	c.Flags().BoolVar(&f.keeper, "keeper", true, "vote on blocks once ready")
	c.Flags().StringSliceVar(&f.admins, "admins", nil, "the two admins' names, such as \"N. Lindqvist,J. Meyer\", which all members will see (default: asked)")
	c.Flags().StringVar(&f.passphraseFile, "passphrase-file", "", "file with the two admins' passphrases, one a line, readable by its owner alone (default: asked)")
}

// options reads the flags for a new profile in folder; a folder that has one
// already is refused before anybody is asked for a passphrase.
func (f *agencyFlags) options(ctx context.Context, folder string, t talk) (node.AgencyOptions, error) {
	o := node.AgencyOptions{Agency: ledger.AgencyID(f.agency), Title: f.title, Listen: f.listen, MDNS: f.mdns, Keeper: f.keeper}
	if err := vacant(folder); err != nil {
		return o, err
	}
	if !ledger.ValidCode(o.Agency) {
		return o, fmt.Errorf("--agency: %w", ledger.ErrBadCode)
	}
	if !ledger.ValidTitle(o.Title) {
		return o, fmt.Errorf("--title: %w", ledger.ErrBadTitle)
	}
	names, err := f.names(ctx, t)
	if err != nil {
		return o, err
	}
	phrases, err := passphrases(f.passphraseFile)
	if err != nil {
		return o, err
	}
	o.Admins = [2]node.AdminOptions{{Passphrase: phrases[0]}, {Passphrase: phrases[1]}}
	for i, name := range names {
		o.Admins[i].Card = vault.Card{Name: strings.TrimSpace(name)}
	}
	return o, nil
}

// names are the two admins' names from the flag or, at a terminal, from whoever
// sits there.
func (f *agencyFlags) names(ctx context.Context, t talk) ([]string, error) {
	names := f.admins
	for len(f.admins) == 0 && len(names) < 2 && term.IsTerminal(int(os.Stdin.Fd())) {
		name, err := t.ask(ctx, fmt.Sprintf("Name of admin %d, which all members will see: ", len(names)+1))
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if len(names) != 0 && len(names) != 2 {
		return nil, errors.New("--admins: two names are needed, parted by a comma")
	}
	return names, nil
}

// vacant makes sure that a folder holds no profile.
func vacant(folder string) error {
	if _, err := node.ReadProfile(folder); !errors.Is(err, node.ErrNoProfile) {
		return fmt.Errorf("%s: %w", folder, node.ErrProfileExists)
	}
	return nil
}

// passphrases reads the two admins' passphrases from a file or the terminal.
func passphrases(file string) ([2]string, error) {
	var out [2]string
	if file != "" {
		lines, err := readSecret(file)
		if err != nil {
			return out, fmt.Errorf("--passphrase-file: %w", err)
		}
		if len(lines) != 2 {
			return out, errors.New("--passphrase-file: two lines are needed, one for each admin")
		}
		copy(out[:], lines)
	} else {
		for i := range out {
			p, err := askTwice(fmt.Sprintf("Passphrase of admin %d", i+1))
			if err != nil {
				return out, err
			}
			out[i] = p
		}
	}
	for i, p := range out {
		if !desk.LongEnough(p) {
			return out, fmt.Errorf("admin %d: %w: nothing was written", i+1, desk.ErrShortPassphrase)
		}
	}
	return out, nil
}

func askTwice(prompt string) (string, error) {
	first, err := askSecret(prompt)
	if err != nil {
		return "", err
	}
	again, err := askSecret(prompt + ", again")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("the two passphrases differ: nothing was written")
	}
	return first, nil
}

func askSecret(prompt string) (string, error) {
	fd := int(os.Stdin.Fd())
	if !term.IsTerminal(fd) {
		return "", errors.New("there is no terminal to ask for the passphrase: use --passphrase-file")
	}
	fmt.Fprintf(os.Stderr, "%s: ", prompt)
	b, err := term.ReadPassword(fd)
	fmt.Fprintln(os.Stderr)
	return string(b), err
}

func initCommand() *cobra.Command {
	var f agencyFlags
	var rehearsal bool
	c := &cobra.Command{
		Use:   "init FOLDER",
		Short: "Found a network: make the first agency's keys and its first node",
		Long: `Founds a network in an empty folder. Until four agencies keep the record, this
node orders alone: whoever runs it could leave entries out, though not forge any.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.options(c.Context(), args[0], newTalk(c))
			if err != nil {
				return err
			}
			o.Parameters = ledger.DefaultParameters()
			o.Parameters.Rehearsal = rehearsal
			p, err := node.Found(args[0], o)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "Network %s founded by %s.\nNext: countersignd run %s\n", p.Network.Short(), o.Title, args[0])
			return nil
		},
	}
	f.add(c)
	c.Flags().BoolVar(&rehearsal, "rehearsal", false, "found a rehearsal: its clock and links can be moved, and every screen says so")
	return c
}
