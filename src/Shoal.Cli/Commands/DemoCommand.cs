using System.CommandLine;
using System.Globalization;
using Shoal.Cli.Demo;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal demo</c>: shows a swarm at work on this machine.</summary>
internal sealed class DemoCommand
{
    private const long DefaultBytes = 256 << 20;
    private const int DefaultDownloaders = 3;

    /// <summary>More processes than this share a few cores too thinly to show anything.</summary>
    private const int MaxDownloaders = 20;

    private readonly Setting<string?> _file;
    private readonly Setting<long> _size;
    private readonly Setting<int> _downloaders;

    private DemoCommand(OptionFactory options)
    {
        _file = options.Value<string?>(
            "--file", "FILE", "File to move; default: one of noise, made for it.", OptionFactory.Text, null);
        _size = options.Value<long>(
            "--size", "SIZE", "Size of the file that is made; default: 256MiB.", ByteQuantity.TrySize, DefaultBytes);
        _downloaders = options.Value<int>(
            "--downloaders", "N", "Number of downloaders, 1 to 20; default: 3.", TryDownloaders, DefaultDownloaders);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        DemoCommand demo = new(options);
        Command command = new("demo", "Show a swarm at work: a tracker, a seeder and downloaders on this machine.")
        {
            demo._file.Option, demo._size.Option, demo._downloaders.Option,
        };
        attach(command, demo.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string? file = _file.Of(result);
        if (file is not null && !File.Exists(file))
            throw new CliException(ExitCode.NotFound, $"There is no file '{SafeText.Clean(file)}'.");
        if (file is not null) file = Path.GetFullPath(file);
        long size = _size.Of(result);
        if (size < 1) throw CliException.Usage("--size 0 leaves nothing to move.");
        await using DemoRun demo = new(context, _downloaders.Of(result));
        return await demo.RunAsync(file, size);
    }

    private static bool TryDownloaders(string text, out int value, out string expected)
    {
        expected = $"a number from 1 to {MaxDownloaders}";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value is >= 1 and <= MaxDownloaders;
    }
}
