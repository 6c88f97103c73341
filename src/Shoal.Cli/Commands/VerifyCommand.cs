using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal verify FILE.torrent DIR</c>: hashes what is there and changes nothing.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string> _torrent = new("FILE.torrent") { Description = "Path or URL of a .torrent." };
    private readonly Argument<string> _directory = new("DIR")
    {
        Description = "Folder that the torrent's file or folder lies in.",
    };

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        _ = options;
        VerifyCommand verify = new();
        Command command = new("verify", "Check files against a .torrent.") { verify._torrent, verify._directory };
        attach(command, verify.RunAsync);
        return command;
    }

    /// <summary>A line for each file that is not all right.</summary>
    public static IEnumerable<string> Lines(VerifyReport report)
    {
        foreach (VerifiedFile file in report.Files)
        {
            if (file.Exists && file.GoodBytes == file.Length) continue;
            string state = file.Exists
                ? $"{Units.Percent(file.Length == 0 ? 0 : (double)file.GoodBytes / file.Length)} right"
                : "missing";
            yield return $"{state,-12} {Units.Bytes(file.Length),10}  {SafeText.Clean(file.Path)}";
        }
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string directory = result.GetRequiredValue(_directory);
        if (!Directory.Exists(directory))
            throw new CliException(ExitCode.NotFound, $"There is no folder '{SafeText.Clean(directory)}'.");
        TorrentSource source = SourceText.Parse(result.GetRequiredValue(_torrent));
        if (source is TorrentSource.Magnet)
            throw CliException.Usage("A magnet link has no hashes to verify with: give a .torrent.");
        Metainfo metainfo = await TorrentEngine.ReadAsync(source, context.Stop);
        HashingProgress progress = new(context, metainfo.Info.Name, metainfo.Info.ContentLength);
        VerifyReport report = await TorrentCreator.VerifyAsync(
            metainfo, Path.GetFullPath(directory), progress, context.Stop);
        progress.End();
        Tell(context, metainfo, report, progress.Elapsed);
        return report.IsComplete ? ExitCode.Ok : ExitCode.Integrity;
    }

    private static void Tell(CommandContext context, Metainfo metainfo, VerifyReport report, TimeSpan time)
    {
        foreach (string line in Lines(report)) context.Output.Data(line);
        string name = SafeText.Clean(metainfo.Info.Name);
        string pieces = Units.Count(report.PieceCount, "piece");
        context.Output.Data(report.IsComplete
            ? $"{name} is complete: {pieces}, {Units.Bytes(metainfo.Info.ContentLength)}."
            : $"{name} is not complete: {report.GoodPieces} of {pieces} right.");
        context.Output.Say($"Hashed in {Units.Time(time)}.");
        context.Output.Result(new VerifyResult(
            report.IsComplete,
            report.PieceCount,
            report.GoodPieces,
            report.BadPieces,
            [.. report.Files.Select(f => new VerifiedFileRecord(f.Path, f.Length, f.GoodBytes, f.Exists))],
            Math.Round(time.TotalSeconds, 3)));
    }
}
