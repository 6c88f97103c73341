using System.Collections.Immutable;
using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Swarms;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal create PATH -o FILE.torrent</c>: makes a .torrent.</summary>
internal sealed class CreateCommand
{
    private readonly Argument<string> _path = new("PATH") { Description = "File or folder." };
    private readonly Setting<string> _output;
    private readonly Setting<string> _format;
    private readonly Setting<int> _pieceSize;
    private readonly Setting<ImmutableArray<string>> _trackers;
    private readonly Setting<ImmutableArray<string>> _webSeeds;
    private readonly Setting<string?> _swarm;
    private readonly SwarmFolder _swarms;
    private readonly Setting<bool> _private;
    private readonly Setting<string?> _name;
    private readonly Setting<string?> _comment;

    private CreateCommand(OptionFactory options)
    {
        _output = options.Value<string>(
            "--output",
            "FILE",
            "The .torrent to write, or a folder to write it to; - is standard output. Required.",
            OptionFactory.Text,
            "",
            "-o");
        _output.Option.Required = _output.Option.DefaultValueFactory is null;
        _format = TorrentShape.Format(options);
        _pieceSize = TorrentShape.PieceSize(options);
        _trackers = options.Many<string>(
            "--tracker",
            "URL",
            "Tracker to name in it; may be given several times, and the first is asked first.",
            TransferOptionSet.TryTracker);
        _webSeeds = options.Many<string>(
            "--web-seed",
            "URL",
            "Web server that has the content too; may be given several times.",
            TransferOptionSet.TryWebSeed);
        _swarm = options.Value<string?>(
            "--swarm", "NAME", "Let only the members of this private swarm take part.", OptionFactory.Text, null);
        _swarms = new SwarmFolder(options);
        _private = options.Flag("--private", "Let only its trackers name peers.");
        // A twin called SHOAL_NAME would be set by --on-complete.
        _name = options.Value<string?>(
            "--torrent-name",
            "NAME",
            "Name of the torrent; default: that of the file or folder.",
            OptionFactory.Text,
            null);
        _comment = options.Value<string?>("--comment", "TEXT", "Text for people to read.", OptionFactory.Text, null);
    }

    private SwarmAuthority? Authority(CommandContext context, ParseResult result) => _swarm.Of(result) is { } name
        ? SwarmAuthority.Open(_swarms.Read(context, result), name, context.Host.Time)
        : null;

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        CreateCommand create = new(options);
        Command command = new("create", "Make a .torrent from a file or folder.")
        {
            create._path, create._output.Option, create._format.Option, create._pieceSize.Option,
            create._trackers.Option, create._webSeeds.Option, create._private.Option, create._name.Option,
            create._comment.Option, create._swarm.Option, create._swarms.Option,
        };
        attach(command, create.RunAsync);
        return command;
    }

    /// <summary>The version that a word of <c>--format</c> means.</summary>
    public static TorrentVersion VersionOf(string format) => format switch
    {
        "v1" => TorrentVersion.V1,
        "v2" => TorrentVersion.V2,
        _ => TorrentVersion.Hybrid,
    };

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        ContentPath content = ContentPath.Find(result.GetRequiredValue(_path), Environment.CurrentDirectory);
        string file = _output.Of(result);
        bool toStandardOutput = file == "-";
        if (!toStandardOutput) file = TorrentWriter.Target(file, _name.Of(result) ?? content.Name);
        HashingProgress progress = new(context, content.Name, content.Measure());
        CreateOptions options = new()
        {
            Version = VersionOf(_format.Of(result)),
            PieceLength = _pieceSize.Of(result),
            Trackers = [.. _trackers.Of(result).Select(url => ImmutableArray.Create(url))],
            WebSeeds = _webSeeds.Of(result),
            IsPrivate = _private.Of(result),
            SslCertificate = Authority(context, result)?.CertificatePem,
            Name = _name.Of(result),
            Comment = _comment.Of(result),
        };
        CreatedTorrent created = await TorrentCreator.CreateAsync(content.FullPath, options, progress, context.Stop);
        RenamedFiles.Warn(context.Output, created);
        progress.End();
        if (toStandardOutput) await WriteRawAsync(context, created.Bytes);
        else file = TorrentWriter.Write(file, created.Bytes.Span);
        Tell(context, created.Metainfo, toStandardOutput ? null : file, progress.Elapsed);
        return ExitCode.Ok;
    }

    private static void Tell(CommandContext context, Metainfo metainfo, string? file, TimeSpan time)
    {
        TorrentInfo info = metainfo.Info;
        string magnet = MagnetText.Of(metainfo);
        context.Output.Say(
            $"{SafeText.Clean(file ?? info.Name)}: {Units.Bytes(info.ContentLength)} in "
            + $"{Units.Count(info.Geometry.PieceCount, "piece")} of {Units.Bytes(info.Geometry.PieceLength)}, "
            + $"hashed in {Units.Time(time)}.");
        if (file is null) return;
        context.Output.Data(magnet);
        context.Output.Result(new CreateResult(
            file,
            info.Name,
            info.Hashes.V1?.ToString(),
            info.Hashes.V2?.ToString(),
            magnet,
            info.ContentLength,
            info.Files.Count(f => !f.IsPadding),
            info.Geometry.PieceCount,
            info.Geometry.PieceLength,
            Math.Round(time.TotalSeconds, 3)));
    }

    private static async Task WriteRawAsync(CommandContext context, ReadOnlyMemory<byte> bytes)
    {
        if (context.Output.Options.Mode != OutputMode.Text)
            throw CliException.Usage("-o - writes the .torrent to standard output, where --json cannot write too.");
        await using Stream output = Console.OpenStandardOutput();
        await output.WriteAsync(bytes, context.Stop);
    }
}
