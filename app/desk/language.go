package desk

// SetLanguage changes the language of the texts a person signs from now on. A
// page that has been prepared keeps the one it was written in.
func (d *Desk) SetLanguage(language string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opt.Language = language
}

func (d *Desk) language() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opt.Language
}
