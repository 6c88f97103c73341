using System.Globalization;
using Shoal.Engine;

namespace Shoal.Cli.Output;

/// <summary>Says that others will see names that differ from those here.</summary>
internal static class RenamedFiles
{
    /// <summary>Warns when a download puts files of a new torrent under other names.</summary>
    public static void Warn(TerminalOutput output, CreatedTorrent created)
    {
        if (created.RenamedFiles == 0) return;
        string files = created.RenamedFiles == 1
            ? "1 file has"
            : string.Create(CultureInfo.InvariantCulture, $"{created.RenamedFiles} files have");
        output.Warn(
            $"{files} a name, or a folder with one, that not every system takes: others will get a safe form of it. "
            + "Rename what matters here.");
    }
}
