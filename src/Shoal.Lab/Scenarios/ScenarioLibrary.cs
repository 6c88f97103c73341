namespace Shoal.Lab.Scenarios;

/// <summary>Finds scenarios: the eight that come with the program, and files of users.</summary>
public sealed class ScenarioLibrary(IScenarioSyntax syntax)
{
    /// <summary>How scenario files end.</summary>
    public const string Extension = ".scenario";

    // A scenario is a page or two.
    private const long MaxFileBytes = 1 << 20;

    /// <summary>Names of the scenarios that come with the program, in order.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } =
        ["test1", "test2", "test3", "test4", "test5", "test6", "test7", "test8"];

    /// <summary>Finds a scenario by what a user typed: one of the program's own, or the path of a file.</summary>
    /// <exception cref="LabException">There is none, or its file is at fault.</exception>
    public Scenario Find(string nameOrPath)
    {
        if (BuiltIn.Contains(nameOrPath)) return ReadBuiltIn(nameOrPath);
        if (File.Exists(nameOrPath)) return ReadFile(nameOrPath);
        throw new LabException(
            $"There is no scenario '{nameOrPath}': give a file, all, or one of {string.Join(", ", BuiltIn)}.")
        {
            IsNotFound = true,
        };
    }

    /// <summary>
    /// Finds a scenario that another one compares itself with: a file beside it, or one of the program's own.
    /// </summary>
    /// <param name="name">As the expectation has it.</param>
    /// <param name="folder">Folder of the other one's file; null when it has none.</param>
    /// <exception cref="LabException">There is none, or its file is at fault.</exception>
    public Scenario FindBeside(string name, string? folder)
    {
        if (folder is not null && Path.Combine(folder, name + Extension) is var path && File.Exists(path))
            return ReadFile(path);
        return Find(name);
    }

    /// <summary>The text of a scenario that comes with the program, to start one's own from.</summary>
    public static string TextOf(string name)
    {
        using Stream stream = typeof(ScenarioLibrary).Assembly.GetManifestResourceStream(ResourceOf(name))!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private static string ResourceOf(string name) => $"Shoal.Lab.Scenarios.BuiltIn.{name}{Extension}";

    private Scenario ReadBuiltIn(string name) =>
        ScenarioReader.Read(name + Extension, TextOf(name).Split('\n'), syntax);

    private Scenario ReadFile(string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes)
            throw new LabException($"{Path.GetFileName(path)} is too large for a scenario.");
        return ScenarioReader.Read(path, File.ReadAllLines(path), syntax);
    }
}
