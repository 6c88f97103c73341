using System.Globalization;

namespace Shoal.Protocol;

/// <summary>
/// The number of a piece that is known to exist. Only <see cref="PieceGeometry"/> makes one from a number, after
/// checking it; code that holds one need not check again.
/// </summary>
public readonly record struct PieceIndex : IComparable<PieceIndex>
{
    internal PieceIndex(int value) => Value = value;

    /// <summary>The number, from 0.</summary>
    public int Value { get; }

    /// <inheritdoc/>
    public int CompareTo(PieceIndex other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Orders pieces by number.</summary>
    public static bool operator <(PieceIndex left, PieceIndex right) => left.Value < right.Value;

    /// <summary>Orders pieces by number.</summary>
    public static bool operator >(PieceIndex left, PieceIndex right) => left.Value > right.Value;

    /// <summary>Orders pieces by number.</summary>
    public static bool operator <=(PieceIndex left, PieceIndex right) => left.Value <= right.Value;

    /// <summary>Orders pieces by number.</summary>
    public static bool operator >=(PieceIndex left, PieceIndex right) => left.Value >= right.Value;
}
