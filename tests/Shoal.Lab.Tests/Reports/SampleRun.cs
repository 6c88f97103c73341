using Shoal.Lab.Simulation;

namespace Shoal.Lab.Tests.Reports;

/// <summary>A small run to report on.</summary>
internal static class SampleRun
{
    /// <summary>Its result, made once.</summary>
    public static SimulationResult Result { get; } = Simulator.Run(new SimulationPlan
    {
        Title = "Five <peers> & a seed",
        ContentBytes = 4 << 20,
        PieceLength = 128 * 1024,
        SampleInterval = TimeSpan.FromMilliseconds(500),
        Groups =
        [
            new PeerGroup { Name = "seed", Count = 1, IsSeed = true },
            new PeerGroup { Name = "peers, \"honest\"", Count = 4 },
            new PeerGroup { Name = "riders", Count = 1, Behaviour = PeerBehaviour.FreeRider },
        ],
    });
}
