package main

import (
	"fmt"
	"strings"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/vault"
)

// statement is what an act says, in plain words.
func statement(page *desk.SignPage) []string {
	p := page.Admin
	switch {
	case page.Act.Kind == desk.ActErase:
		return eraseWords(page)
	case p == nil:
		return []string{fmt.Sprintf("%s, which this command has no words for.", page.Act.Kind)}
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if p.By != nil {
		say("You second what %s proposed; it takes effect with your signature.", p.By.Name)
	}
	switch p.Act {
	case "enrol":
		e := p.Propose.Enrol
		say("%s becomes an official of your agency: %s.", person(p.Whom), roles(e.Roles))
		say("Key %s, %s. The name is sealed for all members.", lastOf(e.Key), until(e.Ends))
	case "restore":
		say("The key of %s, which is suspended, may sign again.", person(p.Whom))
	case "revoke-key":
		r := p.Propose.Revoke
		say("The key of %s ends for good. Reason: %s.", person(p.Whom), r.Code)
		if r.SuspectSince != 0 {
			say("It is suspect since %s: what it has decided from then on has to be confirmed or annulled.", date(r.SuspectSince))
		}
		for _, n := range r.Nodes {
			say("The computer %s leaves the network with it.", n)
		}
		say("Your agency's next identity opens: they read nothing that is sealed from now on.")
	case "dataset":
		out = append(out, datasetWords(p.Propose.Dataset)...)
	case "basis":
		out = append(out, basisWords(p.Propose.Basis)...)
	case "office":
		say("The computer %s becomes your agency's office computer: it alone releases, receives and receipts from then on.", p.What)
		say("It takes over what is under way. The office computer of today signs for your agency no more; the data files are to be connected again at the new one.")
	case "calendar":
		out = append(out, calendarWords(p.Propose.Calendar)...)
	case string(desk.ActRotate):
		say("You change to a new key. The one you sign with now works until %s.", date(page.Act.Rotate.OldEnds))
		say("New key %s, %s.", lastOf(page.Act.Rotate.Key), until(page.Act.Rotate.Ends))
	case string(desk.ActSuspendKey):
		say("The key of %s signs nothing from now on, until two admins restore or revoke it.", person(p.Whom))
	case string(desk.ActNode):
		say("The computer %s joins your agency.", p.What)
		if n := page.Act.Node; n != nil && n.Node.Recipient != "" {
			say("The office can move to it: it is given your agency's keys now, and opens what is sealed for your agency.")
		}
	case string(desk.ActRemoveNode):
		say("The computer %s leaves the network. Its connections close at once, and your agency's next identity opens.", p.What)
	case string(desk.ActMotion):
		say("You ask the members to vote: %s. It is your agency's vote for it.", motionWords(p.Motion, p.What))
		out = append(out, adminsWords(p)...)
	case string(desk.ActVote):
		switch {
		case p.Back:
			say("Your agency takes back what it asked the members: %s. The vote ends.", motionWords(p.Motion, p.What))
		case p.Yes:
			say("Your agency votes for this: %s.", motionWords(p.Motion, p.What))
			out = append(out, adminsWords(p)...)
		default:
			say("Your agency votes against this: %s.", motionWords(p.Motion, p.What))
		}
	default:
		say("%s: %s", p.Act, p.What)
	}
	if p.Alone {
		say("Your agency has one admin: it takes effect at once.")
	}
	return out
}

func datasetWords(d *ledger.Dataset) []string {
	if d.Withdraw {
		return []string{fmt.Sprintf("%s, %s, is no longer offered.", d.Code, d.Title)}
	}
	names := make([]string, len(d.Fields))
	for i, f := range d.Fields {
		names[i] = string(f.Name)
		if f.Sensitive {
			names[i] += " (sensitive)"
		}
		if f.ThirdParty {
			names[i] += " (about somebody else)"
		}
	}
	out := []string{fmt.Sprintf("Your agency offers %s, %s: %s, %s.", d.Code, d.Title, d.Class, d.Sharing),
		"Fields: " + strings.Join(names, ", ") + ".",
		fmt.Sprintf("It is decided with %s within %s.", plural(int(d.Policy.Quorum), "signature"), plural(int(d.Policy.DeadlineDays), "working day"))}
	if d.Policy.DPO {
		out = append(out, "A data protection officer's visa is needed besides.")
	}
	if d.Policy.RefusalByQuorum {
		out = append(out, "One refusal does not end a request; it ends when approval has become impossible.")
	}
	if d.Policy.Emergency {
		out = append(out, "In an emergency one signature releases; the missing ones follow within 72 hours.")
	}
	return out
}

func basisWords(b *ledger.Basis) []string {
	fields := make([]string, len(b.Fields))
	for i, f := range b.Fields {
		fields[i] = string(f)
	}
	who := "any member"
	if len(b.Requesters) > 0 {
		names := make([]string, len(b.Requesters))
		for i, a := range b.Requesters {
			names[i] = string(a)
		}
		who = strings.Join(names, ", ")
	}
	keep := int(b.KeepDays)
	if keep == 0 {
		keep = ledger.MaxKeepDays
	}
	return []string{fmt.Sprintf("%s, %s, allows %s to ask %s for: %s.", b.Code, b.Title, who, b.Dataset, strings.Join(fields, ", ")),
		fmt.Sprintf("Purpose: %s. They may keep it at most %s.", b.Purpose, plural(keep, "day"))}
}

// adminsWords say who the admins are whom a motion brings, and what stands for
// their keys.
func adminsWords(p *desk.AdminPage) []string {
	if p.Motion == nil || p.Motion.Act != ledger.MotionNewAdmins {
		return nil
	}
	var out []string
	for i := range p.Admins {
		out = append(out, "New admin: "+cardWords(p.Admins[i])+".")
	}
	return append(out, "Their keys in six words: "+strings.Join(p.Words[:], " ")+". Telephone the agency: it has to read the same.")
}

func cardWords(c vault.Card) string {
	words := []string{c.Name}
	for _, w := range []string{c.Title, c.Unit} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// motionWords say what the members vote on, and why.
func motionWords(m *ledger.Motion, about string) string {
	if m != nil && m.Code != "" {
		bare := *m
		bare.Code = ""
		return fmt.Sprintf("%s, because of %s", motionWords(&bare, about), m.Code)
	}
	switch {
	case m == nil:
		return about
	case m.Act == ledger.MotionAdmit:
		return fmt.Sprintf("%s (%s) becomes a member", about, m.Agency)
	case m.Act == ledger.MotionSuspend:
		return about + " is suspended"
	case m.Act == ledger.MotionReinstate:
		return about + " is a full member again"
	case m.Act == ledger.MotionExpel:
		return about + " is expelled"
	case m.Act == ledger.MotionReplaceKeeper:
		return about + " no longer keeps the record, and stays a member"
	case m.Act == ledger.MotionNewAdmins:
		return about + " gets two new admins"
	}
	return fmt.Sprintf("the rules change to version %d at block %d", m.Version, m.AtHeight)
}

func person(p *desk.Person) string {
	if p == nil {
		return "somebody"
	}
	words := []string{p.Name}
	for _, w := range []string{p.Title, p.Unit} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ") + " (" + p.ID.String()[:8] + ")"
}

func roles(grants []ledger.RoleGrant) string {
	words := make([]string, len(grants))
	for i, g := range grants {
		words[i] = string(g.Role)
	}
	return strings.Join(words, ", ")
}

// lastOf is how a key is named everywhere: the last characters of its fingerprint.
func lastOf(k ledger.PublicKey) string {
	id := k.ID()
	return fmt.Sprintf("%X", id[len(id)-2:])
}

func until(t ledger.Time) string {
	if t == 0 {
		return "without an end"
	}
	return "until " + date(t)
}

func date(t ledger.Time) string { return t.Std().Format("2006-01-02 15:04 UTC") }

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// days reads a number of days such as 30d; 0: none.
func days(flag, text string) (int, error) {
	if text == "" || text == "0" {
		return 0, nil
	}
	digits, ok := strings.CutSuffix(text, "d")
	n := 0
	if _, err := fmt.Sscanf(digits, "%d", &n); !ok || err != nil || n < 0 || fmt.Sprint(n) != digits {
		return 0, fmt.Errorf("--%s: %q is no number of days such as 30d", flag, text)
	}
	return n, nil
}

// since reads a point in time in this computer's zone.
func since(text string) (ledger.Time, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return ledger.TimeOf(t), nil
		}
	}
	return 0, fmt.Errorf("--since: %q is no time such as \"2026-06-15 08:00\"", text)
}
