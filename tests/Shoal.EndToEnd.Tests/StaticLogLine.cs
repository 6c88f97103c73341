using System.Globalization;
using System.Text.RegularExpressions;

namespace Shoal.EndToEnd.Tests;

/// <summary>What a line of a static peer's log tells.</summary>
/// <param name="At">When, to the second.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Others">The other peers that it names.</param>
/// <param name="Piece">The piece that it names, or -1.</param>
/// <param name="Count">The number of pieces that it names, or -1.</param>
internal sealed partial record StaticLogLine(DateTime At, string Kind, int[] Others, int Piece, int Count)
{
    public const string Dialled = "dialled";
    public const string Accepted = "accepted";
    public const string Preferred = "preferred";
    public const string Optimistic = "optimistic";
    public const string Choked = "choked";
    public const string Unchoked = "unchoked";
    public const string Interested = "interested";
    public const string NotInterested = "not interested";
    public const string Have = "have";
    public const string Downloaded = "downloaded";
    public const string Complete = "complete";

    private static readonly (string Kind, Regex Pattern)[] Sentences =
    [
        (Dialled, Sentence("makes a connection to Peer (?<other>\\d+)")),
        (Accepted, Sentence("is connected from Peer (?<other>\\d+)")),
        (Preferred, Sentence("has the preferred neighbors (?<other>\\d+)(, (?<other>\\d+))*")),
        (Preferred, Sentence("has no preferred neighbors")),
        (Optimistic, Sentence("has the optimistically unchoked neighbor (?<other>\\d+)")),
        (Optimistic, Sentence("has no optimistically unchoked neighbor")),
        (Choked, Sentence("is choked by (?<other>\\d+)")),
        (Unchoked, Sentence("is unchoked by (?<other>\\d+)")),
        (Interested, Sentence("received the 'interested' message from (?<other>\\d+)")),
        (NotInterested, Sentence("received the 'not interested' message from (?<other>\\d+)")),
        (Have, Sentence("received the 'have' message from (?<other>\\d+) for the piece (?<piece>\\d+)")),
        (Downloaded, Sentence(
            "has downloaded the piece (?<piece>\\d+) from (?<other>\\d+)\\. "
                + "Now the number of pieces it has is (?<count>\\d+)")),
        (Complete, Sentence("has downloaded the complete file")),
    ];

    public int Other => Others.Single();

    /// <summary>Reads a log; fails on a line that is none of the documented ones.</summary>
    public static StaticLogLine[] ReadAll(string path, int id) =>
        [.. File.ReadLines(path).Select(line => Read(line, id))];

    private static StaticLogLine Read(string line, int id)
    {
        Match match = Line().Match(line);
        Assert.True(match.Success && match.Groups["id"].Value == $"{id}", $"A line of another form: {line}");
        DateTime at = DateTime.ParseExact(
            match.Groups["at"].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string text = match.Groups["text"].Value;
        foreach ((string kind, Regex pattern) in Sentences)
        {
            Match sentence = pattern.Match(text);
            if (!sentence.Success) continue;
            int[] others = [.. sentence.Groups["other"].Captures.Select(c => Number(c.Value))];
            return new StaticLogLine(
                at, kind, others, Number(sentence.Groups["piece"].Value), Number(sentence.Groups["count"].Value));
        }
        Assert.Fail($"An unknown sentence: {line}");
        throw new InvalidOperationException();
    }

    private static int Number(string text) => text.Length == 0 ? -1 : int.Parse(text, CultureInfo.InvariantCulture);

    private static Regex Sentence(string text) => new($"^{text}\\.$");

    [GeneratedRegex("^(?<at>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d): Peer (?<id>\\d+) (?<text>.+)$")]
    private static partial Regex Line();
}
