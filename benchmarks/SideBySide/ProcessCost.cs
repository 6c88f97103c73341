using System.Text.Json;
using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>What one process cost from its start to its end, as the kernel counted it.</summary>
internal sealed record ProcessCost(double WallSeconds, double CpuSeconds, double PeakMiB)
{
    /// <summary>The words to put before a command so that its cost is written to a file.</summary>
    public static string[] Wrapper(string file) => ["/usr/bin/python3", Checkout.Script("measure.py"), file];

    public static ProcessCost Read(string file)
    {
        using JsonDocument cost = JsonDocument.Parse(File.ReadAllText(file));
        return new ProcessCost(
            cost.RootElement.GetProperty("wall").GetDouble(),
            cost.RootElement.GetProperty("cpu").GetDouble(),
            cost.RootElement.GetProperty("peakKiB").GetDouble() / 1024);
    }
}
