// Package control is the control socket of a running node: commands, the story
// player and a second start ask it. A running node owns its stores, so nothing
// else opens them.
//
// It speaks HTTP with JSON bodies on a Unix socket in a folder that only its
// user can enter, and looks at the peer's user where the system tells it. It
// carries snapshots of the state, signed entries and ciphertexts; keys,
// passphrases and opened letters never cross it.
package control
