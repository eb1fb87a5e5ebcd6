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

	"countersign/app/control"
	"countersign/app/node"
	"countersign/ledger"
)

// talk is a conversation with the person at the terminal. It goes over standard
// error, so that standard output can be led into a file.
type talk struct {
	in  *bufio.Reader
	out io.Writer
}

func newTalk(c *cobra.Command) talk {
	return talk{in: bufio.NewReader(c.InOrStdin()), out: c.ErrOrStderr()}
}

// ask shows a question and reads one line; it ends with the context too.
func (t talk) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(t.out, question)
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // a read from a terminal cannot be ended: it goes with the process
		line, err := t.in.ReadString('\n')
		got <- answer{strings.TrimSpace(line), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-got:
		if a.err != nil {
			return "", fmt.Errorf("read the answer: %w", a.err)
		}
		return a.line, nil
	}
}

// sameWords shows the six words and asks whether the other side reads the same.
func (t talk) sameWords(ctx context.Context, words [6]string) (bool, error) {
	answer, err := t.ask(ctx, fmt.Sprintf("\n    %s\n\nDoes the other side read the same six words on the telephone? [yes/no] ", strings.Join(words[:], "  ")))
	return strings.EqualFold(answer, "yes"), err
}

func inviteCommand() *cobra.Command {
	var o node.InviteOptions
	var nodeName string
	c := &cobra.Command{
		Use:   "invite FOLDER",
		Short: "Invite an agency, or with --node a further node of this agency",
		Long: `Prints an invitation and waits until the guest has handed in its document. Then
compare the six words with the guest by telephone before you confirm. Standard output
has the invitation alone: lead it into a file, and go on reading here.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Valid <= 0 {
				return errors.New("--valid: an invitation holds for a while, such as 72h")
			}
			client, err := dial(c.Context(), args[0])
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
			inv, err := node.ParseInvitation(text, 0)
			if err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), text)
			t := newTalk(c)
			fmt.Fprintln(t.out, "Waiting for the guest. Ctrl-C ends waiting; the invitation stays open while this node runs.")
			return awaitGuest(c.Context(), client, inv.Serial, t)
		},
	}
	c.Flags().StringVar(&nodeName, "node", "", "code of a further node of this agency, such as desk-1")
	c.Flags().DurationVar(&o.Valid, "valid", 72*time.Hour, "how long the invitation holds")
	return c
}

// awaitGuest waits for the guest of an invitation, shows the words and asks for
// confirmation.
func awaitGuest(ctx context.Context, client *control.Client, serial ledger.Nonce, t talk) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		joins, err := client.Joins(ctx)
		if err != nil {
			return err
		}
		for _, j := range joins {
			if j.Serial != serial || j.Confirmed {
				continue
			}
			ok, err := t.sameWords(ctx, j.Words)
			if err != nil {
				return err
			}
			if !ok {
				return node.ErrNotConfirmed
			}
			if err := client.ConfirmJoin(ctx, j.Serial); err != nil {
				return err
			}
			fmt.Fprintln(t.out, "Confirmed. Now an admin signs for it: `countersignd admin admit FOLDER`, or in the window, Settings, Members.")
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func joinCommand() *cobra.Command {
	var f agencyFlags
	var hide, spare bool
	c := &cobra.Command{
		Use:   "join FOLDER INVITATION-FILE",
		Short: "Join a network with an invitation, as a new agency or as a further node",
		Long: `Reads the invitation from a file ("-": standard input, up to an empty line). Keys are
made in memory; nothing is written before the six words agree on both sides.

A further node that is always on can be a spare: with --spare it holds the agency's keys
as the office node does, and the office can move to it ("admin move-office").`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := vacant(args[0]); err != nil {
				return err
			}
			t := newTalk(c)
			text, err := t.invitation(args[1])
			if err != nil {
				return fmt.Errorf("read invitation: %w", err)
			}
			inv, err := node.ParseInvitation(text, ledger.TimeOf(time.Now()))
			if err != nil {
				return err
			}
			if inv.Node != "" {
				p, err := node.JoinNode(c.Context(), args[0], text, node.NodeOptions{Listen: f.listen, MDNS: f.mdns, HideSubjects: hide, Spare: spare}, t.sameWords)
				if err == nil && spare {
					spareAdvice()
				}
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "Node %s of %s is ready. Next: countersignd run %s\n", p.Node, p.Agency, args[0])
				}
				return err
			}
			if spare {
				return errSpareAgency
			}
			o, err := f.options(c.Context(), args[0], t)
			if err != nil {
				return err
			}
			p, err := node.JoinAgency(c.Context(), args[0], text, o, t.sameWords)
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "%s waits to be admitted to network %s. Next: countersignd run %s\n", o.Title, p.Network.Short(), args[0])
			}
			return err
		},
	}
	f.add(c)
	c.Flags().BoolVar(&spare, "spare", false, "a further node that is always on: let it hold the agency's keys, so that the office can move to it")
	c.Flags().BoolVar(&hide, "hide-subjects", false, "a desk: keep subjects covered until asked for, whatever its officials set")
	return c
}

// maxInvitationFile is more than an invitation's text ever needs, in bytes.
const maxInvitationFile = 64 << 10

// invitation reads an invitation from a file, or from the conversation up to an
// empty line: what follows there are answers.
func (t talk) invitation(name string) (string, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxInvitationFile))
		return string(b), err
	}
	var text strings.Builder
	for text.Len() < maxInvitationFile {
		line, err := t.in.ReadString('\n')
		text.WriteString(line)
		if errors.Is(err, io.EOF) || err == nil && strings.TrimSpace(line) == "" {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return text.String(), nil
}
