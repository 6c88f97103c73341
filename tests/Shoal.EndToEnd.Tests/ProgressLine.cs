using System.Text.Json;

namespace Shoal.EndToEnd.Tests;

/// <summary>Reads the lines of <c>--json-lines</c>.</summary>
internal static class ProgressLine
{
    /// <summary>True for a progress event after at least one piece is complete.</summary>
    public static bool HasPieces(string line) => Pieces(line) > 0;

    /// <summary>Number of complete pieces once the check of what is there is over; -1 in any other line.</summary>
    public static int Pieces(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        JsonElement e = json.RootElement;
        bool counts = e.GetProperty("event").GetString() == "progress"
            && e.GetProperty("state").GetString() is "downloading" or "seeding";
        return counts ? e.GetProperty("completed_pieces").GetInt32() : -1;
    }
}
