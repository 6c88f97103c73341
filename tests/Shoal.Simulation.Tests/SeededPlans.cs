using Shoal.Lab.Simulation;
using Shoal.Protocol.Torrents;
using Shoal.Swarm;

namespace Shoal.Simulation.Tests;

/// <summary>Draws small swarms with every kind of trouble in them from a seed.</summary>
internal static class SeededPlans
{
    /// <summary>The plan of a seed: real bytes, and every rule checked.</summary>
    public static SimulationPlan Of(ulong seed)
    {
        var random = new SwarmRandom(seed);
        int pieceLength = 16 * 1024 << random.Next(4);
        List<PeerGroup> groups =
        [
            Line(random, new PeerGroup
            {
                Name = "seeds", Count = 1 + random.Next(2), IsSeed = true, SuperSeeds = random.Next(3) == 0,
            }),
            Line(random, new PeerGroup
            {
                Name = "peers",
                Count = 1 + random.Next(5),
                JoinOver = random.Next(3) * TimeSpan.FromSeconds(5),
                HasMagnetOnly = random.Next(4) == 0,
                UploadSlots = random.Next(3),
            }),
        ];
        if (random.Next(2) == 0) groups.Add(Line(random, Odd(random)));
        if (random.Next(3) == 0) groups.Add(Line(random, Unlucky(random)));
        return new SimulationPlan
        {
            Seed = seed,
            Version = random.Next(3) switch
            {
                0 => TorrentVersion.V2,
                1 => TorrentVersion.Hybrid,
                _ => TorrentVersion.V1,
            },
            ContentBytes = pieceLength * (1 + random.Next(14)) + random.Next(2) * (1 + random.Next(pieceLength)),
            PieceLength = pieceLength,
            KeepsBytes = true,
            Groups = groups,
            CutsEvery = random.Next(3) == 0 ? TimeSpan.FromSeconds(1 + random.Next(5)) : null,
            FaultsEnd = TimeSpan.FromMinutes(2),
            Limit = TimeSpan.FromMinutes(40),
            SampleInterval = TimeSpan.FromMinutes(1),
            IsChecked = true,
        };
    }

    private static PeerGroup Odd(SwarmRandom random) => new()
    {
        Name = "odd",
        Count = 1,
        Behaviour = (PeerBehaviour)(1 + random.Next(5)),
        IsSeed = random.Next(2) == 0,
    };

    private static PeerGroup Unlucky(SwarmRandom random)
    {
        var group = new PeerGroup { Name = "unlucky", Count = 1 + random.Next(2) };
        return random.Next(6) switch
        {
            <= 1 => group with
            {
                CrashesEvery = TimeSpan.FromSeconds(10),
                AwayFor = TimeSpan.FromSeconds(5),
                Disk = new DiskFaults { TearsOnCrash = random.Next(2) == 0 },
            },
            2 => group with { Disk = new DiskFaults { BytesPerSecond = 20_000 } },
            3 => group with { Disk = new DiskFaults { FullAfterBytes = 50_000 } },
            4 => group with { Disk = new DiskFaults { LiesOneIn = 5 } },
            _ => group with { StaysFor = TimeSpan.FromSeconds(5), GivesUpAfter = TimeSpan.FromMinutes(1) },
        };
    }

    private static PeerGroup Line(SwarmRandom random, PeerGroup group) => group with
    {
        UpBytesPerSecond = 20_000 * (1 + random.Next(50)),
        // Who crashes is slow, so that it is in the middle of pieces when it does.
        DownBytesPerSecond = 20_000 * (1 + random.Next(group.CrashesEvery is null ? 50 : 1)),
        Delay = TimeSpan.FromMilliseconds(random.Next(120)),
        Jitter = TimeSpan.FromMilliseconds(random.Next(3) * random.Next(50)),
        Loss = random.Next(4) == 0 ? 0.03 : 0,
        Reachability = group.IsSeed ? Reachability.Open : (Reachability)random.Next(3),
    };
}
