using System.Collections.Immutable;

namespace Shoal.Lab.Scenarios;

/// <summary>Reads quantities in scenario files, so that they are written there as on the command line.</summary>
public interface IScenarioSyntax
{
    /// <summary>Reads a size in bytes.</summary>
    bool TrySize(string text, out long value, out string expected);

    /// <summary>Reads a piece size; 0 leaves the choice to the program.</summary>
    bool TryPieceSize(string text, out int value, out string expected);

    /// <summary>Reads a rate in bytes per second; 0 is no limit.</summary>
    bool TryRate(string text, out long value, out string expected);

    /// <summary>Tells whether a text names shares of a whole, as <c>0-20%</c>.</summary>
    bool AreShares(string text, out string expected);

    /// <summary>Reads piece numbers.</summary>
    bool TryNumbers(string text, out ImmutableSortedSet<int> value, out string expected);
}
