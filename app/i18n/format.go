package i18n

import (
	"fmt"
	"strconv"
	"time"
)

// Dates are written out by hand: the forms are few, fixed by the design, and the
// same on every computer. See Forms for those a person can choose. No line breaks
// inside a date.

// noBreak is a space at which no line breaks.
const noBreak = "\u00a0"

func (l *Locale) weekday(t time.Time) string {
	switch l.lang {
	case French:
		return [...]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."}[t.Weekday()]
	case Chinese:
		return [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[t.Weekday()]
	}
	return [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}[t.Weekday()]
}

// WeekdayName is a day of the week in full: "Monday", "lundi", "星期一".
func (l *Locale) WeekdayName(d time.Weekday) string {
	switch l.lang {
	case French:
		return [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[d]
	case Chinese:
		return [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[d]
	}
	return d.String()
}

func (l *Locale) month(t time.Time) string {
	if l.lang == French {
		return [...]string{"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}[t.Month()-1]
	}
	return [...]string{"Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"}[t.Month()-1]
}

// Month is a month of a year: "June 2026", "juin 2026", "2026年6月".
func (l *Locale) Month(t time.Time) string {
	switch l.lang {
	case French:
		return [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}[t.Month()-1] + noBreak + strconv.Itoa(t.Year())
	case Chinese:
		return fmt.Sprintf("%d年%d月", t.Year(), t.Month())
	}
	return t.Format("January" + noBreak + "2006")
}

// Weekdays are the heads of a calendar, Monday first: "Mon", "lun.", "周一".
func (l *Locale) Weekdays() [7]string {
	var out [7]string
	for i := range out {
		out[i] = l.weekday(time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC)) // a Monday
	}
	return out
}

// Date is a day in full: "Thu 18 June 2026", "jeu. 18 juin 2026", "2026年6月18日 周四".
func (l *Locale) Date(t time.Time) string {
	switch {
	case l.forms.Dates != "":
		return l.withWeekday(l.PlainDate(t), t)
	case l.lang == Chinese:
		return l.withWeekday(fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()), t)
	}
	return l.withWeekday(l.DayMonth(t)+noBreak+strconv.Itoa(t.Year()), t)
}

// PlainDate is a day without its weekday: "18 June 2026".
func (l *Locale) PlainDate(t time.Time) string {
	switch {
	case l.forms.Dates == DatesISO:
		return t.Format(time.DateOnly)
	case l.forms.Dates == DatesFigures && l.lang == Chinese:
		return t.Format("2006/01/02")
	case l.forms.Dates == DatesFigures:
		return t.Format("02/01/2006")
	case l.lang == Chinese:
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	}
	return l.DayMonth(t) + noBreak + strconv.Itoa(t.Year())
}

// DayMonth is a day of this year: "8 June", "8 juin", "6月8日".
func (l *Locale) DayMonth(t time.Time) string {
	switch {
	case l.forms.Dates == DatesISO:
		return t.Format(time.DateOnly) // without its year it would be no such date
	case l.forms.Dates == DatesFigures && l.lang == Chinese:
		return t.Format("01/02")
	case l.forms.Dates == DatesFigures:
		return t.Format("02/01")
	case l.lang == Chinese:
		return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	}
	day := strconv.Itoa(t.Day())
	if l.lang == French && t.Day() == 1 {
		day = "1er"
	}
	return day + noBreak + l.month(t)
}

// ShortDate is a day of this year with its weekday: "Mon 8 June", "6月8日 周一".
func (l *Locale) ShortDate(t time.Time) string { return l.withWeekday(l.DayMonth(t), t) }

func (l *Locale) withWeekday(date string, t time.Time) string {
	if l.lang == Chinese {
		return date + noBreak + l.weekday(t)
	}
	return l.weekday(t) + noBreak + date
}

// Time is a time of day: "14:32", "14 h 32".
func (l *Locale) Time(t time.Time) string {
	if l.lang == French && l.forms.Dates == "" {
		return t.Format("15") + noBreak + "h" + noBreak + t.Format("04")
	}
	return t.Format("15:04")
}

// Seconds is a time of day to the second; only Evidence and result pages show it.
func (l *Locale) Seconds(t time.Time) string { return t.Format("15:04:05") }

// DateTime is a day of this year and a time: "Mon 8 June, 09:12".
func (l *Locale) DateTime(t time.Time) string { return l.ShortDate(t) + ", " + l.Time(t) }

// DayTime is a day without its weekday and a time: "8 June, 09:12".
func (l *Locale) DayTime(t time.Time) string { return l.DayMonth(t) + ", " + l.Time(t) }

// When is a day and a time as near as needed: "today, 09:14" for today, with the
// year where it is another one.
func (l *Locale) When(t, now time.Time) string {
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return l.T("time.today_at", P{"time": l.Time(t)})
	case t.Year() != now.Year():
		return l.PlainDate(t)
	}
	return l.DayTime(t)
}

// Percent writes a share of 100: "71 %", in Chinese "71%".
func (l *Locale) Percent(n int) string {
	if l.lang == Chinese {
		return strconv.Itoa(n) + "%"
	}
	return strconv.Itoa(n) + noBreak + "%"
}

// Bytes writes a size: "1.8 MB", "1,8 Mo".
func (l *Locale) Bytes(n int64) string {
	unit := [...]string{"B", "kB", "MB", "GB"}
	if l.lang == French {
		unit = [...]string{"o", "ko", "Mo", "Go"}
	}
	v, i := float64(n), 0
	for v >= 1000 && i < len(unit)-1 {
		v /= 1000
		i++
	}
	digits := 1
	if i == 0 || v >= 100 {
		digits = 0
	}
	return l.Decimal(v, digits) + noBreak + unit[i]
}

// Elapsed writes how long something took, in seconds: "0.21".
func (l *Locale) Elapsed(d time.Duration) string {
	if d < 10*time.Second {
		return l.Decimal(d.Seconds(), 2)
	}
	return l.Decimal(d.Seconds(), 0)
}

// Left says how much of a legal deadline is left: working days, under one day
// hours, under one hour minutes.
type Left struct {
	WorkingDays int
	Hours       int
	Minutes     int
	Overdue     bool
	Paused      bool
}

// Left is the short form, for chips: "6 days left", "4 hours left", "Today".
func (l *Locale) Left(d Left) string {
	switch {
	case d.Paused:
		return l.T("time.paused")
	case d.Overdue:
		return l.T("time.overdue")
	case d.WorkingDays > 0:
		return l.N("time.days_left", d.WorkingDays)
	case d.Hours > 0:
		return l.N("time.hours_left", d.Hours)
	case d.Minutes > 0:
		return l.N("time.minutes_left", d.Minutes)
	}
	return l.T("time.today")
}

// LeftLong is the long form, for letters: "6 working days left".
func (l *Locale) LeftLong(d Left) string {
	if !d.Paused && !d.Overdue && d.WorkingDays > 0 {
		return l.N("time.working_days_left", d.WorkingDays)
	}
	return l.Left(d)
}
