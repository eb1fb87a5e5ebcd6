// Package bench measures: Bench says how fast four keepers are, beside another
// engine on the same machine in the same run; Soak says whether they stay right
// and go on while they are killed and cut apart.
//
// It does not own what it measures: the keepers are whole nodes (app/node), each
// a process of its own that Keep runs, founded and admitted by the story player.
// A keeper's process also has the client in it, as a desktop has: entries are
// signed there and handed to the node by a call. The parent talks with it in
// lines of JSON:
//
//	p, err := start(ctx, program, folder, …)   // countersignd bench-node FOLDER
//	rep, err := p.call(ctx, request{Op: opLoad, Window: 500})
//	…                                          // finals and blocks come by themselves
//	p.end()                                    // its input closes: it ends in order
//
// Times are wall time unless the unit says CPU; a report says how much of the
// processor was free for it.
package bench
