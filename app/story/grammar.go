package story

// rule is the form of one step.
type rule struct {
	form     string   // as in the help
	min, max int      // arguments; max -1: any number
	options  []string // known options
	needs    []string // options that must be there
	signed   bool     // signed by a person: may be refused, takes nowait
	mayFail  bool     // not signed, but "!" says that it must not come true
	freeText bool     // arguments may contain "="
	later    string   // the feature with which the step comes
}

// Grammar lists the forms of all steps that can be played, for the help text.
func Grammar() []string {
	var out []string
	for _, verb := range verbs() {
		if r := grammar()[verb]; r.later == "" {
			out = append(out, r.form)
		}
	}
	return out
}

// verbs is the order of the help.
func verbs() []string {
	return []string{"agency", "node", "office", "person", "dataset", "connect", "basis", "ask", "approve", "offer", "refuse", "return",
		"answer", "accept", "appeal", "withdraw", "suspend", "resume", "revoke", "delete", "erase", "erased", "state", "received", "hidden",
		"delegate", "key", "review", "leave", "offer-admins", "vote", "stop", "start", "cut", "heal", "restart", "idle", "clock", "same",
		"later", "opens", "replay", "burst", "count", "export", "check", "tamper"}
}

func grammar() map[string]rule {
	request := []string{"reason"}
	return map[string]rule{
		"agency": {form: `agency ID "Title" [keeper=no] [start=no]`, min: 2, max: 2, options: []string{"keeper", "start"}},
		"node":   {form: `node AGENCY/NAME [spare=yes]               # spare: the office can move to it`, min: 1, max: 1, options: []string{"spare"}},
		"office": {form: `office AGENCY NODE                    # two admins move the office; they sign at NODE when the office node is gone`, min: 2, max: 2, signed: true},
		"person": {form: `person AGENCY/ID ROLE[,ROLE] [name="…"] [title="…"]`, min: 2, max: 2,
			options: []string{"name", "title", "unit", "on"}, signed: true},
		"dataset": {form: `dataset AGENCY CODE class=… sharing=… fields=… quorum=N [title="…"] [sensitive=…] [third-party=FIELD] [dpo=yes] [refusal=any|quorum] [deadline=10d] [source=FILE key=FIELD]`,
			min: 2, max: 2, needs: []string{"class", "sharing", "fields", "quorum"}, signed: true,
			options: []string{"title", "class", "sharing", "fields", "sensitive", "quorum", "dpo", "refusal", "deadline", "source", "key", "third-party"}},
		"connect": {form: `connect AGENCY CODE source=FILE key=FIELD   # at the office node`, min: 2, max: 2,
			options: []string{"source", "key"}, needs: []string{"source", "key"}},
		"basis": {form: `basis AGENCY CODE "Title" dataset=CODE purpose=… fields=… [keep=365d] [requesters=ID,ID]`,
			min: 3, max: 3, needs: []string{"dataset", "purpose", "fields"}, signed: true,
			options: []string{"dataset", "purpose", "fields", "keep", "requesters"}},
		"ask": {form: `ask AGENCY/ID as R dataset=CODE fields=… basis=… purpose=… subject=V[,V] [rows="FIELD>=V"] [from=DATE to=DATE] [keep=180d] [standing=90d] [case=TEXT] [note="…"]`,
			min: 3, max: 3, needs: []string{"dataset", "fields", "basis", "purpose", "subject"}, signed: true,
			options: []string{"dataset", "fields", "basis", "purpose", "subject", "rows", "from", "to", "keep", "standing", "case", "note", "on", "letter"}},
		"approve": {form: `approve AGENCY/ID R [strike=f,g] [grant=f reason="…"]`, min: 2, max: 2,
			options: []string{"strike", "grant", "reason", "version", "on"}, signed: true},
		"offer": {form: `offer AGENCY/ID R [fields=…] [rows=…] [from=DATE to=DATE] reason="…"`, min: 2, max: 2,
			options: []string{"fields", "rows", "from", "to", "keep", "reason"}, signed: true},
		"refuse": {form: `refuse AGENCY/ID R code=… reason="…"`, min: 2, max: 2,
			options: []string{"code", "reason"}, needs: []string{"reason"}, signed: true},
		"return": {form: `return AGENCY/ID R code=… reason="…"`, min: 2, max: 2,
			options: []string{"code", "reason"}, needs: []string{"reason"}, signed: true},
		"answer":   {form: `answer AGENCY/ID R "…"`, min: 3, max: 3, options: []string{"fields"}, signed: true, freeText: true},
		"accept":   {form: `accept AGENCY/ID R`, min: 2, max: 2, options: request, signed: true},
		"appeal":   {later: "appeal panels"},
		"withdraw": {form: `withdraw AGENCY/ID R`, min: 2, max: 2, options: request, signed: true},
		"suspend":  {form: `suspend AGENCY/ID R reason="…"`, min: 2, max: 2, options: request, signed: true},
		"resume":   {form: `resume AGENCY/ID R`, min: 2, max: 2, options: request, signed: true},
		"revoke":   {form: `revoke AGENCY/ID R reason="…"`, min: 2, max: 2, options: request, signed: true},
		"delete":   {form: `delete AGENCY/ID R`, min: 2, max: 2, options: request, signed: true},
		"erase": {form: `erase AGENCY/ID R reason=CODE           # their agency's copies of letters and reasons`, min: 2, max: 2,
			options: []string{"reason", "on"}, needs: []string{"reason"}, signed: true},
		"erased": {form: `erased AGENCY R [within=5s]             # no file of the agency's nodes holds a sealed part of R`, min: 2, max: 2, options: []string{"within"}, mayFail: true},
		"state":  {form: `state R STATE [within=5s]`, min: 2, max: 2, options: []string{"within"}, mayFail: true},
		"received": {form: `received AGENCY R [within=5s] [rows=N] [columns=a,b] [cell=ROW,COLUMN,VALUE]`, min: 2, max: 2,
			options: []string{"within", "rows", "columns", "cell"}, mayFail: true},
		"hidden":   {form: `hidden AGENCY TEXT`, min: 2, max: 2, freeText: true},
		"delegate": {later: "delegation"},
		"key": {form: `key rotate|suspend|restore|revoke AGENCY/ID [since=-2d] [by=AGENCY/ID,AGENCY/ID] [remove=NODE]`, min: 2, max: 2,
			options: []string{"since", "by", "reason", "remove"}, signed: true},
		"review": {form: `review R confirm|annul by=AGENCY/ID,…`, min: 2, max: 2, options: []string{"by", "of"}, needs: []string{"by"}, signed: true},
		"leave":  {form: `leave AGENCY`, min: 1, max: 1, signed: true},
		"offer-admins": {form: `offer-admins AGENCY/ID AGENCY/ID [on=NODE]   # two people make their keys at an agency without a usable admin, and their offer`,
			min: 2, max: 2, options: []string{"on"}, mayFail: true},
		"vote":    {form: `vote AGENCY suspend|reinstate|expel|replace-keeper|new-admins by=AGENCY,AGENCY`, min: 2, max: 2, options: []string{"by"}, needs: []string{"by"}, signed: true},
		"stop":    {form: `stop AGENCY[/NODE] [kill]`, min: 1, max: 2},
		"start":   {form: `start AGENCY[/NODE]`, min: 1, max: 1},
		"cut":     {form: `cut A,B from C,D`, min: 3, max: 3},
		"heal":    {form: `heal`, min: 0, max: 0},
		"restart": {form: `restart all`, min: 1, max: 1},
		"idle":    {form: `idle 10s [blocks=0]           # nothing happens; with blocks=0 no block may be made either`, min: 1, max: 1, options: []string{"blocks"}},
		"clock":   {form: `clock +3d`, min: 1, max: 1},
		"same":    {form: `same [within=10s]`, min: 0, max: 0, options: []string{"within"}},
		"opens":   {form: `opens AGENCY/ID R [on=NODE]           # their desk opens the letter`, min: 2, max: 2, options: []string{"on"}, mayFail: true},
		"export":  {later: "evidence bundles"},
		"check":   {later: "evidence bundles"},
		"tamper":  {later: "evidence bundles"},
		"count":   {form: `count entries|refused|blocks|KIND OP N [within=5s]   # KIND is an entry's kind, such as approve`, min: 3, max: 3, options: []string{"within"}},
		"replay":  {form: `replay AGENCY R             # the entry of R's last signed step is sent to AGENCY's node once more`, min: 2, max: 2},
		"burst":   {form: `burst N AGENCY R on=NODE   # N people are enrolled at the office node; each asks like R on NODE 10 ms later`, min: 3, max: 3, options: []string{"on"}, needs: []string{"on"}},
		"later":   {form: `later R Q 47h                          # by ledger time R was submitted at least so long after Q`, min: 3, max: 3},
	}
}
