package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// judgeCommands put a judgement on one member to the vote of the others.
func (f *adminFlags) judgeCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, j := range []struct {
		name, short, long string
		act               ledger.MotionAct
	}{
		{"suspend-member", "Ask the other members to suspend one of them",
			"A suspended agency asks, decides and votes on nothing until it is reinstated.", ledger.MotionSuspend},
		{"reinstate-member", "Ask the other members to end a suspension", "", ledger.MotionReinstate},
		{"expel-member", "Ask the other members to expel one of them",
			"Its open requests lapse, its agreements end and what it received is recalled. Nothing brings it back but joining anew under another code.", ledger.MotionExpel},
		{"replace-keeper", "Ask the other members to take the record out of one's keeping",
			"The agency stays a member; its key to keep the record ends for good.", ledger.MotionReplaceKeeper},
	} {
		var reason string
		codes := codeNames(desk.MotionCodes(j.act))
		c := &cobra.Command{
			Use:   j.name + " FOLDER AGENCY --reason " + string(desk.MotionCodes(j.act)[0]),
			Short: j.short,
			Long: strings.TrimSpace(j.long + `

It takes more than two thirds of the others, at least two. The agency concerned and
suspended ones are neither asked nor counted. The motion is your agency's vote for it
and open for ` + plural(ledger.MotionLifeDays, "day") + `; "admin vote FOLDER NUMBER no" takes it back.

Reasons: ` + codes),
			Args: cobra.ExactArgs(2),
			RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
				if !strings.Contains(", "+codes+", ", ", "+reason+", ") {
					return fmt.Errorf("--reason: %q is none of %s. Nothing was signed", reason, codes)
				}
				m, err := a.member(ctx, args[0])
				if err != nil {
					return err
				}
				return a.move(ctx, desk.MotionAbout(j.act, m.Agency, ledger.Code(reason)))
			}),
		}
		c.Flags().StringVar(&reason, "reason", "", "why; all members see it")
		out = append(out, c)
	}
	return out
}

func codeNames(codes []ledger.Code) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return strings.Join(out, ", ")
}

// member finds a member by its code or title.
func (a *admin) member(ctx context.Context, word string) (desk.Member, error) {
	net, err := a.desk.Network(ctx)
	if err != nil {
		return desk.Member{}, err
	}
	for _, m := range net.Members {
		if string(m.Agency) == word {
			return m, nil
		}
	}
	return pick("member", word, net.Members, func(m desk.Member) (string, string) { return "", m.Title })
}

// move signs a motion and says how it goes on.
func (a *admin) move(ctx context.Context, act desk.Act) error {
	id, err := a.sign(ctx, act)
	if err == nil {
		fmt.Fprintf(os.Stderr, "The others vote with `countersignd admin vote FOLDER %s yes`, or in the window, Settings, Members.\n", short(id))
	}
	return err
}

func (f *adminFlags) offerAdminsCommand() *cobra.Command {
	var names []string
	var file string
	c := &cobra.Command{
		Use:   "offer-admins FOLDER --names \"N. Lindqvist,J. Meyer\"",
		Short: "For an agency without a usable admin: make two new ones' keys and their offer",
		Long: `Makes the keys of two new admins in the folder of the keys, each under a passphrase
that the person types, and prints an offer on standard output. Send it to another
member, by any channel: an admin there runs "admin new-admins" with it, and the
members vote. The six words stand for the keys: whoever votes telephones this agency
and compares them. The keys open nothing before the vote is carried.`,
		Args: cobra.ExactArgs(1),
		RunE: f.locked(func(ctx context.Context, a *admin, _ []string) error {
			if len(names) != 2 {
				return errors.New("--names: two names are needed, parted by a comma. Nothing was written")
			}
			phrases, err := passphrases(file)
			if err != nil {
				return err
			}
			var pair [2]desk.NewAdmin
			for i := range pair {
				pair[i] = desk.NewAdmin{Card: vault.Card{Name: strings.TrimSpace(names[i])}, Passphrase: phrases[i]}
			}
			offer, err := a.desk.OfferAdmins(ctx, pair)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.talk.out, "Two keys lie in the folder of the keys. Whoever votes on it compares these six words with you by telephone:\n\n    %s\n\n", strings.Join(offer.Words[:], "  "))
			fmt.Fprintln(a.out, offer.Text)
			return nil
		}),
	}
	c.Flags().StringSliceVar(&names, "names", nil, "the two names, parted by a comma, which all members will see")
	c.Flags().StringVar(&file, "new-passphrases-file", "", "file with the two passphrases, one a line, readable by its owner alone (default: asked)")
	return c
}

func (f *adminFlags) newAdminsCommand() *cobra.Command {
	var heard string
	c := &cobra.Command{
		Use:   "new-admins FOLDER OFFER-FILE",
		Short: "Ask the members to give an agency without a usable admin two new ones",
		Long: `Reads the offer that the agency's two new admins made with "admin offer-admins", and
puts it to the vote of the other members, once you have telephoned the agency and it
has read the same six words. In scripts --words says what was heard.`,
		Args: cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read the offer: %w", err)
			}
			offer, err := a.desk.ReadOffer(ctx, string(text))
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "%s offers two new admins: %s; %s.\n", offer.Title, cardWords(offer.Cards[0]), cardWords(offer.Cards[1]))
			same := strings.Join(strings.Fields(heard), " ") == strings.Join(offer.Words[:], " ")
			if heard == "" && !a.yes {
				if same, err = a.talk.sameWords(ctx, offer.Words); err != nil {
					return err
				}
			}
			if !same {
				return fmt.Errorf("%w: the six words of this offer are not the ones that the agency reads. It may have been changed on its way: ask for it again", errNotSigned)
			}
			return a.move(ctx, offer.Act())
		}),
	}
	c.Flags().StringVar(&heard, "words", "", "the six words as the agency read them on the telephone (default: asked)")
	return c
}

func (f *adminFlags) rulesVersionCommand() *cobra.Command {
	var from uint64
	c := &cobra.Command{
		Use:   "rules-version FOLDER VERSION --from-height BLOCK",
		Short: "Ask the members to put a newer version of the rules in force from a block on",
		Long: `It takes more than two thirds of all members. From the named block on a computer
whose program does not know that version stops, keeps all it has, and goes on once it
has been updated: leave the members time for that.`,
		Args: cobra.ExactArgs(2),
		RunE: f.with(func(ctx context.Context, a *admin, args []string) error {
			version, err := strconv.ParseUint(args[0], 10, 32)
			if err != nil || version == 0 {
				return fmt.Errorf("%q is no version of the rules such as 2. Nothing was signed", args[0])
			}
			net, err := a.desk.Network(ctx)
			if err != nil {
				return err
			}
			if from <= uint64(net.Height) {
				return fmt.Errorf("--from-height: the record is at block %d: name a later one. Nothing was signed", net.Height)
			}
			if version > net.Rules.Known {
				fmt.Fprintf(os.Stderr, "The program on this node knows the rules up to version %d: it will stop at block %d unless it is updated before.\n", net.Rules.Known, from)
			}
			return a.move(ctx, a.desk.RulesMotion(version, ledger.Height(from)))
		}),
	}
	c.Flags().Uint64Var(&from, "from-height", 0, "the first block that may put them in force")
	return c
}

// listMotion is how `admin members` shows a motion.
func listMotion(out io.Writer, r desk.MotionRow) {
	what := motionWords(&r.Motion.Motion, r.About)
	switch r.State {
	case desk.MotionCarried:
		fmt.Fprintf(out, "Decided %s: %s. %s.\n", date(r.Motion.Carried), what, votesCast(r))
		return
	case desk.MotionBack:
		fmt.Fprintf(out, "Taken back by %s on %s: %s.\n", r.By, date(r.Motion.Back), what)
		return
	case desk.MotionLapsed:
		fmt.Fprintf(out, "Not carried by %s: %s. %s.\n", date(r.Motion.Until), what, votesCast(r))
		return
	}
	state := "your agency has not voted"
	switch {
	case r.State == desk.MotionOvertaken:
		state = "overtaken: it could not be carried as things are now"
	case r.Voted:
		state = "your agency has voted"
	}
	fmt.Fprintf(out, "Vote %s, asked by %s: %s. For it %d of the %d needed, until %s; %s. %s.\n", short(r.Motion.ID), r.By, what, r.Yes, r.Needed, date(r.Motion.Until), state, votesCast(r))
	if r.Motion.Motion.Act == ledger.MotionNewAdmins {
		for _, c := range r.Admins {
			fmt.Fprintf(out, "  New admin: %s.\n", cardWords(c))
		}
		fmt.Fprintf(out, "  Their keys in six words: %s.\n", strings.Join(r.Words[:], " "))
	}
}

// votesCast says who voted how, and who is waited for.
func votesCast(r desk.MotionRow) string {
	var yes, no []string
	for _, v := range r.Votes {
		if v.Yes {
			yes = append(yes, v.Title)
		} else {
			no = append(no, v.Title)
		}
	}
	parts := []string{"Yes: " + strings.Join(yes, ", ")}
	if len(no) > 0 {
		parts = append(parts, "no: "+strings.Join(no, ", "))
	}
	if len(r.Waiting) > 0 {
		parts = append(parts, "not yet: "+strings.Join(r.Waiting, ", "))
	}
	return strings.Join(parts, "; ")
}

// rulesWords say which rules are in force and which come.
func rulesWords(r desk.RulesState) []string {
	out := []string{fmt.Sprintf("Rules: version %d.", r.Version)}
	if r.Next != 0 {
		out = append(out, fmt.Sprintf("From block %d on: version %d.", r.From, r.Next))
	}
	if r.Stops() {
		out = append(out, fmt.Sprintf("The program on this node knows them up to version %d: update it before, or it stops there.", r.Known))
	}
	return out
}
