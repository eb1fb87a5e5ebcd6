package node

import (
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

// Status is what `status --json` prints.
type Status struct {
	Profile  desk.Profile   `json:"profile"`
	Title    string         `json:"title"`  // the agency's; empty until admitted
	Keeper   bool           `json:"keeper"` // in the keeper set now
	Office   bool           `json:"office"` // is the agency's office node
	Peer     string         `json:"peer"`
	Addrs    []string       `json:"addrs"`
	Height   ledger.Height  `json:"height"`
	Log      ledger.LogHead `json:"log"`
	Digest   ledger.Hash    `json:"digest"`
	AppHash  ledger.Hash    `json:"app_hash"`
	Ledger   ledger.Time    `json:"ledger_time"`
	Clock    time.Duration  `json:"clock_offset"`
	Started  time.Time      `json:"started"`
	PID      int            `json:"pid"`
	Network  desk.Network   `json:"network"`
	Sources  []SourceStatus `json:"sources,omitempty"`
	Problems []string       `json:"problems,omitempty"`
	Traffic  Traffic        `json:"traffic"`
}

// Traffic counts bytes on the host's streams since the start.
type Traffic struct {
	Sent     uint64 `json:"sent"`
	Received uint64 `json:"received"`
}

// SourceStatus is a connected source and what is wrong with it.
type SourceStatus struct {
	Source
	Problem string `json:"problem,omitempty"`
}

// InviteOptions says whom an invitation is for.
type InviteOptions struct {
	Agency ledger.AgencyID `json:"agency,omitempty"` // with Node: a further node of this agency
	Node   ledger.NodeCode `json:"node,omitempty"`
	Valid  time.Duration   `json:"valid"` // 0: 72 hours
}

// JoinRequest is a newcomer that has handed in its document and waits for the
// six words to be compared.
type JoinRequest struct {
	Serial    ledger.Nonce         `json:"serial"`
	Words     [6]string            `json:"words"`
	Document  *ledger.Document     `json:"document,omitempty"`
	Node      *ledger.NodeDocument `json:"node,omitempty"`
	At        time.Time            `json:"at"`
	Confirmed bool                 `json:"confirmed"`
}
