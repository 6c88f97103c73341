using System.Collections.Immutable;
using Shoal.Cli.Parsing;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Lab;

/// <summary>Quantities in scenario files, read as on the command line.</summary>
internal sealed class ScenarioSyntax : IScenarioSyntax
{
    /// <inheritdoc/>
    public bool TrySize(string text, out long value, out string expected) =>
        ByteQuantity.TrySize(text, out value, out expected);

    /// <inheritdoc/>
    public bool TryPieceSize(string text, out int value, out string expected) =>
        ByteQuantity.TryPieceSize(text, out value, out expected);

    /// <inheritdoc/>
    public bool TryRate(string text, out long value, out string expected) =>
        ByteQuantity.TryRate(text, out value, out expected);

    /// <inheritdoc/>
    public bool AreShares(string text, out string expected) => PieceParts.TryShares(text, out _, out expected);

    /// <inheritdoc/>
    public bool TryNumbers(string text, out ImmutableSortedSet<int> value, out string expected) =>
        PieceParts.TryNumbers(text, out value, out expected);
}
