package rules

import (
	"slices"

	"countersign/ledger"
)

// State is where a request stands (DOMAIN, "The life of a request").
type State string

// The states. A draft is local and never here.
const (
	Submitted State = "submitted"
	Returned  State = "returned"
	Offered   State = "offered"
	Approved  State = "approved"
	Suspended State = "suspended"
	Refused   State = "refused"
	Appealed  State = "appealed"
	Withdrawn State = "withdrawn"
	Lapsed    State = "lapsed"
	Revoked   State = "revoked"
	Expired   State = "expired"
	Fulfilled State = "fulfilled"
	Closed    State = "closed"
)

// States lists them in the order of their life.
func States() []State {
	return []State{Submitted, Returned, Offered, Approved, Suspended, Refused, Appealed, Withdrawn, Lapsed,
		Revoked, Expired, Fulfilled, Closed}
}

// resting are the states from which a request never moves again and in which
// nothing is owed any more.
func resting() []State { return states(Refused, Withdrawn, Lapsed, Closed) }

// AtRest tells whether a request has come to rest for good: nothing is done to it
// any more, and its letters are kept until their retention ends or a data
// protection officer has them erased.
func (r *Request) AtRest() bool { return slices.Contains(resting(), r.State) }

// Request is everything the ledger knows about one request.
type Request struct {
	ID        ledger.EntryID    `cbor:"0,keyasint"` // of the first submission
	Requester ledger.AgencyID   `cbor:"1,keyasint"`
	Provider  ledger.AgencyID   `cbor:"2,keyasint"`
	Submitter ledger.OfficialID `cbor:"3,keyasint"`
	Dataset   ledger.EntryID    `cbor:"4,keyasint"` // edition
	Basis     ledger.EntryID    `cbor:"5,keyasint"` // edition
	Purpose   ledger.Code       `cbor:"6,keyasint"`
	Terms     ledger.Terms      `cbor:"7,keyasint"` // asked, in the current version
	Emergency bool              `cbor:"8,keyasint"`
	Letter    ledger.Sealed     `cbor:"9,keyasint"` // of the current version

	State      State          `cbor:"10,keyasint"`
	Version    ledger.EntryID `cbor:"11,keyasint"` // what an act has to name
	LetterOf   ledger.EntryID `cbor:"12,keyasint"` // the submission or answer that carries Letter
	Submitted  ledger.Time    `cbor:"13,keyasint"` // first submission
	Changed    ledger.Time    `cbor:"14,keyasint"` // last change of state or decisions
	Deadline   ledger.Time    `cbor:"15,keyasint"` // instant at which it is overdue; moved by pauses
	Paused     ledger.Time    `cbor:"16,keyasint"` // the clock stands still since; 0: it runs
	Due        ledger.Time    `cbor:"17,keyasint"` // when a tick next has something to do here; 0: never
	Escalated  bool           `cbor:"18,keyasint"`
	NoLetter   bool           `cbor:"19,keyasint"` // letter-missing
	Ended      ledger.Time    `cbor:"20,keyasint"` // when it reached a state from which nothing more is released
	Decisions  []Decision     `cbor:"21,keyasint"` // of all versions, in order
	Offer      *Offer         `cbor:"22,keyasint"` // the one on the table
	Agreement  *Agreement     `cbor:"23,keyasint"`
	Releases   []Release      `cbor:"24,keyasint"`
	Deletion   *Deletion      `cbor:"25,keyasint"`
	History    []StateChange  `cbor:"26,keyasint"`
	Refusal    ledger.Code    `cbor:"27,keyasint"`           // reason code of the refusal or the last return
	ReturnedBy ledger.EntryID `cbor:"28,keyasint"`           // the entry of the last return
	Reviews    []ReviewVote   `cbor:"29,keyasint"`           // of suspect decisions, in order
	Erasures   []Erasure      `cbor:"30,keyasint,omitempty"` // at most one of each party
}

// Erasure is one party's erasure of its copies, ordered by its data protection officer.
type Erasure struct {
	Entry    ledger.EntryID    `cbor:"0,keyasint"`
	Agency   ledger.AgencyID   `cbor:"1,keyasint"`
	Official ledger.OfficialID `cbor:"2,keyasint"`
	Code     ledger.Code       `cbor:"3,keyasint"`
	At       ledger.Time       `cbor:"4,keyasint"`
	Height   ledger.Height     `cbor:"5,keyasint"`
}

// ErasedBy is a party's erasure; nil when it has ordered none, and of no request.
func (r *Request) ErasedBy(agency ledger.AgencyID) *Erasure {
	if r == nil {
		return nil
	}
	for i := range r.Erasures {
		if r.Erasures[i].Agency == agency {
			return &r.Erasures[i]
		}
	}
	return nil
}

// ReviewVote is one approver's word on a suspect decision.
type ReviewVote struct {
	Entry    ledger.EntryID    `cbor:"0,keyasint"`
	Decision ledger.EntryID    `cbor:"1,keyasint"`
	Official ledger.OfficialID `cbor:"2,keyasint"`
	Annul    bool              `cbor:"3,keyasint"`
	At       ledger.Time       `cbor:"4,keyasint"`
}

// StateChange is one step of a request's life.
type StateChange struct {
	State State          `cbor:"0,keyasint"`
	At    ledger.Time    `cbor:"1,keyasint"`
	Entry ledger.EntryID `cbor:"2,keyasint"` // what caused it; zero: time (a tick)
	H     ledger.Height  `cbor:"3,keyasint"`
}

// Decision is one official's counted decision.
type Decision struct {
	Entry    ledger.EntryID     `cbor:"0,keyasint"`
	Version  ledger.EntryID     `cbor:"1,keyasint"`
	Official ledger.OfficialID  `cbor:"2,keyasint"`
	Key      ledger.KeyID       `cbor:"3,keyasint"`
	Role     ledger.Role        `cbor:"4,keyasint"`
	Kind     ledger.Kind        `cbor:"5,keyasint"` // approve, offer, return or refuse
	Fields   []ledger.FieldName `cbor:"6,keyasint"` // approve, offer
	Code     ledger.Code        `cbor:"7,keyasint"` // return, refuse
	Join     ledger.EntryID     `cbor:"8,keyasint"` // the offer it belongs to
	Reason   *ledger.Sealed     `cbor:"9,keyasint"`
	At       ledger.Time        `cbor:"10,keyasint"`
	Height   ledger.Height      `cbor:"11,keyasint"`
	Suspect  bool               `cbor:"12,keyasint"` // made with a key since it was suspect, not reviewed yet
	Annulled bool               `cbor:"13,keyasint"`
}

// Offer is what the signatories offer instead of what was asked.
type Offer struct {
	ID     ledger.EntryID `cbor:"0,keyasint"` // the first offer's entry
	Terms  ledger.Terms   `cbor:"1,keyasint"`
	Letter ledger.Sealed  `cbor:"2,keyasint"`
}

// Agreement is what stands once the quorum has approved.
type Agreement struct {
	Terms    ledger.Terms   `cbor:"0,keyasint"` // Fields are the intersection of all counted approvals
	Since    ledger.Time    `cbor:"1,keyasint"`
	Until    ledger.Time    `cbor:"2,keyasint"` // no release after it
	Entry    ledger.EntryID `cbor:"3,keyasint"` // the approval or acceptance that completed it
	Letter   ledger.Sealed  `cbor:"4,keyasint"` // the request's, or the offer's
	LetterOf ledger.EntryID `cbor:"5,keyasint"` // the entry that carries Letter
	Confirm  ledger.Time    `cbor:"6,keyasint"` // an emergency release: the missing signatures are due by then; 0: complete
}

// Release is one release with what became of it.
type Release struct {
	Entry    ledger.EntryID `cbor:"0,keyasint"`
	Part     ledger.Sealed  `cbor:"1,keyasint"`
	At       ledger.Time    `cbor:"2,keyasint"`
	Height   ledger.Height  `cbor:"3,keyasint"`
	Receipt  ledger.EntryID `cbor:"4,keyasint"`
	Received ledger.Time    `cbor:"5,keyasint"`
	Failed   ledger.Code    `cbor:"6,keyasint"` // delivery-failed
	Last     bool           `cbor:"7,keyasint"`
}

// Deletion is the duty to destroy what was released.
type Deletion struct {
	Owed    ledger.Time       `cbor:"0,keyasint"` // since when; retention's end or the recall
	Ordered ledger.EntryID    `cbor:"1,keyasint"` // delete
	Receipt ledger.EntryID    `cbor:"2,keyasint"`
	Deleted ledger.Time       `cbor:"3,keyasint"` // 0: not yet
	Pending []ledger.NodeCode `cbor:"4,keyasint"`
}
