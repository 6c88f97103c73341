using System.Globalization;
using System.Text;

namespace Shoal.Storage.Layout;

/// <summary>
/// The form in which two names are the same file for some file system: without case and canonically decomposed
/// (<see href="https://www.unicode.org/reports/tr15/">Unicode annex 15</see>, form D). The runtime normalises nothing
/// when it runs without culture data, so the table is our own; it is only loaded for names that are not ASCII.
/// </summary>
internal static class CanonicalForm
{
    private const int HangulBase = 0xac00;
    private const int HangulCount = 11172;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    private static readonly Lazy<Tables> Unicode = new(Load);

    /// <summary>The comparison form of a name. It is never a name on disk.</summary>
    public static string Of(string name)
    {
        // A few characters change under one mapping only, so both are applied.
        string folded = name.ToUpperInvariant().ToLowerInvariant();
        if (Ascii.IsValid(folded)) return folded;
        Tables tables = Unicode.Value;
        var runes = new List<Rune>(folded.Length);
        foreach (Rune rune in folded.EnumerateRunes()) Decompose(tables, rune.Value, runes);
        Reorder(tables, runes);
        var result = new StringBuilder(folded.Length);
        foreach (Rune rune in runes) result.Append(rune.ToString());
        return result.ToString().ToUpperInvariant().ToLowerInvariant();
    }

    private static void Decompose(Tables tables, int value, List<Rune> runes)
    {
        int hangul = value - HangulBase;
        if (hangul is >= 0 and < HangulCount)
        {
            runes.Add(new Rune(0x1100 + hangul / (VowelCount * TailCount)));
            runes.Add(new Rune(0x1161 + hangul % (VowelCount * TailCount) / TailCount));
            if (hangul % TailCount != 0) runes.Add(new Rune(0x11a7 + hangul % TailCount));
        }
        else if (tables.Decompositions.TryGetValue(value, out int[]? parts))
        {
            foreach (int part in parts) Decompose(tables, part, runes);
        }
        else
        {
            runes.Add(new Rune(value));
        }
    }

    /// <summary>Sorts each group of combining marks by class, keeping the order within a class.</summary>
    private static void Reorder(Tables tables, List<Rune> runes)
    {
        for (int i = 1; i < runes.Count; i++)
        {
            Rune mark = runes[i];
            int markClass = tables.ClassOf(mark);
            int at = i;
            while (markClass > 0 && at > 0 && tables.ClassOf(runes[at - 1]) > markClass)
            {
                runes[at] = runes[at - 1];
                at--;
            }
            runes[at] = mark;
        }
    }

    private static Tables Load()
    {
        var tables = new Tables([], []);
        using Stream stream = typeof(CanonicalForm).Assembly.GetManifestResourceStream("CanonicalForms.txt")
            ?? throw new InvalidOperationException("The table of canonical forms is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] == "#") continue;
            if (words[0] == "C" && words.Length == 4)
                for (int c = Hex(words[1]); c <= Hex(words[2]); c++)
                    tables.Classes[c] = byte.Parse(words[3], CultureInfo.InvariantCulture);
            else tables.Decompositions[Hex(words[0])] = [.. words[1..].Select(Hex)];
        }
        return tables;
    }

    private static int Hex(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(Dictionary<int, int[]> Decompositions, Dictionary<int, byte> Classes)
    {
        public int ClassOf(Rune rune) => Classes.TryGetValue(rune.Value, out byte value) ? value : 0;
    }
}
