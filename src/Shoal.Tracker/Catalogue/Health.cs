namespace Shoal.Tracker.Catalogue;

/// <summary>How likely it is that something can be had, in one word.</summary>
internal static class Health
{
    /// <summary>Sources from which on one of them may go without harm.</summary>
    private const int Good = 3;

    /// <summary><c>good</c>, <c>weak</c> or <c>dead</c>.</summary>
    public static string Of(int sources, int leechers) =>
        sources >= Good ? "good" : sources + leechers > 0 ? "weak" : "dead";
}
