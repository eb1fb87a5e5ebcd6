package i18n

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"countersign/assets"
)

func load(t *testing.T) *Messages {
	t.Helper()
	m, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// parsed returns every message of a language by its key.
func parsed(t *testing.T, l Lang) map[string]*goi18n.Message {
	t.Helper()
	text, err := assets.Language(string(l))
	if err != nil {
		t.Fatal(err)
	}
	f, err := goi18n.ParseMessageFileBytes(text, l.tag().String()+".toml", map[string]goi18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*goi18n.Message, len(f.Messages))
	for _, m := range f.Messages {
		out[m.ID] = m
	}
	if len(out) == 0 {
		t.Fatalf("no messages in %s", l)
	}
	return out
}

func forms(m *goi18n.Message) []string {
	var out []string
	for _, s := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func TestEveryLanguageHasEveryKey(t *testing.T) {
	want := parsed(t, English)
	for _, l := range Langs() {
		have := parsed(t, l)
		for k := range want {
			if have[k] == nil {
				t.Errorf("%s lacks %q", l, k)
			}
		}
		for k := range have {
			if want[k] == nil {
				t.Errorf("%s has %q, which English lacks", l, k)
			}
		}
	}
}

func TestPluralsHaveTheFormsOfTheLanguage(t *testing.T) {
	en := parsed(t, English)
	for _, l := range []Lang{English, French} {
		for k, m := range parsed(t, l) {
			if (en[k].One != "") != (m.One != "") {
				t.Errorf("%s %q: plural in one language only", l, k)
			}
		}
	}
	for k, m := range parsed(t, Chinese) {
		if m.One != "" || m.Other == "" {
			t.Errorf("zh %q: Chinese has one form", k)
		}
	}
}

var name = regexp.MustCompile(`\.(\w+)`)
var action = regexp.MustCompile(`\{\{[^}]*\}\}`)

func names(s string) []string {
	var out []string
	for _, a := range action.FindAllString(s, -1) {
		for _, m := range name.FindAllStringSubmatch(a, -1) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestTranslationsFillInTheSameNames(t *testing.T) {
	en := parsed(t, English)
	for _, l := range []Lang{French, Chinese} {
		for k, m := range parsed(t, l) {
			if en[k] == nil {
				continue
			}
			want := names(en[k].Other)
			if got := names(m.Other); !slices.Equal(got, want) {
				t.Errorf("%s %q fills in %v, English %v", l, k, got, want)
			}
		}
	}
}

func TestBoldIsClosed(t *testing.T) {
	for _, l := range Langs() {
		for k, m := range parsed(t, l) {
			for _, s := range forms(m) {
				if strings.Count(s, "**")%2 != 0 {
					t.Errorf("%s %q: bold is not closed: %s", l, k, s)
				}
			}
		}
	}
}

func TestEveryMessageCanBeFilled(t *testing.T) {
	m := load(t)
	for _, l := range Langs() {
		loc := m.In(l)
		for k, msg := range parsed(t, l) {
			fill := P{}
			for _, n := range names(msg.Other) {
				fill[n] = "x"
			}
			if got := loc.T(k, fill); got == k || strings.Contains(got, "<no value>") {
				t.Errorf("%s %q gives %q", l, k, got)
			}
		}
	}
}

type glossary struct {
	Term  []struct{ En, Fr, Zh []string }
	Never struct{ En, Fr, Zh []string }
}

func readGlossary(t *testing.T) glossary {
	t.Helper()
	var g glossary
	if err := toml.Unmarshal(assets.Glossary(), &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Term) == 0 {
		t.Fatal("the glossary is empty")
	}
	return g
}

func hasWord(text, word string) bool {
	return regexp.MustCompile(`(?i)(^|[^\p{L}])` + regexp.QuoteMeta(word) + `($|[^\p{L}])`).MatchString(text)
}

func hasAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			return true
		}
	}
	return false
}

func TestTranslationsFollowTheGlossary(t *testing.T) {
	en, fr, zh := parsed(t, English), parsed(t, French), parsed(t, Chinese)
	for _, term := range readGlossary(t).Term {
		for k, m := range en {
			text := action.ReplaceAllString(m.Other, "")
			used := false
			for _, w := range term.En {
				used = used || hasWord(text, w)
			}
			if !used {
				continue
			}
			if !hasAny(fr[k].Other, term.Fr) {
				t.Errorf("fr %q: %q is %q there: %s", k, term.En[0], term.Fr[0], fr[k].Other)
			}
			if !hasAny(zh[k].Other, term.Zh) {
				t.Errorf("zh %q: %q is %q there: %s", k, term.En[0], term.Zh[0], zh[k].Other)
			}
		}
	}
}

func TestWordsThatAreNeverUsed(t *testing.T) {
	g := readGlossary(t)
	for l, words := range map[Lang][]string{English: g.Never.En, French: g.Never.Fr, Chinese: g.Never.Zh} {
		for k, m := range parsed(t, l) {
			for _, s := range forms(m) {
				for _, w := range words {
					if (l == Chinese && strings.Contains(s, w)) || (l != Chinese && hasWord(s, w)) {
						t.Errorf("%s %q says %q: %s", l, k, w, s)
					}
				}
				if strings.ContainsAny(s, "!！") {
					t.Errorf("%s %q has an exclamation mark: %s", l, k, s)
				}
			}
		}
	}
}

func TestChineseUsesFullWidthPunctuation(t *testing.T) {
	half := regexp.MustCompile(`\p{Han}[,;:?]`)
	for k, m := range parsed(t, Chinese) {
		if s := action.ReplaceAllString(m.Other, "x"); half.MatchString(s) {
			t.Errorf("zh %q: half-width punctuation: %s", k, m.Other)
		}
	}
}

func TestToolkitWordsAreComplete(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "fyne.io/fyne/v2").Output()
	if err != nil {
		t.Fatalf("find the toolkit: %v", err)
	}
	base, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "lang", "translations", "base.en.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{}
	if err := json.Unmarshal(base, &want); err != nil {
		t.Fatal(err)
	}
	m := load(t)
	for _, l := range Langs() {
		b, err := m.In(l).Toolkit()
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]any{}
		if err := json.Unmarshal(b, &have); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
		for k := range want {
			if have[k] == nil {
				t.Errorf("%s lacks the toolkit's %q", l, k)
			}
		}
	}
}

func TestDatesTimesAndNumbers(t *testing.T) {
	m := load(t)
	at := time.Date(2026, 6, 18, 14, 32, 7, 0, time.UTC)
	for _, c := range []struct {
		l                                Lang
		date, short, clock, dec, percent string
	}{
		{English, "Thu\u00a018\u00a0June\u00a02026", "Thu\u00a018\u00a0June", "14:32", "1,284.50", "71\u00a0%"},
		{French, "jeu.\u00a018\u00a0juin\u00a02026", "jeu.\u00a018\u00a0juin", "14\u00a0h\u00a032", "1\u202f284,50", "71\u00a0%"},
		{Chinese, "2026年6月18日\u00a0周四", "6月18日\u00a0周四", "14:32", "1,284.50", "71%"},
	} {
		l := m.In(c.l)
		for what, pair := range map[string][2]string{
			"date": {l.Date(at), c.date}, "short date": {l.ShortDate(at), c.short}, "time": {l.Time(at), c.clock},
			"decimal": {l.Decimal(1284.5, 2), c.dec}, "percent": {l.Percent(71), c.percent},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s %s: got %q, want %q", c.l, what, pair[0], pair[1])
			}
		}
	}
}

func TestDatesAndNumbersInAChosenForm(t *testing.T) {
	m := load(t)
	at := time.Date(2026, 6, 8, 14, 32, 7, 0, time.UTC)
	for _, c := range []struct {
		l                              Lang
		f                              Forms
		date, plain, short, clock, dec string
	}{
		{English, Forms{Dates: DatesFigures}, "Mon\u00a008/06/2026", "08/06/2026", "Mon\u00a008/06", "14:32", "1,284.50"},
		{English, Forms{Dates: DatesISO, Numbers: NumbersPoint}, "Mon\u00a02026-06-08", "2026-06-08", "Mon\u00a02026-06-08", "14:32", "1.284,50"},
		{French, Forms{Dates: DatesFigures, Numbers: NumbersComma}, "lun.\u00a008/06/2026", "08/06/2026", "lun.\u00a008/06", "14:32", "1,284.50"},
		{Chinese, Forms{Dates: DatesFigures, Numbers: NumbersSpace}, "2026/06/08\u00a0周一", "2026/06/08", "06/08\u00a0周一", "14:32", "1\u202f284,50"},
		{French, Forms{Dates: "of tomorrow", Numbers: "roman"}, "lun.\u00a08\u00a0juin\u00a02026", "8\u00a0juin\u00a02026", "lun.\u00a08\u00a0juin", "14\u00a0h\u00a032", "1\u202f284,50"},
	} {
		own := m.In(c.l)
		l := own.With(c.f)
		for what, pair := range map[string][2]string{
			"date": {l.Date(at), c.date}, "plain date": {l.PlainDate(at), c.plain}, "short date": {l.ShortDate(at), c.short}, "time": {l.Time(at), c.clock},
			"decimal": {l.Decimal(1284.5, 2), c.dec}, "number in a message": {l.T("common.block", P{"n": 1284}), own.T("common.block", P{"n": strings.TrimSuffix(strings.TrimSuffix(c.dec, ".50"), ",50")})},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s %+v %s: got %q, want %q", c.l, c.f, what, pair[0], pair[1])
			}
		}
	}
}

func TestEveryFormOfNumbersIsOfferedOnce(t *testing.T) {
	m := load(t)
	for _, lang := range Langs() {
		own := m.In(lang)
		seen := map[string]bool{}
		for _, f := range own.NumberForms() {
			seen[own.With(Forms{Numbers: f}).Decimal(1284.5, 2)] = true
		}
		if len(seen) != 3 || len(own.NumberForms()) != 3 || own.NumberForms()[0] != "" {
			t.Errorf("%s offers %v", lang, own.NumberForms())
		}
	}
}

func TestWhatIsLeftOfADeadline(t *testing.T) {
	m := load(t)
	for _, c := range []struct {
		left           Left
		en, fr, zh, lg string
	}{
		{Left{WorkingDays: 6}, "6 days left", "6 jours", "剩 6 天", "6 working days left"},
		{Left{WorkingDays: 1}, "1 day left", "1 jour", "剩 1 天", "1 working day left"},
		{Left{Hours: 4}, "4 hours left", "4 heures", "剩 4 小时", "4 hours left"},
		{Left{Minutes: 33}, "33 minutes left", "33 minutes", "剩 33 分钟", "33 minutes left"},
		{Left{}, "Today", "Aujourd’hui", "今天", "Today"},
		{Left{Overdue: true}, "Overdue", "En retard", "已逾期", "Overdue"},
		{Left{WorkingDays: 6, Paused: true}, "Clock paused", "Suspendu", "计时暂停", "Clock paused"},
	} {
		for l, want := range map[Lang]string{English: c.en, French: c.fr, Chinese: c.zh} {
			if got := m.In(l).Left(c.left); got != want {
				t.Errorf("%s %+v: got %q, want %q", l, c.left, got, want)
			}
		}
		if got := m.In(English).LeftLong(c.left); got != c.lg {
			t.Errorf("%+v: got %q, want %q", c.left, got, c.lg)
		}
	}
}

func TestMessages(t *testing.T) {
	m := load(t)
	en, fr, zh := m.In(English), m.In(French), m.In(Chinese)
	for _, c := range [][2]string{
		{en.T("letter.sentence", P{"unit": "Financial Crime Unit", "agency": "Valmarine Police", "provider": "Tax Service", "dataset": "Declared income", "code": "TAX-INC-04", "period": "2021–2023", "subjects": en.N("count.people", 1), "purpose": "a criminal investigation"}),
			"The **Financial Crime Unit** of **Valmarine Police** asks the **Tax Service** for **Declared income** (TAX-INC-04), **2021–2023**, about **one person**, for **a criminal investigation**."},
		{en.T("result.final", P{"n": 1284}), "Final in block 1,284"},
		{fr.T("result.final", P{"n": 1284}), "Définitif au bloc 1\u202f284"},
		{fr.N("count.people", 214), "214 personnes"},
		{zh.N("count.people", 214), "214 人"},
		{fr.T("letter.event_approve", P{"who": "T. Okafor", "title": "juriste", "n": 4, "of": 5}), "T. Okafor, juriste, a signé\u00a0: 4 champs sur 5"},
		{en.List([]string{"a", "b", "c"}), "a, b and c"},
		{zh.List([]string{"a", "b"}), "a、b"},
		{en.T("no.such"), "no.such"},
		{en.Or("purpose.unheard-of", "unheard of"), "unheard of"},
	} {
		if c[0] != c[1] {
			t.Errorf("got  %q\nwant %q", c[0], c[1])
		}
	}
}

func TestMatchALocale(t *testing.T) {
	for locale, want := range map[string]Lang{"fr_FR.UTF-8": French, "zh-Hans-CN": Chinese, "zh_CN": Chinese, "en_GB": English, "de_DE": English, "": English, "fr": French, "french": English} {
		if got := Match(locale); got != want {
			t.Errorf("%q: got %s, want %s", locale, got, want)
		}
	}
}

func TestTagsAreKnownToThePluralRules(t *testing.T) {
	for _, l := range Langs() {
		if l.tag() == language.Und {
			t.Errorf("%s has no tag", l)
		}
	}
}
