package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/app/control"
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
	c.Flags().StringSliceVar(&f.admins, "admins", nil, "the two admins' names, such as \"N. Lindqvist,J. Meyer\", which all members will see")
	c.Flags().StringVar(&f.passphraseFile, "passphrase-file", "", "file with the two admins' passphrases, one a line (default: asked)")
}

func (f *agencyFlags) options() (node.AgencyOptions, error) {
	o := node.AgencyOptions{Agency: ledger.AgencyID(f.agency), Title: f.title, Listen: f.listen, MDNS: f.mdns, Keeper: f.keeper}
	if !ledger.ValidCode(o.Agency) {
		return o, fmt.Errorf("--agency: %w", ledger.ErrBadCode)
	}
	if !ledger.ValidTitle(o.Title) {
		return o, fmt.Errorf("--title: %w", ledger.ErrBadTitle)
	}
	if len(f.admins) != 0 && len(f.admins) != 2 {
		return o, errors.New("--admins: two names are needed, parted by a comma")
	}
	phrases, err := passphrases(f.passphraseFile)
	if err != nil {
		return o, err
	}
	o.Admins = [2]node.AdminOptions{{Passphrase: phrases[0]}, {Passphrase: phrases[1]}}
	for i, name := range f.admins {
		o.Admins[i].Card = vault.Card{Name: strings.TrimSpace(name)}
	}
	return o, nil
}

// minPassphrase is the fewest characters a new passphrase may have.
const minPassphrase = 10

// passphrases reads the two admins' passphrases from a file or the terminal.
func passphrases(file string) ([2]string, error) {
	var out [2]string
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return out, fmt.Errorf("--passphrase-file: %w", err)
		}
		lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
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
		if len([]rune(p)) < minPassphrase {
			return out, fmt.Errorf("the passphrase of admin %d needs at least %d characters", i+1, minPassphrase)
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
			o, err := f.options()
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

func inviteCommand() *cobra.Command {
	var o node.InviteOptions
	var nodeName string
	c := &cobra.Command{
		Use:   "invite FOLDER",
		Short: "Invite an agency, or with --node a further node of this agency",
		Long: `Prints an invitation and waits until the guest has handed in its document. Then
compare the six words with the guest by telephone before you confirm.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := control.Dial(c.Context(), args[0])
			if err != nil {
				return err
			}
			defer client.Close()
			if nodeName != "" {
				o.Agency, o.Node = client.Profile().Agency, ledger.NodeCode(nodeName)
			}
			text, err := client.Invite(c.Context(), o)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n\nWaiting for the guest. Ctrl-C ends waiting; the invitation stays open while this node runs.\n", text)
			return awaitGuest(c.Context(), client)
		},
	}
	c.Flags().StringVar(&nodeName, "node", "", "code of a further node of this agency, such as desk-1")
	c.Flags().DurationVar(&o.Valid, "valid", 72*time.Hour, "how long the invitation holds")
	return c
}

// awaitGuest waits for a guest, shows the words and asks for confirmation.
func awaitGuest(ctx context.Context, client *control.Client) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		joins, err := client.Joins(ctx)
		if err != nil {
			return err
		}
		for _, j := range joins {
			if j.Confirmed {
				continue
			}
			ok, err := askWords(ctx, j.Words)
			if err != nil {
				return err
			}
			if !ok {
				return node.ErrNotConfirmed
			}
			if err := client.ConfirmJoin(ctx, j.Serial); err != nil {
				return err
			}
			fmt.Println("Confirmed. Now an admin signs for it on a desk (People and keys, Admit).")
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// askWords shows the six words and asks whether the other side reads the same.
func askWords(_ context.Context, words [6]string) (bool, error) {
	fmt.Printf("\n    %s\n\nDoes the other side read the same six words on the telephone? [yes/no] ", strings.Join(words[:], "  "))
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	return strings.EqualFold(strings.TrimSpace(line), "yes"), nil
}

func joinCommand() *cobra.Command {
	var f agencyFlags
	c := &cobra.Command{
		Use:   "join FOLDER INVITATION-FILE",
		Short: "Join a network with an invitation, as a new agency or as a further node",
		Long: `Reads the invitation from a file ("-": standard input). Keys are made in memory;
nothing is written before the six words agree on both sides.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := readInvitation(args[1])
			if err != nil {
				return err
			}
			inv, err := node.ParseInvitation(text, ledger.TimeOf(time.Now()))
			if err != nil {
				return err
			}
			if inv.Node != "" {
				p, err := node.JoinNode(c.Context(), args[0], text, node.NodeOptions{Listen: f.listen, MDNS: f.mdns}, askWords)
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "Node %s of %s is ready. Next: countersignd run %s\n", p.Node, p.Agency, args[0])
				}
				return err
			}
			o, err := f.options()
			if err != nil {
				return err
			}
			p, err := node.JoinAgency(c.Context(), args[0], text, o, askWords)
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "%s waits to be admitted to network %s. Next: countersignd run %s\n", o.Title, p.Network.Short(), args[0])
			}
			return err
		},
	}
	f.add(c)
	return c
}

func readInvitation(name string) (string, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("read invitation: %w", err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInvitationFile))
	if err != nil {
		return "", fmt.Errorf("read invitation: %w", err)
	}
	return string(b), nil
}

// maxInvitationFile is more than an invitation's text ever needs, in bytes.
const maxInvitationFile = 64 << 10
