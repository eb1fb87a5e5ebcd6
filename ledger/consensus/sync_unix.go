//go:build !windows

package consensus

// canSyncDirs: a folder's entry is durable only after the folder was synced.
const canSyncDirs = true
