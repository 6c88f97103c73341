using System.Globalization;
using System.Text.Json;

namespace Shoal.Lab.Simulation;

/// <summary>Reads plans of simulations, JSON files that people write; docs/SIMULATION.md describes them.</summary>
public static class PlanFile
{
    // A plan is a page of text; a file of another kind is not read into memory.
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads a plan.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="LabException">Something in it is wrong; the message names the line.</exception>
    public static SimulationPlan Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new LabException($"There is no file '{path}'.") { IsNotFound = true };
        if (file.Length > MaxBytes) throw new LabException($"'{path}' is too large for a plan.");
        return Parse(path, File.ReadAllBytes(path));
    }

    /// <summary>Reads a plan from the bytes of a file.</summary>
    internal static SimulationPlan Parse(string path, ReadOnlySpan<byte> bytes)
    {
        LinedJson root = LinedJson.Read(path, bytes);
        var fields = new PlanFields(path, root, "a plan");
        if (!root.Members.TryGetValue("groups", out LinedJson? list) || list.Kind != JsonTokenType.StartArray)
            throw LabException.At(path, root.Line, "a plan needs 'groups', a list of groups of peers");
        var plan = new SimulationPlan { Groups = [.. list.Items.Select(item => Group(path, item))] };
        plan = plan with
        {
            Title = fields.Text("title", Path.GetFileNameWithoutExtension(path)),
            Seed = (ulong)fields.Number("seed", 1, long.MaxValue),
            ContentBytes = fields.Bytes("size", plan.ContentBytes),
            PieceLength = (int)Math.Min(fields.Bytes("piece-size", plan.PieceLength), int.MaxValue),
            BytesPerBlock = (int)Math.Min(fields.Bytes("block", plan.BytesPerBlock), int.MaxValue),
            MaxPeers = (int)fields.Number("connections", plan.MaxPeers, ushort.MaxValue),
            PeersPerAnnounce = (int)fields.Number("peers-per-announce", plan.PeersPerAnnounce, 1000),
            CutsEvery = fields.Time("cuts-every"),
            FaultsEnd = fields.Time("faults-end") ?? plan.FaultsEnd,
            Limit = fields.Time("limit") ?? plan.Limit,
            SampleInterval = fields.Time("sample") ?? plan.SampleInterval,
            KeepsBytes = fields.Flag("real-bytes"),
            IsChecked = fields.Flag("check"),
        };
        fields.RequireAllKnown("groups");
        return plan;
    }

    private static PeerGroup Group(string path, LinedJson item)
    {
        var fields = new PlanFields(path, item, "a group");
        var group = new PeerGroup
        {
            Name = fields.Text("name", ""),
            Count = (int)fields.Number("peers", 1, 1_000_000),
        };
        if (group.Name.Length == 0) throw LabException.At(path, item.Line, "a group needs a 'name'");
        group = group with
        {
            IsSeed = fields.Flag("seed"),
            Behaviour = fields.Behaviour(),
            UpBytesPerSecond = fields.Bytes("up", group.UpBytesPerSecond),
            DownBytesPerSecond = fields.Bytes("down", group.DownBytesPerSecond),
            Delay = fields.Time("delay") ?? group.Delay,
            Jitter = fields.Time("jitter") ?? group.Jitter,
            Loss = fields.Share("loss"),
            Reachability = fields.Reachability(),
            JoinOver = fields.Time("join-over") ?? TimeSpan.Zero,
            JoinAfter = fields.Time("join-after") ?? TimeSpan.Zero,
            StaysFor = fields.Time("stays-for"),
            CrashesEvery = fields.Time("crashes-every"),
            AwayFor = fields.Time("away-for") ?? group.AwayFor,
            GivesUpAfter = fields.Time("gives-up-after"),
            HasMagnetOnly = fields.Flag("magnet"),
            UploadSlots = (int)fields.Number("slots", 0, 1000),
            SuperSeeds = fields.Flag("super-seed"),
            MaxPeers = (int)fields.Number("connections", 0, ushort.MaxValue),
            Disk = new DiskFaults
            {
                BytesPerSecond = fields.Bytes("disk-rate", 0),
                FullAfterBytes = fields.Bytes("disk-full-after", 0),
                LiesOneIn = (int)fields.Number("disk-lies-one-in", 0, int.MaxValue),
                TearsOnCrash = fields.Flag("disk-tears"),
            },
        };
        fields.RequireAllKnown();
        return group;
    }
}
