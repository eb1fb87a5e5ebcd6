package page

// Views remembers between starts how screens are arranged: filters, orders, the
// places of dividers. A key names a screen and what of it.
type Views interface {
	View(key string) string // empty: never kept
	KeepView(key, value string)
}

// View is what was kept under a key; empty when nothing was.
func (e *Env) View(key string) string {
	if e.Views == nil {
		return ""
	}
	return e.Views.View(key)
}

// KeepView keeps how something is arranged.
func (e *Env) KeepView(key, value string) {
	if e.Views != nil {
		e.Views.KeepView(key, value)
	}
}

// Bar is the line at the top of a window that has no room for a rail: beside the
// menu it says where one is, and leads back to the list.
type Bar struct {
	// Shown tells whether the window has the line now.
	Shown func() bool
	// Set says where one is; back nil: nowhere to go back to.
	Set func(text string, back func())
}
