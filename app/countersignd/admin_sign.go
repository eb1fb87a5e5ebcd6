package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"countersign/app/desk"
	"countersign/ledger"
)

// Reasons for which nothing was signed.
var (
	errNotSigned = errors.New("nothing was signed")
	errOpenFile  = errors.New("others may read it")
)

// sign shows what an act says, asks for the passphrase, signs, and waits until the
// entry is final. It returns the entry's number.
func (a *admin) sign(ctx context.Context, act desk.Act) (ledger.EntryID, error) {
	page, err := a.desk.Prepare(ctx, act)
	if err != nil {
		return ledger.EntryID{}, err
	}
	fmt.Fprintf(os.Stderr, "You sign for %s, as %s:\n", page.Agency, a.me.Name)
	for _, line := range statement(page) {
		fmt.Fprintln(os.Stderr, "  "+line)
	}
	fmt.Fprintf(os.Stderr, "  You find it in Evidence as %s.\n", page.CheckCode)
	if page.Check != ledger.Accepted {
		return ledger.EntryID{}, fmt.Errorf("%w: the rules would refuse it: %s. %s", errNotSigned, page.Check, refusalHelp(act.Kind, page.Check))
	}
	passphrase, err := a.agree()
	if err != nil {
		return ledger.EntryID{}, err
	}
	ticket, err := a.desk.Sign(ctx, page, passphrase)
	if err != nil {
		return ledger.EntryID{}, err
	}
	return ticket.Entry, a.await(ctx, page, ticket)
}

// agree is the consent to what was shown: the passphrase typed again, or with one
// from a file the word yes.
func (a *admin) agree() (string, error) {
	switch {
	case a.passphrase == "":
		passphrase, err := askSecret("Passphrase, to sign this (nothing: do not sign)")
		if err == nil && passphrase == "" {
			err = errNotSigned
		}
		return passphrase, err
	case a.yes:
		return a.passphrase, nil
	case !term.IsTerminal(int(os.Stdin.Fd())):
		return "", fmt.Errorf("%w: there is no terminal to agree on. Read what is above, then run the same with --yes", errNotSigned)
	}
	fmt.Fprint(os.Stderr, "Sign this? [yes/no] ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err == nil && !strings.EqualFold(strings.TrimSpace(line), "yes") {
		err = errNotSigned
	}
	return a.passphrase, err
}

// await says what became of a signed entry. One that is not final yet is no
// failure: the node goes on sending it.
func (a *admin) await(ctx context.Context, page *desk.SignPage, t desk.Ticket) error {
	limited, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	final, err := a.desk.Await(limited, t)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		fmt.Fprintf(os.Stderr, "Signed and kept as %s, and not final within %s. The node sends it as soon as enough agencies are back; nothing is to be signed again.\n", short(t.Entry), a.wait)
		return nil
	case err != nil:
		return err
	case final.Code != ledger.Accepted:
		return fmt.Errorf("not counted: %w. %s", final.Code, refusalHelp(page.Act.Kind, final.Code))
	}
	fmt.Fprintf(os.Stderr, "Final in block %d.\n", final.Height)
	if p := page.Admin; p != nil && page.Act.Kind == desk.ActPropose && !p.Alone {
		fmt.Fprintf(os.Stderr, "It takes effect when another admin of your agency seconds %s, within 7 days: countersignd admin second FOLDER %s\n", short(t.Entry), short(t.Entry))
	}
	return nil
}

// readPassphrase reads a passphrase from a file that its owner alone may read.
func readPassphrase(path string) (string, error) {
	lines, err := readSecret(path)
	if err != nil {
		return "", err
	}
	if len(lines) != 1 || lines[0] == "" {
		return "", fmt.Errorf("%s: one line with the passphrase is needed", path)
	}
	return lines[0], nil
}

// readSecret reads the lines of a file that its owner alone may read.
func readSecret(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		err = &fs.PathError{Op: "read", Path: path, Err: errOpenFile}
		return nil, fmt.Errorf("%w: nothing was read. Run: chmod 600 %s", err, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(string(b), "\r\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines, nil
}

// refusalHelp says what can be done where the code alone does not.
func refusalHelp(act desk.ActKind, code ledger.Refusal) string {
	if act == desk.ActErase {
		if help := eraseHelp(code); help != "" {
			return help
		}
	}
	switch code {
	case ledger.MissingRole:
		return "Only an admin may do this: sign as one with --as."
	case ledger.TwoAdminsNeeded:
		return "Another admin than the one who proposed it has to second it: sign as them with --as."
	case ledger.AdminCannotDecide:
		return "An admin never decides about requests: give approver and dpo to somebody else."
	case ledger.KeyNotActive:
		return "Your key is suspended, revoked or at its end; two other admins can restore it or enrol a new one."
	case ledger.UnknownTarget:
		return "There is none of this name, or, for the office, it is no spare: `countersignd admin computers` lists them."
	case ledger.WrongState:
		return "What it is about has changed meanwhile: look again with the list."
	case ledger.NotAMember:
		return "Your agency is not a member yet; the members vote on it."
	case ledger.VoteClosed:
		return "The vote is over."
	case ledger.AlreadyDecided:
		return "It is done already: your agency has voted, or another admin has seconded it."
	}
	return "Nothing else has changed."
}
