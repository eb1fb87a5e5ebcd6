// Package app puts the desktop together: the window first, so that something is
// seen at once, behind it the replica of a profile folder in this process, its
// control socket and the desk, and takes them apart in the opposite order. It is
// also what the desktop around the window sees: the tray, words beside the
// window, the report of a crash. It owns no screen (app/ui), no use
// case (app/desk) and no replica (app/node).
//
//	countersign [--profile FOLDER]
//	countersign --demo tax|police [--dir CITY]
//
// A second start on a folder brings the first window forward and ends.
package app
