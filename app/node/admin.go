package node

import (
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

// Status is what `status --json` prints.
type Status struct {
	Profile desk.Profile   `json:"profile"`
	Title   string         `json:"title"`  // the agency's; empty until admitted
	Keeper  bool           `json:"keeper"` // in the keeper set now
	Office  bool           `json:"office"` // is the agency's office node
	Peer    string         `json:"peer"`
	Addrs   []string       `json:"addrs"`
	Height  ledger.Height  `json:"height"`
	Log     ledger.LogHead `json:"log"`
	Digest  ledger.Hash    `json:"digest"`
	AppHash ledger.Hash    `json:"app_hash"`
	Ledger  ledger.Time    `json:"ledger_time"`
	Clock   time.Duration  `json:"clock_offset"`
	Started time.Time      `json:"started"`
	PID     int            `json:"pid"`
	Network desk.Network   `json:"network"`
	Sources []SourceStatus `json:"sources,omitempty"`

	OfficeNode ledger.NodeCode `json:"office_node"`     // the agency's
	Spare      bool            `json:"spare,omitempty"` // this node may become it
	Identities bool            `json:"identities"`      // this node holds all identities of the agency
	// On the office node: data sets of the agency that no source is connected for
	// here, and how many parts are still to come from office nodes of before.
	MissingSources []ledger.Code           `json:"missing_sources,omitempty"`
	TakingOver     map[ledger.NodeCode]int `json:"taking_over,omitempty"`

	Problems []string `json:"problems,omitempty"`
	Traffic  Traffic  `json:"traffic"`
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

// InviteOptions and JoinRequest are the desk's.
type (
	InviteOptions = desk.InviteOptions
	JoinRequest   = desk.JoinRequest
)

var _ desk.Host = (*Node)(nil)
