namespace Shoal.Cli;

/// <summary>Tells which release of the program this is.</summary>
internal static class ProgramVersion
{
    /// <summary>Three numbers with points between.</summary>
    public static string Text => typeof(ProgramVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Answers <c>shoal --version</c>, around <see cref="Console"/>, which takes its time to start.</summary>
    public static int Print()
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(System.Text.Encoding.ASCII.GetBytes($"shoal {Text}\n"));
        return ExitCode.Ok;
    }
}
