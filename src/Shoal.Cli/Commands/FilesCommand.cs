using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Settings;
using Shoal.Engine.Catalogues;
using Shoal.Protocol.Catalogues;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal files [WORDS]</c>: lists what the catalogue of a tracker has.</summary>
internal sealed class FilesCommand
{
    private readonly Argument<string[]> _words = new("WORDS")
    {
        Description = "Beginnings of words in names and tags; all files when left out.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Setting<string?> _tracker;
    private readonly Setting<string?> _tag;
    private readonly Setting<string> _sort;
    private readonly Setting<int> _limit;

    private FilesCommand(OptionFactory options)
    {
        _tracker = options.Value<string?>(
            "--tracker", "URL", "Tracker whose catalogue to list. Required.", TransferOptionSet.TryTracker, null);
        _tag = options.Value<string?>("--tag", "TAG", "List only files with this tag.", OptionFactory.Text, null);
        _sort = options.Value<string>(
            "--sort",
            "ORDER",
            "What decides the order: added, name, size, peers, seeders, leechers or completed; default: added.",
            TryOrder,
            "added");
        _limit = options.Value<int>("--limit", "N", "Files at the most; default: 500.", TryLimit, 500);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        FilesCommand files = new(options);
        Command command = new("files", "List and search the files that a tracker knows by name.")
        {
            files._words, files._tracker.Option, files._tag.Option, files._sort.Option, files._limit.Option,
        };
        attach(command, files.RunAsync);
        return command;
    }

    private static bool TryOrder(string text, out string value, out string expected)
    {
        expected = "one of added, name, size, peers, seeders, leechers or completed";
        value = text;
        return text is "added" or "name" or "size" or "peers" or "seeders" or "leechers" or "completed";
    }

    private static bool TryLimit(string text, out int value, out string expected)
    {
        expected = "a number from 1 to 500";
        return int.TryParse(text, out value) && value is >= 1 and <= 500;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string tracker = _tracker.Of(result)
            ?? throw CliException.Usage("--tracker URL is missing: it says whose files to list.");
        using CatalogueClient client = new(new Uri(tracker));
        FileList list = await client.ListAsync(
            new CatalogueSearch
            {
                Words = string.Join(' ', result.GetValue(_words) ?? []),
                Tag = _tag.Of(result),
                Sort = _sort.Of(result),
                Limit = _limit.Of(result),
            },
            context.Stop);
        foreach (string line in context.Host.OutIsTerminal
            ? FileTable.Lines(list.Files, context.Output.Columns) : FileTable.PlainLines(list.Files))
            context.Output.Data(line);
        if (list.Total > list.Count)
            context.Output.Say($"These are {list.Count} of {list.Total} files; WORDS and --tag narrow the list.");
        else if (list.Count == 0)
            context.Output.Say("No file matches.");
        context.Output.Result(new FilesResult(ExitCode.Ok, list.Total, list.Files));
        return ExitCode.Ok;
    }
}
