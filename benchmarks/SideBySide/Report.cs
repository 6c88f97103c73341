using System.Text.Json;

namespace Shoal.SideBySide;

/// <summary>What was measured with one command, as tables and as JSON.</summary>
internal sealed class Report(IReadOnlyList<string> machine, IReadOnlyList<Section> sections)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>Writes the machine and then every table.</summary>
    public void Print(TextWriter to)
    {
        foreach (string fact in machine) to.WriteLine(fact);
        foreach (Section section in sections)
        {
            to.WriteLine();
            section.Print(to);
        }
    }

    public void WriteJson(string file)
    {
        var document = new { Machine = machine, Sections = sections.Select(s => s.ToJson()) };
        File.WriteAllText(file, JsonSerializer.Serialize(document, Json));
    }
}
