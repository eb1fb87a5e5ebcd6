package consensus

import (
	"context"
	"log/slog"

	"github.com/cometbft/cometbft/libs/log"
)

// logger hands CometBFT's log to ours, one level down: what it calls
// information is every step of every round.
type logger struct{ to *slog.Logger }

var _ log.Logger = logger{}

func (l logger) put(level slog.Level, msg string, kv []any) {
	if l.to.Enabled(context.Background(), level) {
		l.to.Log(context.Background(), level, msg, kv...)
	}
}

func (l logger) Debug(string, ...any)        {}
func (l logger) Info(msg string, kv ...any)  { l.put(slog.LevelDebug, msg, kv) }
func (l logger) Warn(msg string, kv ...any)  { l.put(slog.LevelInfo, msg, kv) }
func (l logger) Error(msg string, kv ...any) { l.put(slog.LevelWarn, msg, kv) }
func (l logger) With(kv ...any) log.Logger   { return logger{l.to.With(kv...)} }
