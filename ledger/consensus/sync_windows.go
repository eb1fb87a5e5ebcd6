package consensus

// canSyncDirs: Windows has no sync of folders; NTFS journals renames.
const canSyncDirs = false
