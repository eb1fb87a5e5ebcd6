package ui

import (
	"context"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

func (f *fake) SetLanguage(language string) { f.language = language }

func (f *fake) Notices(_ context.Context, who ledger.OfficialID, _ time.Time, off []desk.NoticeKind) (desk.Notices, error) {
	f.told, f.unwanted = who, off
	return f.news, f.fail
}

func (f *fake) Service(context.Context) (desk.Service, error) { return f.serves, f.fail }

// heard is what the desk was asked for its news.
type heard struct {
	language string
	news     desk.Notices
	told     ledger.OfficialID
	unwanted []desk.NoticeKind
	serves   desk.Service
}
