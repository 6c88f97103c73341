using System.Text;

namespace Shoal.Engine.Catalogues;

/// <summary>Which files of a catalogue to list.</summary>
public sealed record CatalogueSearch
{
    /// <summary>Words, each of which begins a word of the name or of a tag; empty for all files.</summary>
    public string Words { get; init; } = "";

    /// <summary>A tag that the files have, or null.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// What decides the order: <c>added</c>, <c>name</c>, <c>size</c>, <c>peers</c>, <c>seeders</c>, <c>leechers</c> or
    /// <c>completed</c>.
    /// </summary>
    public string Sort { get; init; } = "added";

    /// <summary>Files at the most; 500 is the most that a catalogue gives at once.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Files to leave out at the start.</summary>
    public int Offset { get; init; }

    internal string ToTarget()
    {
        StringBuilder target = new(FormattableString.Invariant($"files?limit={Limit}&offset={Offset}&sort={Sort}"));
        if (Words.Length > 0) target.Append("&q=").Append(Uri.EscapeDataString(Words));
        if (Tag is not null) target.Append("&tag=").Append(Uri.EscapeDataString(Tag));
        return target.ToString();
    }
}
