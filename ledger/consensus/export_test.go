package consensus

import (
	"testing"

	dbm "github.com/cometbft/cometbft-db"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtstore "github.com/cometbft/cometbft/store"
)

// NewApplication is the application without an engine, over a founded store.
func NewApplication(t *testing.T, c Config) abci.Application {
	t.Helper()
	if err := Found(c.Store, c.Founding); err != nil {
		t.Fatal(err)
	}
	changes, err := openDatabase(t.TempDir(), "changes")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = changes.Close() })
	a := newApplication(c, c.Founding.NetworkID())
	a.blocks, a.changes = cmtstore.NewBlockStore(dbm.NewMemDB()), changes
	return a
}

// ProposedAgain has an application take what it judges for a block that was
// proposed in an earlier round, and voted for.
func ProposedAgain(app abci.Application, again bool) {
	app.(*application).again = func() bool { return again }
}
