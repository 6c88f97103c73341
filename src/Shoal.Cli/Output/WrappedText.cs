using System.Text;

namespace Shoal.Cli.Output;

/// <summary>Breaks text between words, so that it fits a terminal.</summary>
internal static class WrappedText
{
    /// <summary>The text as lines of at most a number of columns. A word that is longer is broken.</summary>
    /// <param name="text">Text that is clean already; its own line ends stay.</param>
    /// <param name="columns">Columns of a line.</param>
    public static IEnumerable<string> Lines(string text, int columns)
    {
        columns = Math.Max(1, columns);
        foreach (string paragraph in text.Split('\n'))
        {
            StringBuilder line = new();
            foreach (string word in paragraph.Split(' ').SelectMany(w => Parts(w, columns)))
            {
                bool fits = line.Length == 0
                    || SafeText.Columns(line.ToString()) + 1 + SafeText.Columns(word) <= columns;
                if (!fits)
                {
                    yield return line.ToString();
                    line.Clear();
                }
                if (line.Length > 0) line.Append(' ');
                line.Append(word);
            }
            yield return line.ToString();
        }
    }

    private static IEnumerable<string> Parts(string word, int columns)
    {
        StringBuilder part = new();
        int used = 0;
        foreach (Rune rune in word.EnumerateRunes())
        {
            int width = SafeText.Columns(rune.ToString());
            if (used + width > columns && part.Length > 0)
            {
                yield return part.ToString();
                part.Clear();
                used = 0;
            }
            part.Append(rune.ToString());
            used += width;
        }
        yield return part.ToString();
    }
}
