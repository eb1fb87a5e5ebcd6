package ui

import (
	"context"
	"slices"
	"sync"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
	"countersign/ledger/rules"
)

// The fake desk is a working desk over a small city that stands still: what is
// signed on it becomes final at once, and nothing else changes.

var zone = time.FixedZone("CEST", 2*60*60)

func when(text string) ledger.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
	if err != nil {
		panic(err)
	}
	return ledger.TimeOf(t)
}

func clock() time.Time { return when("2026-06-10 10:42:11").Std() }

func entry(n byte) ledger.EntryID {
	id := ledger.Sum([]byte{n})
	return id
}

func who(n byte) ledger.OfficialID { return ledger.OfficialID{n, 0x3f, 0xa9} }

func person(n byte, agency ledger.AgencyID, name, title, unit string, roles ...ledger.Role) desk.Person {
	p := desk.Person{ID: who(n), Agency: agency, Name: name, Title: title, Unit: unit}
	for _, r := range roles {
		p.Roles = append(p.Roles, ledger.RoleGrant{Role: r})
	}
	return p
}

var (
	arnaud = person(1, "tax", "Hélène Arnaud", "Disclosure officer", "", ledger.RoleApprover)
	okafor = person(2, "tax", "Tomás Okafor", "Legal counsel", "", ledger.RoleApprover)
	bauer  = person(3, "tax", "Ingrid Bauer", "Data protection officer", "", ledger.RoleApprover, ledger.RoleDPO)
	vidal  = person(6, "police", "Marco Vidal", "Inspector", "Financial Crime Unit", ledger.RoleRequester)
)

// fake implements Desk as far as the tests of whole windows go.
type fake struct {
	marked map[ledger.EntryID]bool // as unread, by hand
	Desk
	mu       sync.Mutex
	me       desk.Person
	open     bool
	network  desk.Network
	inbox    desk.InboxGroups
	letters  map[ledger.EntryID]*desk.Letter
	signed   []desk.Act
	fail     error // of every reading
	prepared *desk.SignPage
	final    desk.Final
	waits    bool // signatures do not become final

	asked    []desk.Query
	kept     []desk.KeptEntry
	alike    map[ledger.EntryID][]desk.RequestRow
	breaks   int  // page of a batch that cannot be signed; -1: none
	closed   bool // the key of a batch has been forgotten
	opened   int  // letters that were read
	rowsRead int  // of lists

	lost     bool // no administrator's key of the agency works any more
	hides    bool // the agency keeps subjects covered
	revealed int  // times that somebody looked

	drafted int      // drafts that were kept
	dropped []string // drafts that were discarded

	refuses ledger.Refusal // what the rules say to a signature
	heard
}

func newFake(me desk.Person) *fake {
	f := &fake{me: me, open: true, network: fourOfFour(me.Agency), letters: map[ledger.EntryID]*desk.Letter{}, breaks: -1}
	f.fillInbox()
	return f
}

func fourOfFour(us ledger.AgencyID) desk.Network {
	n := desk.Network{Height: 1287, LogSize: 4302, Keepers: 4, Online: 4, Needed: 3, LastBlock: when("2026-06-10 10:42:07")}
	for _, m := range []desk.Member{
		{Agency: "police", Title: "Valmarine Police", Delay: 11 * time.Millisecond}, {Agency: "tax", Title: "Tax Service", Delay: 12 * time.Millisecond},
		{Agency: "health", Title: "Health Fund", Delay: 9 * time.Millisecond}, {Agency: "civil", Title: "Civil Registry", Delay: 14 * time.Millisecond}} {
		m.Standing, m.Keeper, m.Online, m.Height, m.Us = rules.StandingMember, true, true, 1287, m.Agency == us
		m.Since = when("2026-06-10 08:00:00").Std()
		if m.Us {
			m.Delay = 0
		}
		n.Members = append(n.Members, m)
	}
	return n
}

func row(n byte, other ledger.AgencyID, title, dataset, period, number string, subjects int) desk.RequestRow {
	return desk.RequestRow{ID: entry(n), State: rules.Submitted, Other: other, OtherTitle: title, Dataset: dataset, Period: period, Case: number,
		Subjects: subjects, Needed: 2, Code: "TAX-INC-04", Submitted: when("2026-06-08 09:12:00"), Changed: when("2026-06-09 16:40:00")}
}

func (f *fake) fillInbox() {
	address := row(1, "police", "Valmarine Police", "Last known address", "", "VM-2026-0433", 1)
	address.HoursLeft, address.Signed, address.Unread, address.MineToSign = 4, 1, true, true
	band := row(2, "health", "Health Fund", "Income band", "2025", "HF-CMU-2071", 38)
	band.DaysLeft, band.MineToSign = 2, true
	income := row(3, "police", "Valmarine Police", "Declared income", "2021–2023", "VM-2026-0417", 1)
	income.DaysLeft, income.Signed, income.MineToSign, income.DecideBy = 6, 1, true, when("2026-06-18 08:00:00")
	pension := row(4, "pension", "Pension Office", "Declared income", "2025", "PO-26-1188", 214)
	pension.DaysLeft, pension.Unread, pension.MineToSign = 8, true, true
	schools := row(5, "schools", "Schools Office", "Household size", "", "SO-1102", 0)
	schools.State, schools.Paused = rules.Returned, true
	metro := row(6, "metro", "Metro", "Reduced-fare income check", "", "TRN-26-0207", 5400)
	metro.DaysLeft, metro.Signed, metro.SignedByMe, metro.WaitsFor = 9, 1, true, []desk.Person{bauer}
	f.inbox = desk.InboxGroups{ToSign: []desk.RequestRow{address, band, income, pension}, Waiting: []desk.RequestRow{schools, metro}}
	for _, r := range append(slices.Clone(f.inbox.ToSign), f.inbox.Waiting...) {
		f.letters[r.ID] = f.letter(r)
	}
	f.letters[entry(3)].LastNeeded = true
}

func fields() []desk.FieldLine {
	return []desk.FieldLine{
		{Name: "declared_income", About: "Income declared, per year", Mark: desk.MarkWithin, Ticked: true},
		{Name: "income_band", About: "Band A to H", Mark: desk.MarkWithin, Ticked: true},
		{Name: "employer_id", About: "Employer’s registration number", Mark: desk.MarkWithin, Ticked: true},
		{Name: "bank_account_refs", About: "Bank accounts on file", Mark: desk.MarkWithin, Ticked: true, Sensitive: true},
		{Name: "spouse_id", About: "Number of the spouse", Mark: desk.MarkStruck, Beyond: true, ThirdParty: true, StruckBy: &okafor},
	}
}

func (f *fake) letter(r desk.RequestRow) *desk.Letter {
	l := &desk.Letter{Row: r, Version: r.ID, Provider: "Tax Service", ProviderID: "tax", Requester: r.OtherTitle, RequesterID: r.Other, Sender: vidal,
		SenderAt: when("2026-06-08 09:11:00"), PurposeCode: "criminal-investigation", BasisCode: "L.141-2", BasisTitle: "Fiscal Procedure Code L.141-2",
		BasisText: "The tax service answers a written request of the police in an inquiry into financial crime.", KeepDays: 180, LetterState: desk.LetterOpen,
		Subjects: make([]string, r.Subjects), Fields: fields(), Role: ledger.RoleApprover, MaySign: []desk.Person{arnaud, bauer},
		Precedents: desk.Precedents{Approved: 3, ApprovedPart: 6, Refused: 2, SinceYear: 2024, MedianDays: 3},
		History: []desk.Event{
			{At: when("2026-06-08 09:12:00"), Kind: ledger.KindRequest, State: rules.Submitted, Who: &vidal, Agency: r.Other},
			{At: when("2026-06-09 16:40:00"), Kind: ledger.KindApprove, Who: &okafor, Agency: "tax", Fields: 4, Of: 5},
		}}
	h := desk.Hidden
	l.Can = desk.Can{Accept: h, Withdraw: h, Answer: h, Delete: h, Suspend: h, Resume: h, Revoke: h, JoinOffer: h, Erase: h}
	if !r.MineToSign {
		l.Can.Approve, l.Can.Return, l.Can.Refuse, l.Can.Offer = h, h, h, h
	}
	return l
}

func (f *fake) Profile() desk.Profile {
	return desk.Profile{Agency: f.me.Agency, Rehearsal: false, Folder: "/profile", HideSubjects: f.hides}
}

func (f *fake) Me() (desk.Person, bool) { return f.me, f.open }
func (f *fake) Lock()                   { f.open = false }

func (f *fake) Identities() ([]desk.KeyFile, error) {
	return []desk.KeyFile{{Official: arnaud.ID, Agency: "tax"}, {Official: okafor.ID, Agency: "tax"}}, nil
}

func (f *fake) Unlock(_ context.Context, _ ledger.OfficialID, passphrase string) error {
	if passphrase != "valmarine" {
		return desk.ErrWrongPassphrase
	}
	f.open = true
	return nil
}

func (f *fake) Changes(context.Context) <-chan desk.Change { return nil }

func (f *fake) Network(context.Context) (desk.Network, error)   { return f.network, f.fail }
func (f *fake) Inbox(context.Context) (desk.InboxGroups, error) { return f.inbox, f.fail }
func (f *fake) Reveal(context.Context, ledger.EntryID) ([]string, error) {
	f.revealed++
	return []string{"P-000 417"}, nil
}

func (f *fake) Letter(_ context.Context, id ledger.EntryID) (*desk.Letter, error) {
	f.opened++
	if l := f.letters[id]; l != nil {
		l.Row.Unread = f.marked[id] // whoever opens it reads it
		return l, f.fail
	}
	return nil, ledger.UnknownRequest
}

func (f *fake) Prepare(_ context.Context, act desk.Act) (*desk.SignPage, error) {
	p := &desk.SignPage{Act: act, CheckCode: "417C 902E", Agency: "Tax Service", Signer: f.me, Language: "en", KeyEnds: when("2027-03-31 00:00:00"),
		Key: ledger.Sum([]byte("key"))}
	if l := f.letters[act.Request]; l != nil {
		p.Case, p.Other, p.OtherUnit, p.Dataset, p.Period = l.Row.Case, l.Requester, l.Sender.Unit, l.Row.Dataset, l.Row.Period
		p.Subjects, p.PurposeCode, p.BasisCode, p.BasisTitle, p.KeepDays, p.LastNeeded = l.Row.Subjects, l.PurposeCode, l.BasisCode, l.BasisTitle, l.KeepDays, l.LastNeeded
		if act.Kind == desk.ActApprove {
			p.Sent = act.Fields
			for _, line := range l.Fields {
				if !slices.Contains(act.Fields, line.Name) {
					struck := desk.Struck{Name: line.Name, Beyond: line.Beyond, ThirdParty: line.Beyond && line.ThirdParty}
					if line.StruckBy != nil {
						struck.By = *line.StruckBy
					}
					p.NotSent = append(p.NotSent, struck)
				}
			}
		}
		p.EndsRequest = act.Kind == desk.ActRefuse
	}
	p.Body.ValidUntil = when("2026-06-17 10:42:00")
	f.prepared = p
	return p, nil
}

func (f *fake) Sign(_ context.Context, p *desk.SignPage, passphrase string) (desk.Ticket, error) {
	if passphrase != "valmarine" {
		return desk.Ticket{}, desk.ErrWrongPassphrase
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signed = append(f.signed, p.Act)
	f.final = desk.Final{ID: entry(99), Height: 1284, Time: when("2026-06-10 10:42:07"), Took: 210 * time.Millisecond,
		Holders: []ledger.AgencyID{"police", "tax", "health", "civil"}}
	f.final.Code = f.refuses
	if l := f.letters[p.Act.Request]; l != nil && p.Act.Kind == desk.ActApprove && f.refuses == ledger.Accepted {
		f.approve(l, p.Act.Fields)
	}
	return desk.Ticket{Entry: entry(99), Signed: when("2026-06-10 10:42:07").Std()}, nil
}

// approve moves a request on as the last signature needed does.
func (f *fake) approve(l *desk.Letter, kept []ledger.FieldName) {
	l.Row.State, l.Row.Signed, l.Row.MineToSign, l.Row.SignedByMe, l.Row.Changed = rules.Approved, 2, false, true, when("2026-06-10 10:42:07")
	l.Agreement = &rules.Agreement{Terms: ledger.Terms{Fields: ledger.SortFields(kept), KeepDays: 180}}
	l.Releases = []rules.Release{{Part: ledger.Sealed{Size: 1_800_000}}}
	l.Row.KeepUntil = when("2026-12-07 10:00:00")
	l.Progress = desk.Progress{Step: desk.StepSending, Percent: 64}
	l.History = append(l.History, desk.Event{At: when("2026-06-10 10:42:07"), Kind: ledger.KindApprove, Who: &f.me, Fields: len(kept), Of: 5})
	f.inbox.ToSign = slices.DeleteFunc(f.inbox.ToSign, func(r desk.RequestRow) bool { return r.ID == l.Row.ID })
	f.inbox.Decided = append([]desk.RequestRow{l.Row}, f.inbox.Decided...)
}

// receipt lets the receipt of a request arrive.
func (f *fake) receipt(id ledger.EntryID) {
	l := f.letters[id]
	l.Row.State = rules.Fulfilled
	l.ReceiptHeight, l.ReceiptAt, l.Progress = 1285, when("2026-06-10 10:42:11"), desk.Progress{Step: desk.StepReceipted}
	f.inbox.Decided[0].State = rules.Fulfilled
}

func (f *fake) Await(ctx context.Context, _ desk.Ticket) (desk.Final, error) {
	if f.waits {
		return desk.Final{}, context.DeadlineExceeded
	}
	return f.final, nil
}
