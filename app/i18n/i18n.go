// Package i18n owns the languages of the interface: messages, plurals, dates,
// times and numbers, in a language that is named and not guessed from the
// system. It draws nothing and knows no toolkit; it hands out strings, and the
// toolkit's own words as bytes for whoever sets up the toolkit.
//
// Messages are written in assets/lang, one file a language, all with the same
// keys. Screens name keys as plain string literals, as in l.T("inbox.title"), so
// that a search finds every use.
package i18n

import (
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"countersign/assets"
)

// Lang is a language of the interface, by its code.
type Lang string

// The languages of the interface.
const (
	English Lang = "en"
	French  Lang = "fr"
	Chinese Lang = "zh"
)

// Langs lists the languages in the order in which they are offered.
func Langs() []Lang { return []Lang{English, French, Chinese} }

// Name is the language's name in itself.
func (l Lang) Name() string {
	switch l {
	case French:
		return "Français"
	case Chinese:
		return "中文"
	}
	return "English"
}

func (l Lang) tag() language.Tag {
	switch l {
	case French:
		return language.French
	case Chinese:
		return language.SimplifiedChinese
	}
	return language.English
}

// Match gives the language of the interface that suits a locale name such as
// "fr_FR.UTF-8" or "zh-Hans-CN", English where none does.
func Match(locale string) Lang {
	name := strings.ToLower(locale)
	for _, l := range Langs() {
		if name == string(l) || strings.HasPrefix(name, string(l)+"_") || strings.HasPrefix(name, string(l)+"-") || strings.HasPrefix(name, string(l)+".") {
			return l
		}
	}
	return English
}

// Messages is every message in every language, read once.
type Messages struct {
	bundle *goi18n.Bundle
	keys   map[Lang]map[string]bool
}

// Load reads the messages that are part of the program.
func Load() (*Messages, error) {
	m := &Messages{bundle: goi18n.NewBundle(language.English), keys: make(map[Lang]map[string]bool)}
	m.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, l := range Langs() {
		text, err := assets.Language(string(l))
		if err != nil {
			return nil, fmt.Errorf("load messages: %w", err)
		}
		if l == French {
			text = []byte(frenchSpaces(string(text)))
		}
		file, err := m.bundle.ParseMessageFileBytes(text, l.tag().String()+".toml")
		if err != nil {
			return nil, fmt.Errorf("load messages of %s: %w", l, err)
		}
		m.keys[l] = make(map[string]bool, len(file.Messages))
		for _, msg := range file.Messages {
			m.keys[l][msg.ID] = true
		}
	}
	return m, nil
}

// frenchSpaces puts non-breaking spaces where French typography wants them.
func frenchSpaces(s string) string {
	return strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " %", "\u00a0%",
		"« ", "«\u00a0", " »", "\u00a0»").Replace(s)
}

// Locale speaks one language. It never changes; switching the language means
// taking another Locale and building the screens anew.
type Locale struct {
	lang      Lang
	forms     Forms
	messages  *Messages
	localizer *goi18n.Localizer
}

// In returns the Locale of a language.
func (m *Messages) In(l Lang) *Locale {
	return &Locale{lang: l, messages: m, localizer: goi18n.NewLocalizer(m.bundle, l.tag().String())}
}

// Lang returns the language.
func (l *Locale) Lang() Lang { return l.lang }

// P fills in the names of a message. Whole numbers are written as the language
// writes them.
type P map[string]any

func (l *Locale) fill(args []P) map[string]any {
	out := make(map[string]any)
	for _, p := range args {
		for k, v := range p {
			switch n := v.(type) {
			case int:
				out[k] = l.Number(int64(n))
			case int64:
				out[k] = l.Number(n)
			case uint64:
				out[k] = l.Number(int64(n))
			default:
				out[k] = v
			}
		}
	}
	return out
}

// T gives the message of a key. A key without a message gives the key itself,
// which tests of the screens find.
func (l *Locale) T(key string, args ...P) string {
	s, err := l.localizer.Localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: l.fill(args)})
	if err != nil {
		return key
	}
	return s
}

// N gives the message of a key for a number, in its plural form; the message
// names the number {{.n}}.
func (l *Locale) N(key string, n int, args ...P) string {
	data := l.fill(append(args[:len(args):len(args)], P{"n": n}))
	s, err := l.localizer.Localize(&goi18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: data})
	if err != nil {
		return key
	}
	return s
}

// Or gives the message of a key that is put together from a code, or a fallback
// where there is none: purposes and codes may come from another network's registers.
func (l *Locale) Or(key, fallback string, args ...P) string {
	if !l.Has(key) {
		return fallback
	}
	return l.T(key, args...)
}

// Has tells whether there is a message for a key.
func (l *Locale) Has(key string) bool { return l.messages.keys[l.lang][key] }

// List joins words: "a, b and c".
func (l *Locale) List(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	if l.lang == Chinese {
		return strings.Join(words, "、")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + l.T("common.and") + " " + words[last]
}

// Toolkit returns the words of the toolkit's own widgets in this language, as
// JSON in the toolkit's form.
func (l *Locale) Toolkit() ([]byte, error) { return assets.ToolkitLanguage(string(l.lang)) }
