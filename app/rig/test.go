package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/demo"
	"countersign/ledger"
)

// struck is the field that the test strikes.
const struck = "income_band"

// kept are the fields that leave; spouse_id was struck by the first signer.
var kept = []string{"bank_account_refs", "declared_income", "employer_id"}

// test plays the story of the demo city through real windows: a request is found
// with J and K, a field struck, the rest signed; the police desk shows what was
// signed and nothing else. Then a desk is killed while it signs. All of it with a
// desktop that notes what it is told, where one can be had.
func (r *rig) test(ctx context.Context) (err error) {
	switch r.session, err = openSession(ctx); {
	case errors.Is(err, errNoBus):
		say("left out: %v, so nothing is told on the desktop", err)
	case err != nil:
		return err
	default:
		defer r.session.close()
	}
	arnaud, err := r.official("tax", "arnaud")
	if err != nil {
		return err
	}
	tax, err := r.openDesk(ctx, "tax", arnaud)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tax.end()) }()
	number, err := demo.Again(ctx, r.city)
	if err != nil {
		return err
	}
	if err := r.signStory(ctx, tax, number); err != nil {
		return fmt.Errorf("at the tax desk: %w", err)
	}
	if r.session != nil {
		if err := r.pressed(ctx, tax); err != nil {
			return fmt.Errorf("beside the tax desk's window: %w", err)
		}
	}
	if err := r.readStory(ctx, number); err != nil {
		return fmt.Errorf("at the police desk: %w", err)
	}
	for _, kept := range []bool{false, true} {
		if err := r.killedSigning(ctx, tax, kept); err != nil {
			return fmt.Errorf("a desk killed while it signs: %w", err)
		}
	}
	if r.session == nil {
		return nil
	}
	if err := r.digests(ctx, tax); err != nil {
		return fmt.Errorf("beside an open window: %w", err)
	}
	if err := r.locked(ctx, tax); err != nil {
		return fmt.Errorf("beside a locked window: %w", err)
	}
	if err := r.pilot(ctx); err != nil {
		return fmt.Errorf("a one-person pilot: %w", err)
	}
	return nil
}

// signStory finds the police's request, strikes a field and signs the rest.
func (r *rig) signStory(ctx context.Context, tax *desk, number string) error {
	if err := tax.unlock(ctx, "Hélène Arnaud", demo.Passphrase); err != nil {
		return err
	}
	record, err := tax.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	text, err := tax.says(ctx, "Needs your signature", "Fields asked for")
	if err != nil {
		return err
	}
	first := reference(text)
	if err := tax.open(ctx, number); err != nil {
		return err
	}
	if err := tax.open(ctx, first); err != nil { // K
		return err
	}
	if err := tax.open(ctx, number); err != nil {
		return err
	}
	say("J and K lead to the request of the police")
	before, err := stand(ctx, record)
	if err != nil {
		return err
	}
	if err := tax.strike(ctx, struck); err != nil {
		return err
	}
	say("Space strikes a field: 3 of 5 are left")
	if err := tax.key("p"); err != nil {
		return err
	}
	if _, err := tax.says(ctx, "Sign: approve 3 of 5 fields", strings.Join(kept, ", "), "Not sent\n"+struck+"\nReason: you struck it\nspouse_id\nReason: beyond L.141‑2"); err != nil {
		return err
	}
	if err := tax.confirm(); err != nil {
		return err
	}
	if text, err = tax.says(ctx, "Signed by you", "Final in block", "Receipt from Valmarine Police"); err != nil {
		return err
	}
	if reference(text) != number {
		return fmt.Errorf("the result is of %s", reference(text))
	}
	return one(ctx, record, before, 3)
}

// readStory opens at the police desk what has arrived.
func (r *rig) readStory(ctx context.Context, number string) (err error) {
	vidal, err := r.official("police", "vidal")
	if err != nil {
		return err
	}
	police, err := r.openDesk(ctx, "police", vidal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, police.end()) }()
	if err := police.unlock(ctx, "Marco Vidal", demo.Passphrase); err != nil {
		return err
	}
	if _, err := police.says(ctx, "Marco Vidal", "My requests"); err != nil {
		return err
	}
	if err := police.key("g", "r"); err != nil {
		return err
	}
	if _, err := police.says(ctx, "Choose a file", number); err != nil {
		return err
	}
	if err := police.open(ctx, number); err != nil {
		return err
	}
	if err := police.key("Return"); err != nil {
		return err
	}
	text, err := police.says(ctx, "Verified: this is what they signed", "3 fields as approved, none extra", "Show values")
	if err != nil {
		return err
	}
	if rows := table(text); len(rows) != 1 {
		return fmt.Errorf("values are shown before anybody asked: %q", rows)
	}
	if err := police.key("v"); err != nil {
		return err
	}
	if text, err = police.says(ctx, "Hide values", struck+"\nwas struck by the Tax Service. It was not sent."); err != nil {
		return err
	}
	rows := table(text)
	if len(rows) < 2 {
		return fmt.Errorf("no values are shown: %s", text)
	}
	columns := slices.Sorted(slices.Values(rows[0]))
	if !slices.Equal(columns, kept) {
		return fmt.Errorf("the table has the columns %q, and not %q", columns, kept)
	}
	say("the police desk shows %d verified rows with the three fields, and not what was struck", len(rows)-1)
	return nil
}

// killedSigning signs a new request and kills the desk right after Enter, or as
// soon as the signature is kept. Started again, the desk has the signature final
// once, or not at all; then it can be given, and is final once.
func (r *rig) killedSigning(ctx context.Context, tax *desk, kept bool) error {
	number, err := demo.Again(ctx, r.city)
	if err != nil {
		return err
	}
	record, err := tax.record(ctx)
	if err != nil {
		return err
	}
	defer func() { record.Close() }()
	if err := tax.open(ctx, number); err != nil { // now the desk has the request
		return err
	}
	before, err := stand(ctx, record)
	if err != nil {
		return err
	}
	if err := tax.key("p"); err != nil {
		return err
	}
	if _, err := tax.says(ctx, "Sign: approve 4 of 5 fields"); err != nil {
		return err
	}
	if err := tax.confirm(); err != nil {
		return err
	}
	when := "right after Enter"
	if kept {
		when = "once it was kept"
		if err := tax.kept(ctx, record, before); err != nil {
			return err
		}
	}
	tax.kill()
	if err := tax.start(); err != nil {
		return err
	}
	if err := tax.unlock(ctx, "Hélène Arnaud", demo.Passphrase); err != nil {
		return err
	}
	if _, err := tax.says(ctx, "In sync"); err != nil {
		return err
	}
	record.Close()
	if record, err = tax.settled(ctx); err != nil {
		return err
	}
	now, err := stand(ctx, record)
	if err != nil {
		return err
	}
	switch n := now.approvals - before.approvals; n {
	case 0:
		if kept {
			return errors.New("a signature that was kept is gone")
		}
		say("killed %s: nothing was signed; it is signed now", when)
		if err := tax.open(ctx, number); err != nil {
			return err
		}
		if err := tax.key("p"); err != nil {
			return err
		}
		if _, err := tax.says(ctx, "Sign: approve 4 of 5 fields"); err != nil {
			return err
		}
		if err := tax.confirm(); err != nil {
			return err
		}
		if _, err := tax.says(ctx, "Signed by you", "Final in block"); err != nil {
			return err
		}
	case 1:
		say("killed %s: the signature is final, once", when)
	default:
		return fmt.Errorf("%d signatures were counted", n)
	}
	return one(ctx, record, before, 4)
}

// open goes through a list until a page is open whose reference is this.
func (d *desk) open(ctx context.Context, number string) error {
	if err := d.key("Escape"); err != nil { // from a field or a result back to the list
		return err
	}
	if _, err := d.says(ctx, number); err != nil {
		return err
	}
	for range 60 {
		text, err := d.copied(ctx)
		if err != nil {
			return err
		}
		at, key := reference(text), "j"
		if at == number {
			return nil
		}
		if row(text, at) > row(text, number) {
			key = "k"
		}
		if err := d.key(key); err != nil {
			return err
		}
		if err := until(ctx, pageLimit, "another request to open after "+at, func() (bool, error) {
			text, err := d.copied(ctx)
			now := reference(text)
			return err == nil && now != "" && now != at, err
		}); err != nil {
			return err
		}
	}
	return fmt.Errorf("no request %s in the list", number)
}

// row is the line of the list on which a case number stands, -1 for none.
func row(text, number string) int {
	if number == "" {
		return -1
	}
	for i, line := range strings.Split(text, "\n") {
		if line != number && strings.Contains(line, number) {
			return i
		}
	}
	return -1
}

// strike goes to the fields and strikes one.
func (d *desk) strike(ctx context.Context, field string) error {
	text, err := d.copied(ctx)
	if err != nil {
		return err
	}
	if err := d.key("space"); err != nil {
		return err
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(line, "[x] "+field+", "):
			if err := d.key("space"); err != nil {
				return err
			}
			_, err := d.says(ctx, "[ ] "+field+", ", "3 ticked, 2 struck")
			return err
		case strings.HasPrefix(line, "[x] "):
			if err := d.key("Down"); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("no field %s to strike: %s", field, text)
}

// confirm types the passphrase into the page for signing, and signs.
func (d *desk) confirm() error {
	if err := d.write(demo.Passphrase); err != nil {
		return err
	}
	return d.key("Return")
}

// kept waits until the outbox of the window's node holds a signature, or the
// record has it already.
func (d *desk) kept(ctx context.Context, record *control.Client, before standing) error {
	limit := time.NewTimer(pageLimit)
	defer limit.Stop()
	for {
		held, err := record.Kept(ctx)
		if err != nil {
			return err
		}
		now, err := stand(ctx, record)
		if err != nil || len(held) > 0 || now.approvals > before.approvals {
			return err
		}
		select {
		case <-limit.C:
			return fmt.Errorf("%w for the signature to be kept", errLate)
		case <-ctx.Done():
			return ctx.Err()
		default: // this moment is short: no pause
		}
	}
}

// settled waits until the window's node is in step and has nothing left to send.
func (d *desk) settled(ctx context.Context) (*control.Client, error) {
	record, err := d.record(ctx)
	if err != nil {
		return nil, err
	}
	return record, until(ctx, openLimit, "the desk to be in step", func() (bool, error) {
		n, err := record.Network(ctx)
		if err != nil {
			return false, err
		}
		top := ledger.Height(0)
		for _, m := range n.Members {
			if !m.Us {
				top = max(top, m.Height)
			}
		}
		return n.Online == n.Keepers && !n.Syncing && n.Kept == 0 && top > 0 && n.Height >= top, nil
	})
}

var caseNumber = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]+){2}$`)

// reference is the case number at the head of the page that is open, on a line
// of its own.
func reference(text string) string {
	lines := strings.Split(text, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if caseNumber.MatchString(lines[i]) {
			return lines[i]
		}
	}
	return ""
}

// table are the lines of a page that are rows of a table.
func table(text string) [][]string {
	var out [][]string
	for line := range strings.SplitSeq(text, "\n") {
		if cells := strings.Split(line, "\t"); len(cells) > 1 {
			out = append(out, cells)
		}
	}
	return out
}
