using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Snapshots;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

public sealed class SnapshotTests : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly byte[] _peers4 = new byte[6 * 3000];
    private readonly byte[] _peers6 = new byte[18 * 3000];

    public SnapshotTests() => _time.Advance(TimeSpan.FromDays(20_000));

    private string Path => _folder.File(SnapshotFile.FileName);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    [InlineData(300, 0)]
    [InlineData(700, 500)]
    public void Peers_counts_and_pairs_come_back_as_they_were(int v4, int v6)
    {
        SwarmStore store = Filled(v4, v6);
        Save(store);
        SwarmStore loaded = Store();
        File(loaded).Load();
        Assert.Equal(store.Totals, loaded.Totals);
        Assert.Equal(store.Swarms, loaded.Swarms);
        Assert.Equal(Everyone(store), Everyone(loaded));
        ScrapeEntry[] entries = [new(Hash(0), 0, 0, 0), new(Hash(9), 0, 0, 0)];
        ScrapeEntry[] expected = [.. entries];
        store.TryScrape(expected);
        loaded.TryScrape(entries);
        Assert.Equal(expected, entries);
        // And all can still be found, changed and removed.
        for (int i = 0; i < v4; i++) Tell(loaded, V4(i), i, AnnounceEvent.Stopped);
        for (int i = 0; i < v6; i++) Tell(loaded, V6(i), i, AnnounceEvent.Stopped);
        Assert.Equal(0, loaded.Totals.Peers);
    }

    [Fact]
    public void Ages_go_on_where_they_were_and_stand_still_while_the_tracker_is_away()
    {
        SwarmStore store = Store();
        Tell(store, V4(1), 1);
        SwarmStore late = store;
        late.TryAnnounce(Announce(V4(2), 2, AnnounceEvent.None), TimeSpan.FromMinutes(2), default, default, out _);
        SnapshotWriter.Write(store, Path, TimeSpan.FromMinutes(2), _time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(2));
        SwarmStore loaded = Store();
        Assert.Null(SnapshotReader.TryLoad(loaded, Path, TimeSpan.FromMinutes(7), _time.GetUtcNow(), out _));
        loaded.Sweep(TimeSpan.FromMinutes(7));
        Assert.Equal(2, loaded.Totals.Peers);
        loaded.Sweep(TimeSpan.FromMinutes(8.1));
        Assert.Equal(1, loaded.Totals.Peers);
        loaded.Sweep(TimeSpan.FromMinutes(10.1));
        Assert.Equal(0, loaded.Totals.Peers);
    }

    [Fact]
    public void After_more_than_a_day_only_the_download_counts_come_back()
    {
        SwarmStore store = Filled(5, 0);
        Tell(store, V4(0), 0, AnnounceEvent.Completed, isSeed: true);
        Tell(store, V4(1), 1, AnnounceEvent.Completed, isSeed: true);
        Save(store);
        _time.Advance(TimeSpan.FromHours(25));
        SwarmStore loaded = Store();
        File(loaded).Load();
        Assert.Equal(0, loaded.Totals.Peers);
        ScrapeEntry[] entries = [new(Hash(0), 0, 0, 0)];
        loaded.TryScrape(entries);
        Assert.True(entries[0].Downloaded > 0);
    }

    [Fact]
    public void A_count_outlives_its_last_peer_and_a_snapshot_but_not_for_ever()
    {
        SwarmStore store = Store();
        Tell(store, V4(1), 1);
        Tell(store, V4(1), 1, AnnounceEvent.Completed, isSeed: true);
        Tell(store, V4(1), 1, AnnounceEvent.Stopped);
        Assert.Equal((1L, 0L), (store.Swarms, store.Totals.Peers));
        Save(store);
        SwarmStore loaded = Store();
        File(loaded).Load();
        ScrapeEntry[] entries = [new(Hash(0), 0, 0, 0)];
        loaded.TryScrape(entries);
        Assert.Equal(1, entries[0].Downloaded);
        loaded.Sweep(TimeSpan.FromDays(31));
        Assert.Equal(0, loaded.Swarms);
    }

    [Fact]
    public void A_file_that_ends_anywhere_or_has_any_byte_changed_is_refused_as_a_whole()
    {
        Save(Filled(4, 3));
        byte[] good = System.IO.File.ReadAllBytes(Path);
        for (int length = 0; length < good.Length; length++)
        {
            System.IO.File.WriteAllBytes(Path, good[..length]);
            AssertRefused($"of {length} bytes");
        }
        for (int at = 0; at < good.Length; at++)
        {
            // The time of writing and the count of swarms are hints, and any value of them is possible.
            if (at is >= 12 and < 36) continue;
            byte[] bad = [.. good];
            bad[at] ^= 0x40;
            System.IO.File.WriteAllBytes(Path, bad);
            AssertRefused($"with byte {at} changed");
        }
    }

    [Fact]
    public void A_huge_count_in_the_head_makes_no_huge_table()
    {
        Save(Filled(1, 0));
        byte[] file = System.IO.File.ReadAllBytes(Path);
        BitConverter.TryWriteBytes(file.AsSpan(28), long.MaxValue);
        System.IO.File.WriteAllBytes(Path, file);
        SwarmStore loaded = Store();
        long before = GC.GetAllocatedBytesForCurrentThread();
        File(loaded).Load();
        Assert.Equal(1, loaded.Swarms);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void The_snapshot_before_is_used_when_the_last_one_is_of_no_use_or_absent()
    {
        Save(Filled(2, 0));
        Save(Filled(3, 0));
        Assert.True(System.IO.File.Exists(Path + SnapshotFile.PreviousSuffix));
        System.IO.File.WriteAllText(Path, "garbage");
        SwarmStore loaded = Store();
        File(loaded).Load();
        Assert.Equal(2, loaded.Totals.Rows4);
        System.IO.File.Delete(Path);
        loaded = Store();
        File(loaded).Load();
        Assert.Equal(2, loaded.Totals.Rows4);
    }

    [Fact]
    public void What_was_being_written_when_the_process_died_is_passed_over()
    {
        Save(Filled(2, 0));
        System.IO.File.WriteAllText(Path + SnapshotFile.NewSuffix, "half of a");
        SwarmStore loaded = Store();
        File(loaded).Load();
        Assert.Equal(2, loaded.Totals.Rows4);
        Save(Filled(4, 0));
        loaded = Store();
        File(loaded).Load();
        Assert.Equal(4, loaded.Totals.Rows4);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_stops_nothing()
    {
        SwarmStore store = Filled(2, 0);
        Directory.CreateDirectory(Path + SnapshotFile.NewSuffix);
        File(store).Save();
        Assert.False(System.IO.File.Exists(Path));
    }

    [Theory]
    [InlineData("123456789", 0xe3069283)]
    [InlineData("", 0)]
    public void The_checksum_gives_the_known_value(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    private void AssertRefused(string what)
    {
        SwarmStore loaded = Store();
        string? problem =
            SnapshotReader.TryLoad(loaded, Path, default, _time.GetUtcNow(), out (long Swarms, long Rows) counts);
        Assert.True(problem is not null, $"A file {what} was taken.");
        Assert.Equal((0L, 0L, 0L), (loaded.Swarms, counts.Swarms, counts.Rows));
    }

    private void Save(SwarmStore store) => File(store).Save();

    private SnapshotFile File(SwarmStore store)
    {
        var options = new TrackerOptions { Time = _time };
        var service = new AnnounceService(options, store, new AccessGate(TrackerMode.Open, null, null, _time),
            TrackerSecret.Draw(), new TrackerMetrics());
        return new SnapshotFile(_folder.Path, store, service, new TrackerLog(NullLogger.Instance));
    }

    private static SwarmStore Filled(int v4, int v6)
    {
        SwarmStore store = Store();
        for (int i = 0; i < v4; i++) Tell(store, V4(i), i, isSeed: i % 3 == 0);
        for (int i = 0; i < v6; i++) Tell(store, V6(i), i, isSeed: i % 3 == 0);
        return store;
    }

    private static SwarmStore Store() => new(new SwarmStoreOptions { PeerLifetime = Lifetime }, new Random(1));

    private static void Tell(SwarmStore store, HostAddress address, int peer,
        AnnounceEvent reason = AnnounceEvent.None, bool isSeed = false) =>
        store.TryAnnounce(Announce(address, peer, reason) with { IsSeed = isSeed }, default, default, default, out _);

    private static SwarmAnnounce Announce(HostAddress address, int peer, AnnounceEvent reason) => new()
    {
        InfoHash = Hash(0), Address = address, Port = (ushort)(peer + 1), Event = reason,
        Identity = (ulong)peer + 1,
    };

    private SortedSet<string> Everyone(SwarmStore store)
    {
        SwarmAnnounce stranger = Announce(new HostAddress(IPAddress.Parse("10.9.9.9")), 60_000, AnnounceEvent.None);
        store.TryAnnounce(stranger with { Wanted = 2500 }, default, _peers4, _peers6, out StoreAnswer answer);
        store.TryAnnounce(stranger with { Event = AnnounceEvent.Stopped }, default, default, default, out _);
        var all = new SortedSet<string>();
        for (int i = 0; i < answer.Bytes4; i += 6) all.Add(Convert.ToHexString(_peers4.AsSpan(i, 6)));
        for (int i = 0; i < answer.Bytes6; i += 18) all.Add(Convert.ToHexString(_peers6.AsSpan(i, 18)));
        return all;
    }

    private static HostAddress V4(int peer) => new(0x0a000000u + (uint)peer);

    private static HostAddress V6(int peer) => new(0xfd00_0000_0000_0000, (ulong)peer + 1);

    private static InfoHash Hash(int number) => new([.. BitConverter.GetBytes(number), .. new byte[16]]);
}
