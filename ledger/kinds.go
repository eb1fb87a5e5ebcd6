package ledger

import (
	"errors"
	"fmt"
)

// Kind of an entry: which payload it carries. Numbers are part of the format
// and are never used again.
type Kind uint8

// The kinds.
const (
	KindPropose         Kind = 1 // an act that needs two admins
	KindSecond          Kind = 2
	KindRotate          Kind = 3
	KindSuspendKey      Kind = 4
	KindNode            Kind = 5
	KindNodeRemove      Kind = 6
	KindMotion          Kind = 7 // an act of the members, by votes
	KindVote            Kind = 8
	KindLeave           Kind = 9
	KindKeeperReady     Kind = 10
	KindTick            Kind = 11
	KindSheet           Kind = 12
	KindJournalHead     Kind = 13
	KindNodeIdentity    Kind = 14
	KindRequest         Kind = 20
	KindAnswer          Kind = 21
	KindApprove         Kind = 22
	KindOffer           Kind = 23
	KindAccept          Kind = 24
	KindReturn          Kind = 25
	KindRefuse          Kind = 26
	KindWithdraw        Kind = 27
	KindSuspend         Kind = 28
	KindResume          Kind = 29
	KindRevoke          Kind = 30
	KindReview          Kind = 31
	KindRelease         Kind = 40
	KindReceipt         Kind = 41
	KindDeliveryFailed  Kind = 42
	KindLetterMissing   Kind = 43
	KindLetterFound     Kind = 44
	KindDelete          Kind = 45
	KindDeletionReceipt Kind = 46
	KindErase           Kind = 47
)

// kindTable is in the order of the constants: name and an empty payload. It never changes.
var kindTable = []struct {
	kind Kind
	name string
	make func() Payload
}{
	{KindPropose, "propose", func() Payload { return new(Propose) }},
	{KindSecond, "second", func() Payload { return new(Second) }},
	{KindRotate, "rotate", func() Payload { return new(Rotate) }},
	{KindSuspendKey, "suspend-key", func() Payload { return new(SuspendKey) }},
	{KindNode, "node", func() Payload { return new(Node) }},
	{KindNodeRemove, "node-remove", func() Payload { return new(NodeRemove) }},
	{KindMotion, "motion", func() Payload { return new(Motion) }},
	{KindVote, "vote", func() Payload { return new(Vote) }},
	{KindLeave, "leave", func() Payload { return new(Leave) }},
	{KindKeeperReady, "keeper-ready", func() Payload { return new(KeeperReady) }},
	{KindTick, "tick", func() Payload { return new(Tick) }},
	{KindSheet, "sheet", func() Payload { return new(Sheet) }},
	{KindJournalHead, "journal-head", func() Payload { return new(JournalHead) }},
	{KindNodeIdentity, "node-identity", func() Payload { return new(NodeIdentity) }},
	{KindRequest, "request", func() Payload { return new(Request) }},
	{KindAnswer, "answer", func() Payload { return new(Answer) }},
	{KindApprove, "approve", func() Payload { return new(Approve) }},
	{KindOffer, "offer", func() Payload { return new(Offer) }},
	{KindAccept, "accept", func() Payload { return new(Accept) }},
	{KindReturn, "return", func() Payload { return new(Return) }},
	{KindRefuse, "refuse", func() Payload { return new(Refuse) }},
	{KindWithdraw, "withdraw", func() Payload { return new(Withdraw) }},
	{KindSuspend, "suspend", func() Payload { return new(Suspend) }},
	{KindResume, "resume", func() Payload { return new(Resume) }},
	{KindRevoke, "revoke", func() Payload { return new(Revoke) }},
	{KindReview, "review", func() Payload { return new(Review) }},
	{KindRelease, "release", func() Payload { return new(Release) }},
	{KindReceipt, "receipt", func() Payload { return new(Receipt) }},
	{KindDeliveryFailed, "delivery-failed", func() Payload { return new(DeliveryFailed) }},
	{KindLetterMissing, "letter-missing", func() Payload { return new(LetterMissing) }},
	{KindLetterFound, "letter-found", func() Payload { return new(LetterFound) }},
	{KindDelete, "delete", func() Payload { return new(Delete) }},
	{KindDeletionReceipt, "deletion-receipt", func() Payload { return new(DeletionReceipt) }},
	{KindErase, "erase", func() Payload { return new(Erase) }},
}

// Payload is what an entry says. Check tests form alone: codes, lengths, order
// of lists; what needs the state is ledger/rules.
type Payload interface {
	Kind() Kind
	Check() error
}

// ErrUnknownKind says that this version of the program does not know an
// entry's kind or version.
var ErrUnknownKind = errors.New("unknown kind or version of entry")

// ErrBadForm says that a payload's values cannot be right in any state.
var ErrBadForm = errors.New("malformed payload")

// Kinds lists all kinds in the order of their numbers.
func Kinds() []Kind {
	out := make([]Kind, len(kindTable))
	for i := range kindTable {
		out[i] = kindTable[i].kind
	}
	return out
}

// String is the kind's word, as in stories and logs.
func (k Kind) String() string {
	for _, row := range kindTable {
		if row.kind == k {
			return row.name
		}
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// KindOf reads a kind's word.
func KindOf(word string) (Kind, error) {
	for _, row := range kindTable {
		if row.name == word {
			return row.kind, nil
		}
	}
	return 0, fmt.Errorf("%q: %w", clip(word), ErrUnknownKind)
}

func newPayload(k Kind) (Payload, error) {
	for _, row := range kindTable {
		if row.kind == k {
			return row.make(), nil
		}
	}
	return nil, fmt.Errorf("kind %d: %w", uint8(k), ErrUnknownKind)
}
