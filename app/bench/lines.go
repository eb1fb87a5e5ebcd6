package bench

import (
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/store"
)

// What a parent asks of a keeper's process.
const (
	opStat    = "stat"    // how it is
	opLatency = "latency" // Count entries one at a time
	opPrepare = "prepare" // sign Count entries for opLoad
	opLoad    = "load"    // submit them, at most Window not final, until all are
	opMarks   = "marks"   // the blocks applied after Since
	opForget  = "forget"  // the marks so far
	opWork    = "work"    // sign, submit and wait without end; finals are told
	opRest    = "rest"    // end of that
	opCheck   = "check"   // which of Finals this replica has not as told
	opVerify  = "verify"  // the whole ledger
)

// request is one line from the parent.
type request struct {
	Op     string  `json:"op"`
	Count  int     `json:"count,omitempty"`
	GapMs  float64 `json:"gap_ms,omitempty"` // longest random pause before each entry
	Outbox bool    `json:"outbox,omitempty"` // through the node's durable outbox
	Window int     `json:"window,omitempty"`
	Since  int64   `json:"since,omitempty"`
	Finals []final `json:"finals,omitempty"`
}

// line is one line to the parent: an answer, or something that happened.
type line struct {
	Reply *reply         `json:"reply,omitempty"`
	Block *standingAt    `json:"block,omitempty"` // while working: blocks became final
	Final *final         `json:"final,omitempty"` // while working: an entry did
	Kept  ledger.EntryID `json:"kept,omitzero"`   // while working: the outbox has taken an entry
}

// standingAt is where a replica stood at a time by the computer's clock.
type standingAt struct {
	node.Standing
	Nanos int64 `json:"nanos"`
}

// final is an entry's place on the ledger as a node acknowledged it.
type final struct {
	ID     ledger.EntryID `json:"id"`
	Height ledger.Height  `json:"height"`
	Index  uint32         `json:"index"`
	Code   ledger.Refusal `json:"code,omitempty"`
}

// mark says when a block was applied. Blocks that came in one event share a mark.
type mark struct {
	Height  int64 `json:"h"`
	Nanos   int64 `json:"t"`
	Entries int   `json:"n"`
}

// reply answers a request.
type reply struct {
	Error string `json:"error,omitempty"`

	node.Standing
	CPUMs    float64 `json:"cpu_ms,omitempty"`
	Sent     uint64  `json:"sent,omitempty"`
	Received uint64  `json:"received,omitempty"`
	Keepers  int     `json:"keepers,omitempty"`
	Online   int     `json:"online,omitempty"`
	Waiting  int     `json:"waiting,omitempty"` // entries in the pool
	Kept     int     `json:"kept,omitempty"`    // entries in the outbox
	Problem  string  `json:"problem,omitempty"` // what the node says is wrong with it

	Millis   []float64     `json:"millis,omitempty"`
	Bytes    int           `json:"bytes,omitempty"` // of one entry
	Resent   int           `json:"resent,omitempty"`
	Marks    []mark        `json:"marks,omitempty"`
	Missing  []final       `json:"missing,omitempty"`
	Verified *store.Report `json:"verified,omitempty"`
}
