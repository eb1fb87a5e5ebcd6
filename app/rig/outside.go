package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/app/control"
	"countersign/app/demo"
	desks "countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
)

// dueToday is what the demo city always has for the tax desk.
const dueToday = "A request for you is due today"

// toldOf waits for a word with this title, from the nth on.
func (s *session) toldOf(ctx context.Context, from int, title string) (word, error) {
	var found word
	err := until(ctx, pageLimit, fmt.Sprintf("the desktop to be told %q", title), func() (bool, error) {
		i := slices.IndexFunc(s.told(from), func(w word) bool { return w.title == title })
		if i >= 0 {
			found = s.told(from)[i]
		}
		return i >= 0, nil
	})
	return found, err
}

// decent makes sure that a word is shaped as desktops expect, and that it names
// an agency and a case number and nothing else.
func decent(w word, urgency byte, text string) error {
	if w.program != "Countersign" || w.entry != "city.valmarine.countersign" || w.expires != -1 {
		return fmt.Errorf("the word comes from %q, %q and stays %d ms", w.program, w.entry, w.expires)
	}
	if !slices.Equal(w.actions, []string{"default", "Open"}) || w.urgency != urgency {
		return fmt.Errorf("the word has the actions %q and urgency %d", w.actions, w.urgency)
	}
	if w.text != text {
		return fmt.Errorf("%q says %q, and not %q", w.title, w.text, text)
	}
	return nil
}

// pressed follows a word that came while the desk was open, and the tray's menu.
func (r *rig) pressed(ctx context.Context, tax *desk) error {
	w, err := r.session.toldOf(ctx, 0, dueToday)
	if err != nil {
		return err
	}
	number := w.text[strings.LastIndex(w.text, " ")+1:]
	if err := decent(w, 1, "Valmarine Police "+number); err != nil {
		return err
	}
	if err := tax.key("Escape", "g", "n"); err != nil {
		return err
	}
	if _, err := tax.says(ctx, "keepers must be online"); err != nil {
		return err
	}
	if err := r.session.press(w); err != nil {
		return err
	}
	if text, err := tax.says(ctx, "Fields asked for", number); err != nil || reference(text) != number {
		return fmt.Errorf("pressing the word opened %q, and not %q: %w", reference(text), number, err)
	}
	icon, err := r.session.tray(ctx, 0)
	if err != nil {
		return err
	}
	if labels, err := icon.labels(); err != nil || !slices.Equal(labels, []string{"Open", "Lock now", "Quit"}) {
		return fmt.Errorf("the tray's menu is %q: %w", labels, err)
	}
	if err := icon.shows(ctx, true); err != nil {
		return err
	}
	say("the desktop was told of %s, which is due today; pressing the word opened it", number)
	return nil
}

// digests lets a request arrive and the desk's clock go on to nine the next day:
// what came within the hour is told together, and what is due soon.
func (r *rig) digests(ctx context.Context, tax *desk) error {
	before := len(r.session.told(0))
	number, err := demo.Again(ctx, r.city)
	if err != nil {
		return err
	}
	if err := until(ctx, pageLimit, "the desk to note a request for its next digest", func() (bool, error) { return tax.notes() }); err != nil {
		return err
	}
	record, err := tax.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	zone, err := time.LoadLocation("Europe/Paris") // of every display
	if err != nil {
		return err
	}
	now := record.Now().In(zone)
	nine := time.Date(now.Year(), now.Month(), now.Day(), 9, 5, 0, 0, zone)
	if !nine.After(now) {
		nine = nine.AddDate(0, 0, 1)
	}
	if err := record.MoveClock(ctx, nine.Sub(now)); err != nil {
		return err
	}
	w, err := r.session.toldOf(ctx, before, "In the last hour")
	if err != nil {
		return err
	}
	if !strings.Contains(w.text, "Requests for you to sign: ") || !strings.Contains(w.text, number) {
		return fmt.Errorf("the digest says %q and not %s", w.text, number)
	}
	if w, err = r.session.toldOf(ctx, before, "Dates to keep"); err != nil {
		return err
	}
	if !strings.HasPrefix(w.text, "Due within two working days: ") || strings.Contains(w.text, "Vidal") || strings.Contains(w.text, "income") {
		return fmt.Errorf("at nine it says %q", w.text)
	}
	say("told together: what came within the hour, and at nine what is due soon")
	return nil
}

// notes tells whether something waits for the next digest of whoever works here.
func (d *desk) notes() (bool, error) {
	files, err := filepath.Glob(filepath.Join(d.profile, "desk-*", "notices.json"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		var book struct {
			Content struct{ Waiting map[string]time.Time }
		}
		if err := json.Unmarshal(text, &book); err != nil {
			return false, err
		}
		if len(book.Content.Waiting) > 0 {
			return true, nil
		}
	}
	return false, err
}

// locked locks a desk from the tray. What comes then is not told, but for the
// official's own key. The tray's menu ends the desk.
func (r *rig) locked(ctx context.Context, tax *desk) error {
	icon, err := r.session.tray(ctx, r.session.icons()-1)
	if err != nil {
		return err
	}
	if err := icon.shows(ctx, true); err != nil {
		return err
	}
	if err := icon.choose("Lock now"); err != nil {
		return err
	}
	if _, err := tax.says(ctx, "Hélène Arnaud", "nothing new can be read or signed"); err != nil {
		return err
	}
	if err := icon.shows(ctx, false); err != nil {
		return err
	}
	before := len(r.session.told(0))
	record, err := tax.record(ctx)
	if err != nil {
		return err
	}
	defer record.Close()
	if _, err := demo.Again(ctx, r.city); err != nil { // a request that the next digest would name
		return err
	}
	if err := record.MoveClock(ctx, 2*time.Hour); err != nil {
		return err
	}
	if err := r.suspend(ctx, "arnaud"); err != nil {
		return err
	}
	w, err := r.session.toldOf(ctx, before, "Your key is suspect")
	if err != nil {
		return err
	}
	if err := decent(w, 2, "It signs nothing until two administrators have decided. Settings, My key says more."); err != nil {
		return err
	}
	if told := r.session.told(before); len(told) != 1 {
		return fmt.Errorf("a locked desk told %d words: %+v", len(told), told)
	}
	if err := icon.choose("Quit"); err != nil {
		return err
	}
	select {
	case err := <-tax.ended:
		tax.ended <- err
		if err != nil {
			return fmt.Errorf("quitting from the tray did not end the desk in order: %w", err)
		}
	case <-time.After(pageLimit):
		return fmt.Errorf("%w for the desk to end from the tray", errLate)
	}
	say("locked from the tray: no number, and no word but that the key is suspect; quit from the tray")
	return nil
}

// suspend has an admin of the tax service suspend somebody's key, at the office.
func (r *rig) suspend(ctx context.Context, person string) error {
	people, err := demo.People(r.city)
	if err != nil {
		return err
	}
	var admin, whom ledger.OfficialID
	for _, p := range people {
		switch {
		case p.Agency != "tax":
		case p.ID == person:
			whom = p.Number
		case slices.Contains(p.Roles, ledger.RoleAdmin):
			admin = p.Number
		}
	}
	city, err := demo.Status(ctx, r.city)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(city.Nodes, func(n node.Status) bool { return n.Profile.Agency == "tax" })
	if at < 0 {
		return errors.New("no tax service in the city")
	}
	folder := city.Nodes[at].Profile.Folder
	office, err := control.Dial(ctx, folder)
	if err != nil {
		return err
	}
	defer office.Close()
	d := desks.New(office, desks.Options{Keys: filepath.Join(folder, node.KeysFolder), State: r.work})
	if err := d.Unlock(ctx, admin, demo.Passphrase); err != nil {
		return err
	}
	defer d.Lock()
	page, err := d.Prepare(ctx, desks.Act{Kind: desks.ActSuspendKey, Official: whom})
	if err != nil {
		return err
	}
	_, err = d.SignUnlocked(ctx, page)
	return err
}

// pilot opens the desktop of an agency that has founded a network alone. Quit
// says what stops.
func (r *rig) pilot(ctx context.Context) (err error) {
	folder := filepath.Join(r.work, "pilot")
	o := node.AgencyOptions{Agency: "alone", Title: "One-Person Pilot", Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Keeper: true, WorkFactor: 10, Parameters: ledger.DefaultParameters()}
	o.Parameters.Rehearsal = true
	for i := range o.Admins {
		o.Admins[i] = node.AdminOptions{Official: ledger.NewOfficialID(), Passphrase: bigPassphrase}
	}
	if _, err := node.Found(folder, o); err != nil {
		return err
	}
	icons := r.session.icons()
	d, err := r.openWindow(ctx, "pilot", folder, english, "--profile", folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	icon, err := r.session.tray(ctx, icons)
	if err != nil {
		return err
	}
	if _, err := d.says(ctx, "1 of 1 keepers online", "Passphrase"); err != nil {
		return err
	}
	if err := icon.choose("Quit"); err != nil {
		return err
	}
	if _, err := d.says(ctx, "This is your agency’s office computer.", "It is the only keeper.", "What is signed is kept"); err != nil {
		return err
	}
	if err := d.key("Escape"); err != nil {
		return err
	}
	if _, err := d.says(ctx, "1 of 1 keepers online", "Passphrase"); err != nil {
		return err
	}
	say("quitting the computer of a one-person pilot says what stops")
	return nil
}
