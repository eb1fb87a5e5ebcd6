package rules

import (
	"encoding/binary"

	"countersign/ledger"
)

// Keys of the state. Each begins with a short prefix and '/'; codes of agencies
// and nodes hold no '/', so a prefix with a code ends where it seems to end.
const (
	keyGlobal = "g/"
	keyLog    = "log/"

	prefixAgency         = "a/"
	prefixEpoch          = "e/"
	prefixCalendar       = "c/"
	prefixKey            = "k/"
	prefixRecipient      = "x/"  // age recipients ever named
	prefixOfficial       = "o/"  // by identifier
	prefixDecided        = "od/" // open requests that an official decided
	prefixNode           = "n/"
	prefixDataset        = "d/"  // editions
	prefixCurrentDataset = "dc/" // code to edition
	prefixBasis          = "b/"
	prefixCurrentBasis   = "bc/"
	prefixRequest        = "r/"
	prefixOpenRequest    = "ro/" // requests that still bind an agency
	prefixErased         = "re/" // requests of which an agency has erased its copies
	prefixProposal       = "p/"
	prefixOpenProposal   = "po/"
	prefixMotion         = "m/"
	prefixOpenMotion     = "mo/"
	prefixSheet          = "sh/"
	prefixJournal        = "j/"
	prefixFault          = "f/"
	prefixSeen           = "s/"
	prefixCommitment     = "cm/"
	prefixDue            = "u/"
	prefixQuota          = "q/"
)

// marker is the value of records that only say that their key exists.
func marker() []byte { return []byte{0x01} }

func bytes8(n uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return string(b[:])
}

func agencyKey(a ledger.AgencyID) string     { return prefixAgency + string(a) }
func calendarKey(a ledger.AgencyID) string   { return prefixCalendar + string(a) }
func keyKey(k ledger.KeyID) string           { return prefixKey + string(k[:]) }
func officialKey(o ledger.OfficialID) string { return prefixOfficial + string(o[:]) }
func datasetKey(e ledger.EntryID) string     { return prefixDataset + string(e[:]) }
func currentDatasetKey(c ledger.Code) string { return prefixCurrentDataset + string(c) }
func basisKey(e ledger.EntryID) string       { return prefixBasis + string(e[:]) }
func currentBasisKey(c ledger.Code) string   { return prefixCurrentBasis + string(c) }
func requestKey(id ledger.EntryID) string    { return prefixRequest + string(id[:]) }
func proposalKey(id ledger.EntryID) string   { return prefixProposal + string(id[:]) }
func motionKey(id ledger.EntryID) string     { return prefixMotion + string(id[:]) }
func openMotionKey(id ledger.EntryID) string { return prefixOpenMotion + string(id[:]) }
func journalKey(a ledger.AgencyID) string    { return prefixJournal + string(a) }
func commitmentKey(h ledger.Hash) string     { return prefixCommitment + string(h[:]) }

func epochKey(a ledger.AgencyID, n uint32) string {
	return prefixEpoch + string(a) + "/" + bytes8(uint64(n))
}

func nodeKey(a ledger.AgencyID, n ledger.NodeCode) string {
	return prefixNode + string(a) + "/" + string(n)
}

func sheetKey(a ledger.AgencyID, name ledger.Code) string {
	return prefixSheet + string(a) + "/" + string(name)
}

func recipientKey(recipient string) string {
	h := ledger.Sum([]byte(recipient))
	return prefixRecipient + string(h[:])
}

func decidedKey(o ledger.OfficialID, request ledger.EntryID) string {
	return prefixDecided + string(o[:]) + string(request[:])
}

func openRequestKey(a ledger.AgencyID, request ledger.EntryID) string {
	return prefixOpenRequest + string(a) + "/" + string(request[:])
}

func erasedKey(a ledger.AgencyID, request ledger.EntryID) string {
	return prefixErased + string(a) + "/" + string(request[:])
}

func openProposalKey(a ledger.AgencyID, id ledger.EntryID) string {
	return prefixOpenProposal + string(a) + "/" + string(id[:])
}

func faultKey(a ledger.AgencyID, h ledger.Height) string {
	return prefixFault + string(a) + "/" + bytes8(uint64(h))
}

// seenKey orders entries seen by the end of their validity: new ones land near
// one another in the database, never at random.
func seenKey(validUntil ledger.Time, id ledger.EntryID) string {
	return prefixSeen + bytes8(uint64(validUntil)) + string(id[:])
}

// What a due key points to.
const (
	dueRequest  = 'r'
	dueProposal = 'p'
	dueMotion   = 'm'
)

func dueKey(at ledger.Time, what byte, id ledger.EntryID) string {
	return prefixDue + bytes8(uint64(at)) + string(what) + string(id[:])
}

// dueAt splits a due key.
func dueAt(key string) (at ledger.Time, what byte, id ledger.EntryID) {
	rest := key[len(prefixDue):]
	at = ledger.Time(binary.BigEndian.Uint64([]byte(rest[:8])))
	copy(id[:], rest[9:])
	return at, rest[8], id
}

// dayMillis is one ledger day: counters of rule 7 run from midnight UTC.
const dayMillis = 24 * 60 * 60 * 1000

func quotaKey(day int64, who string) string { return prefixQuota + bytes8(uint64(day)) + who }

func quotaDay(key string) int64 {
	return int64(binary.BigEndian.Uint64([]byte(key[len(prefixQuota) : len(prefixQuota)+8])))
}

// tail reads the identifier at the end of an index key.
func tail(key string) (id ledger.EntryID) {
	copy(id[:], key[len(key)-len(id):])
	return id
}
