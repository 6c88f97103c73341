using System.CommandLine;
using Shoal.Cli.Output;

namespace Shoal.Cli.Settings;

/// <summary>
/// Where a passphrase comes from: a file, the environment, or a prompt; never the command line, which others can read.
/// </summary>
internal sealed class PassphraseOption
{
    /// <summary>The variable that holds the passphrase itself.</summary>
    public const string Variable = "SHOAL_PASSPHRASE";

    // A secret that somebody chooses has at least so many (NIST SP 800-63B); a guess costs a quarter of a second.
    private const int LeastNewChars = 8;

    private readonly Setting<string?> _file;

    /// <summary>Makes the option.</summary>
    public PassphraseOption(OptionFactory options) => _file = options.Value<string?>(
        "--passphrase-file",
        "FILE",
        $"Read the passphrase from the first line of this file, not from {Variable} or a prompt.",
        OptionFactory.Text,
        null);

    /// <summary>The option, for a command.</summary>
    public Option Option => _file.Option;

    /// <summary>Reads the passphrase.</summary>
    /// <param name="context">The command.</param>
    /// <param name="result">Its command line.</param>
    /// <param name="purpose">What it opens, for the prompt.</param>
    /// <param name="isNew">True to ask twice, and to refuse one that is short.</param>
    /// <exception cref="CliException">There is none, the two differ, or a new one is short.</exception>
    public string Read(CommandContext context, ParseResult result, string purpose, bool isNew = false)
    {
        if (_file.Of(result) is { } file) return Judge(Line(file), $" in '{SafeText.Clean(file)}'");
        if (context.Host.Environment(Variable) is { Length: > 0 } given) return Judge(given, $" in {Variable}");
        if (context.Host.ReadSecret is not { } prompt)
            throw CliException.Usage(
                $"A passphrase is needed for {purpose}: give --passphrase-file, or set {Variable}.");
        string first = prompt($"Passphrase for {purpose}: ") ?? "";
        if (first.Length == 0) throw CliException.Usage("The passphrase is empty.");
        Judge(first, "");
        if (isNew && prompt("The same again: ") != first) throw CliException.Usage("The two passphrases differ.");
        return first;

        string Judge(string passphrase, string place) => !isNew || passphrase.Length >= LeastNewChars
            ? passphrase
            : throw CliException.Usage($"The passphrase{place} has fewer than {LeastNewChars} characters.");
    }

    private static string Line(string file)
    {
        using var reader = new StreamReader(file);
        return reader.ReadLine() is { Length: > 0 } line
            ? line
            : throw CliException.Usage($"The first line of '{SafeText.Clean(file)}' is empty: it is the passphrase.");
    }
}
