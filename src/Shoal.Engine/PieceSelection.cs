using System.Collections.Immutable;

namespace Shoal.Engine;

/// <summary>Some pieces of a torrent, by share of the whole or by number.</summary>
public sealed record PieceSelection
{
    /// <summary>
    /// Parts of the torrent as fractions from 0 to 1; a piece belongs to a part when its first byte does. Empty means
    /// the whole.
    /// </summary>
    public ImmutableArray<(double From, double To)> Ranges { get; init; } = [];

    /// <summary>Piece numbers that are left out whatever the ranges say.</summary>
    public ImmutableSortedSet<int> Without { get; init; } = [];
}
