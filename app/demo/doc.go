// Package demo owns the demo city: Valmarine, whose agencies, people, laws and
// records are invented. It makes the city from assets/demo on real nodes, each a
// process of its own, through the same acts that people have at their desks;
// makes its past under the rehearsal clock; keeps it running for the desks; and
// measures how long an approval takes.
//
// It owns no rule, no screen and no node: nodes are started by app/story's City
// and asked through their control sockets.
//
// A city's folder:
//
//	city.json          format, how far it is made, how many agencies it has
//	people.json        who is who, for desks that are still locked
//	lock               held by the process that runs the city
//	data/*.csv         the records of the agencies' sources
//	AGENCY/office/     the profile of an agency's office node
//	AGENCY/desk/       the profile of its desktop, where it has one
package demo
