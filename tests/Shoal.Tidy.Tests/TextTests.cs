namespace Shoal.Tidy.Tests;

/// <summary>Text ends with a line end and has no spaces at line ends; nothing that is built is in git.</summary>
public sealed class TextTests
{
    private const int MaxFileBytes = 256 * 1024;

    [Fact]
    public void Text_is_clean() => Rule.Holds("clean text", Repository.Here.Files, Unclean);

    [Fact]
    public void Only_sources_are_kept_in_git() => Rule.Holds("only sources", Repository.Here.Files, Made);

    [Theory]
    [InlineData("no line end")]
    [InlineData("spaces at the end \n")]
    [InlineData("tab at the end\t\n")]
    [InlineData("a carriage return\r\n")]
    [InlineData("one line end too many\n\n")]
    public void Unclean_text_is_caught(string text) => Rule.Catches("docs/X.md", text, Unclean);

    [Theory]
    [InlineData("plain\n")]
    [InlineData("")]
    public void Clean_text_is_allowed(string text) => Rule.Allows("docs/X.md", text, Unclean);

    [Theory]
    [InlineData("src/Shoal.X/bin/Shoal.X.txt", "a")]
    [InlineData("src/Shoal.X/obj/project.txt", "a")]
    [InlineData("artifacts/x", "a")]
    [InlineData("lib/Thing.dll", "a")]
    [InlineData("docs/picture.txt", "a\0b")]
    public void A_made_file_is_caught(string path, string text) => Rule.Catches(path, text, Made);

    [Fact]
    public void A_large_file_is_caught()
    {
        Rule.Catches("docs/X.md", new string('a', MaxFileBytes + 1), Made);
        Rule.Allows("docs/X.md", new string('a', MaxFileBytes), Made);
    }

    private static IEnumerable<string> Unclean(SourceFile file)
    {
        if (file.IsBinary || file.Text.Length == 0) yield break;
        if (file.Text.Contains('\r'))
        {
            if (!file.Path.EndsWith(".cmd", StringComparison.Ordinal)) yield return $"{file.Path} has carriage returns";
            yield break;
        }

        if (!file.Text.EndsWith('\n')) yield return $"{file.Path} does not end with a line end";
        if (file.Text.EndsWith("\n\n", StringComparison.Ordinal)) yield return $"{file.Path} ends with an empty line";
        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (file.Lines[i].EndsWith(' ') || file.Lines[i].EndsWith('\t'))
                yield return $"{file.Path}:{i + 1} ends with blanks";
        }
    }

    private static IEnumerable<string> Made(SourceFile file)
    {
        string[] folders = file.Path.Split('/')[..^1];
        bool isBuilt = folders.Any(f => f is "bin" or "obj" or "artifacts" or "TestResults")
            || Path.GetExtension(file.Path) is ".dll" or ".exe" or ".so" or ".pdb" or ".nupkg" or ".zip";
        if (isBuilt) yield return $"{file.Path} is made by a build";
        else if (file.IsBinary) yield return $"{file.Path} is not text";
        else if (file.Bytes.Length > MaxFileBytes) yield return $"{file.Path} has {file.Bytes.Length} bytes";
    }
}
