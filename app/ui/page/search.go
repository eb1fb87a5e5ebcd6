package page

import "strings"

// Matches tells whether every word of a search is somewhere in the texts, in
// capitals or not. An empty search matches everything.
func Matches(search string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for _, word := range strings.Fields(strings.ToLower(search)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
