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
            string path = SafeText.Clean(file.Path);
            if (!file.Exists)
                yield return $"{"missing",-12} {Units.Bytes(file.Length),10}  {path}";
            else if (file.GoodBytes < file.Length)
                yield return $"{Right(file),-12} {Units.Bytes(file.Length),10}  {path}";
            if (file.ExcessBytes > 0)
                yield return $"{"too long by",-12} {Units.Bytes(file.ExcessBytes),10}  {path}";
        }
    }

    /// <summary>One sentence about the whole.</summary>
    public static string Summary(TorrentInfo info, VerifyReport report)
    {
        string name = SafeText.Clean(info.Name);
        string pieces = Units.Count(report.PieceCount, "piece");
        if (!report.IsComplete) return $"{name} is not complete: {report.GoodPieces} of {pieces} right.";
        string size = Units.Bytes(info.ContentLength);
        if (report.IsExact) return $"{name} is complete: {pieces}, {size}.";
        string what = report.Files.Any(f => !f.Exists)
            ? "an empty file is missing" : "there is more on disk than the torrent covers";
        return $"{name} is not as the torrent says: all of its {size} are right, but {what}.";
    }

    private static string Right(VerifiedFile file) =>
        Units.Percent((double)file.GoodBytes / file.Length) + " right";

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string directory = result.GetRequiredValue(_directory);
        if (!Directory.Exists(directory))
            throw new CliException(ExitCode.NotFound, $"There is no folder '{SafeText.Clean(directory)}'.");
        TorrentSource source = SourceText.Parse(result.GetRequiredValue(_torrent));
        if (source is TorrentSource.Magnet)
            throw CliException.Usage("A magnet link has no hashes to verify with: give a .torrent.");
        Metainfo metainfo = await TorrentEngine.ReadAsync(source, cancellationToken: context.Stop);
        HashingProgress progress = new(context, metainfo.Info.Name, metainfo.Info.ContentLength);
        VerifyReport report = await TorrentCreator.VerifyAsync(
            metainfo, Path.GetFullPath(directory), progress, context.Stop);
        progress.End();
        Tell(context, metainfo, report, progress.Elapsed);
        return report.IsExact ? ExitCode.Ok : ExitCode.Integrity;
    }

    private static void Tell(CommandContext context, Metainfo metainfo, VerifyReport report, TimeSpan time)
    {
        foreach (string line in Lines(report)) context.Output.Data(line);
        context.Output.Data(Summary(metainfo.Info, report));
        context.Output.Say($"Hashed in {Units.Time(time)}.");
        context.Output.Result(new VerifyResult(
            report.IsComplete,
            report.IsExact,
            report.PieceCount,
            report.GoodPieces,
            report.BadPieces,
            [.. report.Files.Select(f => new VerifiedFileRecord(
                f.Path, f.Length, f.GoodBytes, f.Exists, f.ExcessBytes))],
            Math.Round(time.TotalSeconds, 3)));
    }
}
