package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/ledger"
)

// noticesFile is where the cabinet keeps what its official has been told.
const noticesFile = "notices.json"

// Notices is what is to be told on the desktop now.
type Notices struct {
	Tell   []Notice
	ToSign int // what waits for the official's signature; 0 while the desk is locked
}

// Notices looks what an official is to be told of at now, their local time, and
// remembers that they have been told. off are the kinds they do not want. While
// the desk is locked only what the record says of their key is looked at.
func (d *Desk) Notices(ctx context.Context, official ledger.OfficialID, now time.Time, off []NoticeKind) (Notices, error) {
	out, signals, err := d.signals(ctx, official)
	locked := errors.Is(err, ErrLocked)
	if err != nil && !locked {
		return out, fmt.Errorf("look for news: %w", err)
	}
	d.notices.Lock()
	defer d.notices.Unlock()
	where := cabinetOf(d.opt.State, official)
	var book noticeBook
	if data, err := where.read(noticesFile); err == nil && decodeFile(data, &book) != nil {
		book = noticeBook{} // begins anew, with what is there now being no news
	}
	out.Tell = book.take(now, signals, off, locked)
	data, err := encodeFile(book)
	if err == nil {
		err = where.write(noticesFile, data)
	}
	if err != nil {
		return out, fmt.Errorf("keep what has been told: %w", err)
	}
	return out, nil
}

// signals is what is true now for one official: of their key always, of letters
// only while they have unlocked; then the error is ErrLocked.
func (d *Desk) signals(ctx context.Context, official ledger.OfficialID) (Notices, []Signal, error) {
	var out Notices
	all, err := d.keySignals(ctx, official)
	if err != nil {
		return out, nil, err
	}
	s, err := d.session()
	if err == nil && s.me != official {
		err = ErrLocked
	}
	if err != nil {
		return out, all, err
	}
	for _, list := range []struct {
		query ListQuery
		of    func(RequestRow, time.Time) []Signal
	}{
		{ListQuery{Kind: ListToDecide, Limit: maxToDecide}, toSignSignals},
		{ListQuery{Kind: ListDecided, Limit: pageSize}, decidedSignals},
		{ListQuery{Kind: ListReceived, Limit: pageSize}, receivedSignals},
	} {
		rows, _, err := d.rows(ctx, s, list.query)
		if err != nil {
			return out, nil, err
		}
		for _, row := range rows {
			if list.query.Kind == ListToDecide && row.MineToSign {
				out.ToSign++
			}
			all = append(all, list.of(row, d.clock())...)
		}
	}
	proposals, err := d.proposals(ctx, s)
	for _, p := range proposals {
		if !p.Mine {
			out.ToSign++
		}
	}
	return out, all, err
}

// keySignals says whether an official's key is suspect or ends soon.
func (d *Desk) keySignals(ctx context.Context, official ledger.OfficialID) (out []Signal, err error) {
	err = d.look(ctx, func(l *look) error {
		o := l.Official(official)
		if o == nil {
			return nil
		}
		row := l.personRow(o)
		key := row.KeyID.String()
		switch row.State {
		case PersonSuspended, PersonRevoked:
			out = []Signal{{Kind: NoticeKey, Key: "key/" + key + "/" + string(row.State)}}
		case PersonEnding:
			out = []Signal{{Kind: NoticeKeyEnds, Key: "key_ends/" + key}}
		}
		return nil
	})
	return out, err
}

func (r RequestRow) signal(k NoticeKind, key string) Signal {
	return Signal{Kind: k, Key: string(k) + "/" + r.ID.String() + "/" + key, Agency: r.OtherTitle, Case: r.Case, Request: r.ID}
}

// toSignSignals is what a row of the inbox says to who has to sign it.
func toSignSignals(r RequestRow, _ time.Time) []Signal {
	if !r.MineToSign {
		return nil
	}
	var out []Signal
	if r.Unread {
		out = append(out, r.signal(NoticeRequest, fmt.Sprint(r.Changed)))
	}
	switch {
	case r.Paused:
	case r.DaysLeft == 0 && !r.Overdue:
		return []Signal{r.signal(NoticeDueToday, fmt.Sprint(r.Deadline)), r.signal(NoticeDeadline, "")}
	case r.Overdue || r.DaysLeft <= NoticeDays:
		out = append(out, r.signal(NoticeDeadline, ""))
	}
	return out
}

// decidedSignals is what a decided row says to who has signed it.
func decidedSignals(r RequestRow, _ time.Time) []Signal {
	if !r.SignedByMe || !r.Arrived || r.Failed {
		return nil
	}
	return []Signal{r.signal(NoticeReceipt, fmt.Sprint(r.Parts))}
}

// receivedSignals is what received data says to who has asked for it.
func receivedSignals(r RequestRow, now time.Time) []Signal {
	if !r.AskedByMe || r.Deleted {
		return nil
	}
	if r.Failed {
		return []Signal{r.signal(NoticeCheck, fmt.Sprint(r.Parts))}
	}
	var out []Signal
	if r.Arrived && r.Unread {
		out = append(out, r.signal(NoticePart, fmt.Sprint(r.Parts)))
	}
	if r.Arrived && r.KeepUntil.Std().Sub(now) <= NoticeRetentionDays*oneDay {
		out = append(out, r.signal(NoticeRetention, ""))
	}
	return out
}
