package app

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fault is one thing that must not break the product, and the tests that hold it
// to that: folder and name.
type fault struct {
	number int
	what   string
	tests  []string
}

// faults is what the product is tested against. A stage of assets/scripts/test.sh
// beside these fuzzes every decoder; the soak (make soak) mixes 1, 9, 10 and 14
// under load for as long as one likes.
var faults = []fault{
	{1, "kill -9 at every durable step of a block", []string{
		"ledger/consensus TestKilledKeepersLoseNothingAndNeverVoteTwice", "ledger/consensus TestRecordIsDurableBeforeASignatureLeaves",
		"ledger/consensus TestRestartsLoseNothing", "ledger/store TestKillLosesNothingAcknowledged", "app/node TestOutboxSurvivesAKill", "app/node TestErasureThatWasCutOffIsCompleted",
		"app/node TestKilledWhileTakingOver"}},
	{2, "power loss at any write", []string{"ledger/store TestTornWriteLeavesTheBlockBefore"}},
	{3, "bit flips in live records", []string{"ledger/store TestFlippedBitInRecordIsNoticed", "ledger/store TestFlippedBitIsFoundByVerify",
		"ledger/vault TestFlippedBitInAPartIsNoticed"}},
	{4, "torn or rolled-back vote state", []string{"ledger/consensus TestDamagedRecordSignsNothing", "ledger/consensus TestRolledBackRecordMakesAnObserver",
		"app/countersignd TestKeeperSignsAgainWhenItsAdminSaysSo"}},
	{5, "an old backup restored, a keeper cloned", []string{"ledger/consensus TestOldBackupMakesAnObserver", "ledger/consensus TestForeignSignatureStopsTheKeeperForGood"}},
	{6, "disk full at any point", []string{"app/node TestKeeperOnAFullTmpfsGoesOnWhenFreed", "app/node TestFullDiskIsSaidAndRecoversWhenFreed",
		"ledger/store TestFullTmpfsChangesNothing", "ledger/store TestFullDiskChangesNothing", "app/ui TestFullDiskBanner", "app/ui/network TestAFullDiskIsSaid"}},
	{7, "database missing, truncated, not ours", []string{"ledger/store TestWhatIsNotALedgerIsSaidPlainly", "ledger/store TestCutFileIsDamaged",
		"ledger/store TestNewerFormatIsRefused", "app/node TestFolderThatCannotBeOpenedSaysWhy", "app TestFolderThatCannotBeOpenedHasItsKind",
		"app/ui TestDamagedReplicaPage", "app/ui TestWaysOutOfTrouble"}},
	{8, "a second process on the same folder", []string{"ledger/store TestSecondProcessIsRefusedAtOnce", "app/node TestFolderThatCannotBeOpenedSaysWhy"}},
	{9, "partitions of f, f+1, half", []string{"ledger/consensus TestMinorityFinalisesNothing"}},
	{10, "one-way loss, flapping link", []string{"ledger/consensus TestOneWayLossAndFlappingLinkHeal",
		"ledger/consensus TestPeersLeaveWhileBlocksAreFetched"}},
	{11, "wrong clocks", []string{"ledger/consensus TestWrongClocksNeitherReorderNorRunAhead", "app/ui/network TestAWrongClockIsSaidAndStopsNothing"}},
	{12, "two blocks shown at one height", []string{"ledger/consensus TestOfTwoProposedBlocksAtMostOneIsFinal"}},
	{13, "a keeper that votes twice", []string{"ledger/consensus TestDoubleVoteIsKeptWithItsProof", "ledger/rules TestDoubleVoteIsKeptAndCounted",
		"app/node TestDoubleVotesReachTheScreensWithTheirProof", "app/ui TestDoubleVoteIsNamedOnEveryScreen", "app/ui/network TestADoubleVoteNamesItsAgency",
		"app/ui/evidence TestADoubleVoteStandsAboveTheRecord"}},
	{14, "a silent or withholding proposer", []string{"ledger/consensus TestSilentProposerCostsItsTimeout"}},
	{15, "forged certificates", []string{"ledger/consensus TestCertificateVerifiesWithTheFoundingDocumentAlone"}},
	{16, "replays, double approvals", []string{"ledger/consensus TestReplaysAndDoubleApprovalsHaveOneEffect", "ledger/rules TestOfficialDecidesOncePerVersionAcrossRotations",
		"ledger/rules TestSecondSignatureOfTheSameBodyIsSeen", "app/node TestSubmitRefusesWhatCanNeverCount"}},
	{17, "back-dated entries, entries kept back, decisions on an older version", []string{"ledger/consensus TestPlaceOnTheLedgerWinsOverWhatAnEntryClaims",
		"ledger/rules TestEveryRefusalCodeHasAStory", "ledger/rules TestValidityReachesAtMostSevenDaysAhead"}},
	{18, "a revoked key used after revocation", []string{"ledger/consensus TestRevokedKeyIsRefusedEverywhereAndEarlierSignaturesStand", "ledger/rules TestRevokedKeyFillsNoDisk"}},
	{19, "revocation racing approval", []string{"ledger/consensus TestRevocationRacingApprovalHasOneOutcome"}},
	{20, "small-order keys, high-S, wrong algorithm tag", []string{"ledger TestSmallOrderKeysAreNoKeys", "ledger TestP256TakesTheLowFormAlone",
		"ledger TestUnreducedScalarIsRefused", "ledger/rules TestWrongAlgorithmTagIsRejected"}},
	{22, "a frame that claims 4 GiB", []string{"p2p TestClaimOfFourGiBIsReset", "p2p/wire TestClaimOfFourGiBTakesNoMemory"}},
	{23, "a thousand slow streams", []string{"p2p TestThousandSlowStreamsLeaveRoomForHonestOnes"}},
	{24, "500 connections from one address", []string{"p2p TestMembersPassThroughACrowdAtOneAddress"}},
	{25, "fuzzing of every decoder", []string{"ledger FuzzParse", "ledger FuzzPlansAgainstTheLibrary", "ledger FuzzParseDocument", "ledger FuzzParseSeal", "ledger/consensus FuzzCertificate",
		"ledger/consensus FuzzGuardRecord", "ledger/consensus FuzzEngineLog", "ledger/keyring FuzzKeyFile", "ledger/vault FuzzGrant", "ledger/vault FuzzPlaintext",
		"ledger/vault FuzzPartHeader", "ledger/vault FuzzListCache", "p2p FuzzHello", "p2p FuzzAddressRecord", "p2p/wire FuzzMessage", "p2p/delivery FuzzSlice",
		"app/node FuzzParseInvitation", "app/node FuzzOutboxRecord", "app/node FuzzJournal", "app/node FuzzErasures", "app/source FuzzCSV", "app/source FuzzFilter", "app/story FuzzParse"}},
	{28, "bidi, zero-width, look-alike names", []string{"ledger TestTitlesShowWhatTheySay", "ledger/vault TestContentsThatDeceiveOrAreTooLongAreRefused"}},
	{29, "delivered names such as ../x", []string{"app/source TestDeliveredNamesStayInTheirFolder", "ledger/vault TestFileNamesAreOurOwnHashes"}},
	{30, "cells that begin with = + - @", []string{"app/source TestExportedCellsAreInert"}},
	{31, "malicious, expired, reused invitations", []string{"app/node TestInvitationsThatAreNoneAreRefused", "app/node TestInvitationOfAnotherNetworkOpensNothing"}},
	{32, "transfer cut at any point, wrong slice, lying sender", []string{"p2p/delivery TestTransferIntoTheVaultSurvivesCutsAtAnyPoint",
		"p2p/delivery TestAWrongSliceIsNeverKeptAndItsSenderIsNamed", "p2p/delivery TestLyingSenderIsNamedAndNothingOfTheLieIsKept"}},
	{33, "a stolen laptop", []string{"ledger/keyring TestDefaultFileCostsAGuesserTwoToTheEighteen"}},
	{34, "memory dump of a desktop after lock", []string{"ledger/keyring TestNoKeyInMemoryAfterLock", "ledger/vault TestNoAgencyIdentityInMemoryAfterLock"}},
	{35, "canary secrets in logs and error texts", []string{"ledger/keyring TestNothingPrintsASecret", "app/source TestErrorsQuoteNoCell"}},
	{36, "dictionary attack on commitments", []string{"ledger/vault TestCommitmentsCannotBeGuessedFromADictionary"}},
	{39, "mixed versions during an upgrade", []string{"ledger/consensus TestNewerRulesStopAnOldProgramAlone"}},
}

// Whoever takes away or renames one of these tests says here what holds instead.
func TestEveryFaultHasItsTests(t *testing.T) {
	last := 0
	for _, f := range faults {
		if f.number <= last || f.what == "" || len(f.tests) == 0 {
			t.Errorf("fault %d: out of order, or without words or tests", f.number)
		}
		last = f.number
		for _, one := range f.tests {
			folder, name, _ := strings.Cut(one, " ")
			if !declares(t, filepath.Join("..", folder), name) {
				t.Errorf("fault %d, %s: there is no %s in %s", f.number, f.what, name, folder)
			}
		}
	}
}

// A decoder that is fuzzed stands in the table: what is left out of it by mistake
// is missed by its reader.
func TestEveryFuzzTargetIsInTheTable(t *testing.T) {
	listed := map[string]bool{}
	for _, f := range faults {
		for _, one := range f.tests {
			listed[one] = true
		}
	}
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	found := 0
	for _, root := range []string{"app", "ledger", "p2p", "assets"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range target.FindAllSubmatch(text, -1) {
				found++
				folder, err := filepath.Rel("..", filepath.Dir(path))
				if err != nil {
					return err
				}
				if one := filepath.ToSlash(folder) + " " + string(m[1]); !listed[one] {
					t.Errorf("%s is in no row", one)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Fatal("no fuzz target was found")
	}
}

// declares tells whether a test of a folder is there.
func declares(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
