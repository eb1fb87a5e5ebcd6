package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

// news is what a desk tells its official at a time of the city's day.
func (v *valmarine) news(d *desk.Desk, who ledger.OfficialID, off ...desk.NoticeKind) (string, int) {
	v.t.Helper()
	n, err := d.Notices(context.Background(), who, v.clock(), off)
	v.must(err)
	var out []string
	for _, notice := range n.Tell {
		for _, s := range notice.Signals {
			out = append(out, string(notice.Pace)+" "+string(s.Kind)+" "+s.Agency+" "+s.Case)
		}
	}
	return strings.Join(out, " | "), n.ToSign
}

func (v *valmarine) clock() time.Time {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.now
}

// pass lets time go by in the city.
func (v *valmarine) pass(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = v.now.Add(d)
}

// A request reaches the two who may sign it with the next digest, the receipt
// reaches who signed, the data who asked; nobody hears of a colleague's work.
func TestNewsOfARequestReachThoseWhomItConcerns(t *testing.T) {
	v, ctx := newValmarine(t), context.Background()
	me := func(d *desk.Desk) ledger.OfficialID {
		p, _ := d.Me()
		return p.ID
	}
	everybody := []*desk.Desk{v.arnaud, v.okafor, v.bauer, v.vidal}
	for _, d := range everybody {
		v.news(d, me(d)) // the first look
	}
	id := v.ask()
	if got, n := v.news(v.arnaud, v.arnaudID); got != "" || n != 1 {
		t.Errorf("within the hour: told %q, %d to sign", got, n)
	}
	v.news(v.okafor, v.okaforID)
	v.letter(v.okafor, id) // he has read it before the digest
	v.pass(time.Hour)
	if got, _ := v.news(v.arnaud, v.arnaudID); got != "hour request Valmarine Police VM-2026-0417" {
		t.Errorf("told Arnaud %q", got)
	}
	if got, _ := v.news(v.okafor, v.okaforID); got != "" {
		t.Errorf("told Okafor %q of what he has read", got)
	}
	if got, n := v.news(v.vidal, me(v.vidal)); got != "" || n != 0 {
		t.Errorf("told Vidal %q, %d to sign", got, n)
	}
	v.arnaud.Lock()
	v.pass(2 * time.Hour)
	if got, n := v.news(v.arnaud, v.arnaudID); got != "" || n != 0 {
		t.Errorf("told a locked desk %q, %d to sign", got, n)
	}
	if _, err := v.arnaud.Inbox(ctx); err == nil {
		t.Error("the desk is not locked")
	}
}

func TestASuspectKeyIsToldWhileTheDeskIsLocked(t *testing.T) {
	v := newValmarine(t)
	v.news(v.arnaud, v.arnaudID)
	v.arnaud.Lock()
	v.sign(v.tax.desk("admin1"), desk.Act{Kind: desk.ActSuspendKey, Official: v.arnaudID})
	if got, _ := v.news(v.arnaud, v.arnaudID); got != "now key  " {
		t.Errorf("told %q", got)
	}
	if got, _ := v.news(v.arnaud, v.arnaudID); got != "" {
		t.Errorf("told again %q", got)
	}
}
