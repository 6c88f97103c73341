using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm.Tests.Picking;

/// <summary>Long random histories; after each event every count is made anew and compared.</summary>
public sealed class PiecePickerModelTests
{
    [Fact]
    public void Every_history_keeps_all_counts_right_and_asks_no_block_twice_outside_the_end_game()
    {
        Gen<int[]> histories = Gen.Choose(0, int.MaxValue - 1).ArrayOf(300);
        Prop.ForAll(histories.ToArbitrary(), history => new History(history).Play()).Check(
            Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 7, 3)]
    [InlineData(3, 40, 6)]
    [InlineData(4, 100, 2)]
    public void Every_swarm_with_a_seed_finishes_whatever_else_happens(ulong seed, int pieces, int blocksPerPiece)
    {
        var fixture = new PickerFixture(pieces, blocksPerPiece, seed);
        var random = new SwarmRandom(seed);
        PeerPieces steady = fixture.Seed(0);
        var others = new List<PeerPieces>();
        var asked = new Dictionary<PeerPieces, Queue<BlockSpan>> { [steady] = new() };
        for (int step = 0; fixture.Picker.PiecesLeft > 0; step++)
        {
            Assert.True(step < pieces * blocksPerPiece * 40, "No end is in sight.");
            if (others.Count < 4)
            {
                int[] some = [.. Enumerable.Range(0, pieces).Where(_ => random.Next(2) == 0)];
                PeerPieces joined = fixture.Peer(step + 1, some);
                others.Add(joined);
                asked[joined] = new();
            }
            PeerPieces peer = random.Next(5) is var n && n < others.Count ? others[n] : steady;
            foreach (BlockSpan block in fixture.Pick(peer, 1 + random.Next(6))) asked[peer].Enqueue(block);
            if (peer != steady && random.Next(20) == 0)
            {
                fixture.Picker.Leave(peer);
                others.Remove(peer);
                continue;
            }
            if (peer != steady && random.Next(10) == 0) fixture.Picker.ExpireAll(peer);
            for (int i = 0; i < 3 && asked[peer].TryDequeue(out BlockSpan block); i++)
            {
                if (fixture.Deliver(peer, block) != BlockArrival.AcceptedPieceFull) continue;
                if (random.Next(5) == 0) fixture.Picker.PieceBad(block.Piece);
                else fixture.Picker.PieceGood(block.Piece);
            }
        }
        PickerAudit.Check(fixture);
        Assert.Equal(0, fixture.Picker.PartialCount);
        Assert.True(fixture.Picker.Have.IsFull);
    }

    private sealed class History(int[] events)
    {
        // Piece 3 is all padding and piece 5 ends in some: a hybrid's shapes.
        private static readonly PieceGeometry Hybrid = new(
            3 * PieceGeometry.BlockLength, (11 * 3 - 1) * PieceGeometry.BlockLength + 100, null,
            new Dictionary<int, int> { [3] = 0, [5] = PieceGeometry.BlockLength + 1 });

        private readonly PickerFixture _fixture = new(0, 3, (ulong)events[0], Hybrid);
        private readonly List<PeerPieces> _peers = [];
        private readonly Dictionary<(PieceIndex, int), int> _live = [];
        private readonly List<(PeerPieces Peer, BlockSpan Block)> _asked = [];
        private readonly SwarmRandom _random = new((ulong)events[0] + 1);
        private int _slot;

        public void Play()
        {
            foreach (int e in events)
            {
                Step(e % 32, (e / 32) % 1009);
                PickerAudit.Check(_fixture);
            }
        }

        private void Step(int kind, int detail)
        {
            PiecePicker picker = _fixture.Picker;
            PieceIndex piece = Hybrid.Piece(detail % Hybrid.PieceCount);
            if (kind <= 2 && _peers.Count < 5) Join(detail);
            else if (kind == 3) picker.SetPriority(piece, (PiecePriority)(detail / 16 % 4));
            else if (kind == 4 && picker.State(piece) == PieceState.Checking) Judge(piece, detail);
            else if (kind == 5 && detail % 5 == 0) picker.MarkHave(piece);
            else if (kind == 6 && detail % 5 == 0) picker.MarkLost(piece);
            else if (kind == 7 && picker.TryTakeEmptyPiece(out PieceIndex empty)) Judge(empty, detail % 3);
            else if (_peers.Count > 0) StepOfPeer(kind, detail, _peers[detail % _peers.Count], piece);
        }

        private void Join(int detail)
        {
            var set = new Bitfield(Hybrid.PieceCount);
            for (int i = 0; i < set.Length; i++)
                if (detail % 4 == 0 || _random.Next(4) < detail % 4) set.Set(i);
            PeerPieces peer = _fixture.Picker.Join(_slot++);
            if (detail % 7 > 0) _fixture.Picker.SetPieces(peer, set);
            _peers.Add(peer);
        }

        private void Judge(PieceIndex piece, int detail)
        {
            if (detail % 4 > 0) _fixture.Picker.PieceGood(piece);
            else if (detail % 8 == 0 || Hybrid.BlockCount(piece) == 0) _fixture.Picker.PieceBad(piece);
            else _fixture.Picker.BlocksBad(piece, [detail % Hybrid.BlockCount(piece)]);
        }

        private void StepOfPeer(int kind, int detail, PeerPieces peer, PieceIndex piece)
        {
            PiecePicker picker = _fixture.Picker;
            (PeerPieces Peer, BlockSpan Block) asked = (peer, default);
            if (_asked.Count > 0) asked = _asked[detail % _asked.Count];
            bool mayUse = _asked.Count > 0 && asked.Peer.IsPresent;
            switch (kind)
            {
                case <= 15: Pick(peer, detail); break;
                case <= 22 when mayUse: Deliver(asked.Peer, asked.Block); break;
                case 23 when mayUse: picker.Release(asked.Peer, asked.Block); break;
                case 24 when mayUse: picker.Expire(asked.Peer, asked.Block); break;
                case 25: picker.ReleaseAll(peer); break;
                case 26: picker.ExpireAll(peer); break;
                case 27: picker.PeerLost(peer, piece); break;
                case 28 when detail % 3 == 0: Leave(peer); break;
                case >= 29: picker.PeerHas(peer, piece); break;
            }
        }

        private void Leave(PeerPieces peer)
        {
            _fixture.Picker.Leave(peer);
            _peers.Remove(peer);
            Assert.Equal(0, peer.Outstanding);
            Assert.Null(peer.Current);
        }

        private void Pick(PeerPieces peer, int detail)
        {
            PieceIndex[] listed = [Hybrid.Piece(detail % 11), Hybrid.Piece(detail / 11 % 11)];
            var context = new PickContext(peer)
            {
                PreferredRun = detail % 4,
                OnlyAllowedFast = detail % 13 == 0,
                AllowedFast = listed,
                Suggested = detail % 5 == 0 ? listed : [],
                Parole = detail % 6 == 0,
                Sequential = detail % 17 == 0,
            };
            bool wasEndGame = _fixture.Picker.InEndGame;
            CountLive();
            Dictionary<(PieceIndex, int), int> before = new(_live);
            BlockSpan[] picked = _fixture.Pick(context, 1 + detail % 9);
            Assert.Equal(picked.Length, picked.Distinct().Count());
            CountLive();
            foreach (BlockSpan block in picked)
            {
                Assert.True(Hybrid.IsBlock(block));
                Assert.True(peer.Set[block.Piece]);
                Assert.NotEqual(PiecePriority.Unwanted, _fixture.Picker.Priority(block.Piece));
                Assert.Equal(PieceState.Partial, _fixture.Picker.State(block.Piece));
                if (context.OnlyAllowedFast) Assert.Contains(block.Piece, listed);
                int requesters = _live[(block.Piece, block.Begin)];
                int already = before.GetValueOrDefault((block.Piece, block.Begin));
                Assert.Equal(already + 1, requesters);
                Assert.InRange(requesters, 1, 2);
                if (requesters == 2) Assert.True(_fixture.Picker.InEndGame);
                if (wasEndGame && already == 0) Assert.Fail("The end game was said to be on with a block to be had.");
                _asked.Add((peer, block));
            }
        }

        // How many peers each block is asked of, read from the blocks themselves.
        private void CountLive()
        {
            _live.Clear();
            for (int number = 0; number < Hybrid.PieceCount; number++)
            {
                PieceIndex piece = Hybrid.Piece(number);
                for (int block = 0; block < Hybrid.BlockCount(piece); block++)
                    _live[(piece, Hybrid.Block(piece, block).Begin)] = _fixture.Picker.RequesterCount(piece, block);
            }
        }

        private void Deliver(PeerPieces peer, BlockSpan block)
        {
            PiecePicker picker = _fixture.Picker;
            PieceState before = picker.State(block.Piece);
            BlockArrival arrival = picker.OnBlock(peer, block, out PeerPieces? alsoAsked);
            if (alsoAsked is not null) Assert.NotSame(peer, alsoAsked);
            if (before is PieceState.Have or PieceState.Checking) Assert.Equal(BlockArrival.Duplicate, arrival);
            if (before is PieceState.Missing or PieceState.Unwanted) Assert.Equal(BlockArrival.Unrequested, arrival);
            Assert.Equal(arrival == BlockArrival.AcceptedPieceFull,
                before == PieceState.Partial && picker.State(block.Piece) == PieceState.Checking);
            if (arrival is BlockArrival.Accepted or BlockArrival.AcceptedPieceFull)
                Assert.Same(peer, picker.Contributor(block.Piece, block.Begin / PieceGeometry.BlockLength));
        }
    }
}
