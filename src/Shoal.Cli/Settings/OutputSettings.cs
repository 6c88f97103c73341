using System.CommandLine;
using Shoal.Cli.Help;
using Shoal.Cli.Output;

namespace Shoal.Cli.Settings;

/// <summary>The options that every command has: how much it writes, and how.</summary>
internal sealed class OutputSettings
{
    private readonly Setting<bool> _json;
    private readonly Setting<bool> _jsonLines;
    private readonly Setting<bool> _quiet;

    /// <summary>Makes the options.</summary>
    public OutputSettings(OptionFactory options)
    {
        OptionFactory output = options.Under(HelpHeadings.Output);
        _json = output.Flag("--json", "Write one JSON object to standard output at the end, and no other data.");
        _jsonLines = output.Flag("--json-lines", "Write a JSON object on a line of standard output for every event.");
        _quiet = output.Flag("--quiet", "Leave out progress and messages other than errors.", "-q");
    }

    /// <summary>Gives the options to the root and so to every command.</summary>
    public void AddTo(RootCommand root)
    {
        foreach (Setting<bool> setting in (ReadOnlySpan<Setting<bool>>)[_json, _jsonLines, _quiet])
        {
            setting.Option.Recursive = true;
            root.Options.Add(setting.Option);
        }
        _json.Option.Validators.Add(result =>
        {
            if (result.GetValue(_json.Option) && result.GetValue(_jsonLines.Option))
                result.AddError("--json and --json-lines cannot be given together.");
        });
    }

    /// <summary>Reads them from a command line, even from one that has errors elsewhere.</summary>
    public OutputOptions Read(ParseResult result)
    {
        OutputMode mode = Is(_jsonLines, result) ? OutputMode.JsonLines
            : Is(_json, result) ? OutputMode.Json : OutputMode.Text;
        return new OutputOptions(mode, Is(_quiet, result));
    }

    private static bool Is(Setting<bool> setting, ParseResult result) =>
        result.GetResult(setting.Option)?.Errors.Any() != true && setting.Of(result);
}
