using Shoal.Lab.Static;
using Shoal.Protocol;

namespace Shoal.Lab.Tests.Static;

public sealed class StaticLogTests : IDisposable
{
    private static readonly PieceGeometry Geometry = new(16384, 3 * 16384);
    private readonly StringWriter _text = new();
    private readonly Clock _clock = new();
    private readonly StaticLog _log;

    public StaticLogTests() => _log = new StaticLog(_text, _clock, 1001);

    public void Dispose() => _text.Dispose();

    [Fact]
    public void The_documented_lines_are_written_to_the_letter()
    {
        _log.Started(9, 11);
        _log.Connected(1002, weDialled: true);
        _log.NeighboursChosen([1003, 1002], []);
        _log.NeighboursChosen([1002, 1003], [1004]);
        Piece(1, from: 1002);
        Assert.Equal(
            [
                "2025-03-15 14:30:22: Peer 1001 makes a connection to Peer 1002.",
                "2025-03-15 14:30:22: Peer 1001 has the preferred neighbors 1002, 1003.",
                "2025-03-15 14:30:22: Peer 1001 has the optimistically unchoked neighbor 1004.",
                "2025-03-15 14:30:22: Peer 1001 has downloaded the piece 1 from 1002. "
                    + "Now the number of pieces it has is 10.",
            ],
            Lines());
    }

    [Fact]
    public void Every_event_has_its_sentence()
    {
        _log.Started(0, 1);
        _log.Connected(1002, weDialled: false);
        _log.ChokeChanged(1002, isUnchoked: true);
        _log.InterestTold(1003, isInterested: true);
        _log.InterestTold(1003, isInterested: false);
        _log.PieceAnnounced(1003, Geometry.Piece(2));
        Piece(0, from: 1003);
        _log.ChokeChanged(1002, isUnchoked: false);
        Assert.Equal(
            [
                "is connected from Peer 1002.",
                "is unchoked by 1002.",
                "received the 'interested' message from 1003.",
                "received the 'not interested' message from 1003.",
                "received the 'have' message from 1003 for the piece 2.",
                "has downloaded the piece 0 from 1003. Now the number of pieces it has is 1.",
                "has downloaded the complete file.",
                "is choked by 1002.",
            ],
            Sentences());
    }

    [Fact]
    public void Neighbours_are_told_when_they_change_and_when_there_are_none_any_more()
    {
        _log.NeighboursChosen([], []);
        _log.NeighboursChosen([1002], [1003]);
        _log.NeighboursChosen([1002], [1003]);
        _log.NeighboursChosen([], []);
        Assert.Equal(
            [
                "has the preferred neighbors 1002.",
                "has the optimistically unchoked neighbor 1003.",
                "has no preferred neighbors.",
                "has no optimistically unchoked neighbor.",
            ],
            Sentences());
    }

    [Fact]
    public void A_piece_keeps_its_place_while_its_hash_is_awaited()
    {
        _log.Started(0, 3);
        _log.PieceArrived(1002, Geometry.Piece(0));
        _log.PieceArrived(1002, Geometry.Piece(1));
        _log.ChokeChanged(1002, isUnchoked: false);
        Assert.Empty(Lines());
        _log.PieceJudged(Geometry.Piece(1), isGood: true);
        Assert.Empty(Lines());
        _clock.Now = _clock.Now.AddSeconds(1);
        _log.PieceJudged(Geometry.Piece(0), isGood: true);
        Assert.Equal(
            [
                "has downloaded the piece 0 from 1002. Now the number of pieces it has is 1.",
                "has downloaded the piece 1 from 1002. Now the number of pieces it has is 2.",
                "is choked by 1002.",
            ],
            Sentences());
        Assert.All(Lines(), line => Assert.StartsWith("2025-03-15 14:30:22:", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_piece_that_fails_its_hash_is_none()
    {
        _log.Started(0, 3);
        _log.PieceArrived(1002, Geometry.Piece(0));
        _log.ChokeChanged(1003, isUnchoked: true);
        _log.PieceJudged(Geometry.Piece(0), isGood: false);
        Piece(0, from: 1003);
        _log.PieceArrived(1003, Geometry.Piece(1));
        _log.ChokeChanged(1003, isUnchoked: false);
        _log.Close();
        Assert.Equal(
            [
                "is unchoked by 1003.",
                "has downloaded the piece 0 from 1003. Now the number of pieces it has is 1.",
                "is choked by 1003.",
            ],
            Sentences());
    }

    private void Piece(int number, long from)
    {
        _log.PieceArrived(from, Geometry.Piece(number));
        _log.PieceJudged(Geometry.Piece(number), isGood: true);
    }

    private string[] Lines() => _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string[] Sentences() => [.. Lines().Select(l => l["2025-03-15 14:30:22: Peer 1001 ".Length..])];

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2025, 3, 15, 14, 30, 22, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
