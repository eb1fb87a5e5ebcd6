package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// adminFlags are common to the commands with which an official signs.
type adminFlags struct {
	as             string
	keys           string
	passphraseFile string
	yes, json      bool
	wait           time.Duration
}

func adminCommand() *cobra.Command {
	f := &adminFlags{}
	c := &cobra.Command{
		Use:   "admin",
		Short: "Administer an agency from the command line: people, keys, catalogue, members",
		Long: `What an administrator does in the window, for an office without one. Each command
asks the node that runs on FOLDER, shows in plain words what will be signed, and
signs in this process: keys and passphrases never reach the node.

The passphrase is asked twice, as in the window: to open your key, and to sign what
you have read. In scripts, --passphrase-file FILE (readable by its owner alone) and
--yes take their place. Enrolling, restoring, revoking, publishing and moving the office
need a second admin: they wait until somebody else runs "admin second". An official is named by
the whole name or by the first characters of their number, a proposal or a vote by
the first characters of its number.`,
	}
	f.register(c)
	c.AddCommand(f.peopleCommand(), f.enrolCommand(), f.secondCommand(), f.rotateCommand(), f.suspendCommand(), f.restoreCommand(), f.revokeCommand(),
		f.publishCommand(), f.membersCommand(), f.admitCommand(), f.voteCommand(),
		f.computersCommand(), f.moveOfficeCommand(), f.removeNodeCommand())
	c.AddCommand(f.judgeCommands()...)
	c.AddCommand(f.offerAdminsCommand(), f.newAdminsCommand(), f.rulesVersionCommand())
	return c
}

func (f *adminFlags) register(c *cobra.Command) {
	p := c.PersistentFlags()
	p.StringVar(&f.as, "as", "", "who signs: a name, or the first characters of a number (default: the one official whose key lies here, else asked)")
	p.StringVar(&f.keys, "keys", "", "folder of the officials' key files (default: FOLDER/keys)")
	p.StringVar(&f.passphraseFile, "passphrase-file", "", "file with your passphrase, readable by its owner alone (default: asked)")
	p.BoolVar(&f.yes, "yes", false, "sign without asking; for scripts, with --passphrase-file")
	p.BoolVar(&f.json, "json", false, "print JSON")
	p.DurationVar(&f.wait, "wait", 30*time.Second, "how long to wait until what was signed is final")
}

// admin is one official at a node's control socket, whose key is open in this process.
type admin struct {
	*adminFlags
	desk       *desk.Desk
	me         desk.Person
	passphrase string // from a file; empty: asked for each signature
	out        io.Writer
	talk       talk
}

// with runs a command with an official's key open, over the node that runs on
// the folder in the first argument.
func (f *adminFlags) with(fn func(context.Context, *admin, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		return f.locked(func(ctx context.Context, a *admin, args []string) error {
			if err := a.unlock(ctx); err != nil {
				return err
			}
			defer a.desk.Lock()
			return fn(ctx, a, args)
		})(c, args)
	}
}

// locked runs a command over the node that runs on the folder in the first
// argument; nobody's key is open.
func (f *adminFlags) locked(fn func(context.Context, *admin, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		ctx := c.Context()
		client, err := dial(ctx, args[0])
		if err != nil {
			return err
		}
		defer client.Close()
		keys := f.keys
		if keys == "" {
			keys = filepath.Join(args[0], node.KeysFolder)
		}
		a := &admin{adminFlags: f, desk: desk.New(client, desk.Options{Keys: keys, Language: "en"}), out: c.OutOrStdout(), talk: newTalk(c)}
		return fn(ctx, a, args[1:])
	}
}

// unlock opens the key of who signs.
func (a *admin) unlock(ctx context.Context) error {
	who, err := a.who()
	if err != nil {
		return err
	}
	if a.passphraseFile != "" {
		a.passphrase, err = readPassphrase(a.passphraseFile)
	}
	passphrase := a.passphrase
	if err == nil && passphrase == "" {
		passphrase, err = askSecret("Passphrase of " + label(who) + ", to open the key")
	}
	if err != nil {
		return err
	}
	if err := a.desk.Unlock(ctx, who.Official, passphrase); err != nil {
		return err
	}
	a.me, _ = a.desk.Me()
	return nil
}

// who finds the official who signs among the key files that lie here.
func (a *admin) who() (desk.KeyFile, error) {
	files, err := a.desk.Identities()
	if err != nil {
		return desk.KeyFile{}, err
	}
	files = slices.DeleteFunc(files, func(k desk.KeyFile) bool { return k.Err != nil || !k.Enrolled })
	if len(files) == 0 {
		return desk.KeyFile{}, errors.New("no key of an official of this agency lies here: name the folder with --keys")
	}
	if a.as == "" && len(files) > 1 {
		var lines []string
		for _, k := range files {
			lines = append(lines, "  "+label(k))
		}
		return desk.KeyFile{}, fmt.Errorf("keys of %d officials lie here: say with --as who signs\n%s", len(files), strings.Join(lines, "\n"))
	}
	return pick("official with a key here", a.as, files, func(k desk.KeyFile) (string, string) { return k.Official.String(), k.Name })
}

// label names an official whose card may never have been opened here.
func label(k desk.KeyFile) string {
	if k.Name == "" {
		return "official " + k.Official.String()[:8]
	}
	return k.Name + " (" + k.Official.String()[:8] + ")"
}

// minPrefix is how many characters of a number name something.
const minPrefix = 4

// pick finds the one thing that a whole name, or the beginning of a number, names.
// An empty word names the only one.
func pick[T any](what, word string, all []T, names func(T) (number, name string)) (T, error) {
	var found []T
	word = strings.ReplaceAll(word, " ", "")
	for _, one := range all {
		number, name := names(one)
		if word == "" || len(word) >= minPrefix && strings.HasPrefix(number, strings.ToLower(word)) || strings.EqualFold(strings.ReplaceAll(name, " ", ""), word) {
			found = append(found, one)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return *new(T), fmt.Errorf("%q is no %s. Nothing was signed", word, what)
	case word == "":
		return *new(T), fmt.Errorf("say which %s: there are %d. Nothing was signed", what, len(found))
	}
	return *new(T), fmt.Errorf("%q names more than one %s: give more of its number. Nothing was signed", word, what)
}

// short is how lists name an entry; every command takes it.
func short(id ledger.EntryID) string { return id.String()[:8] }

func (a *admin) print(v any, lines func(io.Writer)) error {
	if !a.json {
		lines(a.out)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
