using System.Net.Sockets;
using Shoal.Engine;
using Shoal.Lab;
using Shoal.Tracker;

namespace Shoal.Cli;

/// <summary>Turns what went wrong into an exit code and one sentence.</summary>
internal static class FailureMap
{
    /// <summary>The exit code of an exception that ended a command.</summary>
    public static int ExitCodeOf(Exception exception) => exception switch
    {
        CliException cli => cli.ExitCode,
        TorrentException torrent => ExitCodeOf(torrent.Error),
        LabException lab => lab.IsNotFound ? ExitCode.NotFound : ExitCode.Failed,
        FileNotFoundException or DirectoryNotFoundException => ExitCode.NotFound,
        SocketException or HttpRequestException => ExitCode.Network,
        SharedStoreException store => store.IsAway ? ExitCode.Network : ExitCode.Failed,
        IOException io when io.InnerException is SocketException => ExitCode.Network,
        IOException io when io.InnerException?.InnerException is SocketException => ExitCode.Network,
        IOException or UnauthorizedAccessException => ExitCode.Disk,
        _ => ExitCode.Failed,
    };

    /// <summary>
    /// The exit code for an error of the engine. What is malformed is a plain failure: code 2 is for the command line
    /// alone.
    /// </summary>
    public static int ExitCodeOf(TorrentError error) => error switch
    {
        TorrentError.NotFound => ExitCode.NotFound,
        TorrentError.Integrity => ExitCode.Integrity,
        TorrentError.Disk => ExitCode.Disk,
        TorrentError.Network => ExitCode.Network,
        _ => ExitCode.Failed,
    };

    /// <summary>The sentence for people: the exception's own, on one line.</summary>
    public static string Sentence(Exception exception)
    {
        string text = exception is CliException or TorrentException or LabException or IOException
            or UnauthorizedAccessException or SocketException or HttpRequestException
            ? exception.Message
            : $"Something unexpected went wrong: {exception.Message} (SHOAL_DEBUG=1 shows where).";
        return text.ReplaceLineEndings(" ");
    }
}
