// Package app puts the desktop together: the profile folder, the replica in this
// process, its control socket, the desk and the window over them, in this order,
// and takes them apart in the opposite one. It owns no screen (app/ui), no use
// case (app/desk) and no replica (app/node).
//
//	countersign [--profile FOLDER]
//	countersign --demo tax|police [--dir CITY]
//
// A second start on a folder brings the first window forward and ends.
package app
