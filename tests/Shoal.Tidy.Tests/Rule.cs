namespace Shoal.Tidy.Tests;

/// <summary>Runs one rule over many files, minus the reasoned exemptions.</summary>
public static class Rule
{
    /// <summary>Fails with one line per offence, each of the form <c>path:line what is wrong</c>.</summary>
    public static void Holds(string rule, IEnumerable<SourceFile> files, Func<SourceFile, IEnumerable<string>> check)
    {
        List<string> offences = [];
        HashSet<string> exempted = [.. Exemption.All.Where(e => e.Rule == rule).Select(e => e.Path)];
        int seen = 0;
        foreach (SourceFile file in files)
        {
            seen++;
            var found = check(file).ToList();
            if (!exempted.Remove(file.Path)) offences.AddRange(found);
            else if (found.Count == 0) offences.Add($"{file.Path} needs no exemption from '{rule}' any more");
        }

        offences.AddRange(exempted.Select(path => $"{path} is exempted from '{rule}' and is not there"));
        Assert.True(seen > 0, $"'{rule}' looked at no file");
        Assert.True(offences.Count == 0, string.Join('\n', offences.Prepend($"{offences.Count} offence(s)")));
    }

    /// <summary>Proves that a rule can fail: the planted text must give exactly one offence.</summary>
    public static void Catches(string path, string text, Func<SourceFile, IEnumerable<string>> check) =>
        Assert.Single(check(SourceFile.FromText(path, text)));

    /// <summary>Proves that a rule is not too eager.</summary>
    public static void Allows(string path, string text, Func<SourceFile, IEnumerable<string>> check) =>
        Assert.Empty(check(SourceFile.FromText(path, text)));
}
