using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Metadata;

namespace Shoal.Swarm.Tests.Metadata;

public sealed class MetadataDownloadTests
{
    private const int Part = MetadataMessage.PartLength;
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(1);
    private static readonly byte[] Truth =
        [.. Enumerable.Range(0, 3 * Part + 100).Select(i => (byte)(i * 31 >> 3))];

    [Fact]
    public void Several_peers_share_the_work_and_no_part_is_asked_for_twice()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        Assert.True(download.OnSize(1, Truth.Length));
        Assert.True(download.OnSize(2, Truth.Length));
        var asked = new HashSet<int>();
        foreach (int peer in new[] { 1, 2, 1, 2 })
        {
            Assert.True(download.TryAsk(peer, Now, out int part));
            Assert.True(asked.Add(part));
        }
        Assert.False(download.TryAsk(1, Now, out _));
        foreach (int part in asked.Order().Take(3))
            Assert.Equal(MetadataArrival.Accepted, download.OnData(1, part, Bytes(Truth, part)));
        Assert.Equal((3, 4), download.Progress);
        Assert.Equal(MetadataArrival.Complete, download.OnData(2, 3, Bytes(Truth, 3)));
        Assert.True(download.TryTakeComplete(out byte[] metadata));
        Assert.Equal(Truth, metadata);
        download.OnVerdict(true, out int? guilty);
        Assert.Null(guilty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1L << 31)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(40_000_000)]
    [InlineData(31_457_281)]
    public void A_size_that_metadata_cannot_have_is_not_used(long size)
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        Assert.False(download.OnSize(1, size));
        Assert.False(download.TryAsk(1, Now, out _));
        Assert.Equal(MetadataArrival.Ignored, download.OnData(1, 0, new byte[Part]));
        Assert.True(download.OnSize(2, 31_457_280));
        Assert.True(download.TryAsk(2, Now, out _));
    }

    [Fact]
    public void Peers_that_claim_different_sizes_do_not_spoil_each_others_parts()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1, Part + 5);
        download.OnSize(2, Truth.Length);
        while (download.TryAsk(1, Now, out int part))
            download.OnData(1, part, new byte[part == 0 ? Part : 5]);
        Assert.True(download.TryTakeComplete(out byte[] lie));
        Assert.Equal(Part + 5, lie.Length);
        download.OnVerdict(false, out int? guilty);
        Assert.Equal(1, guilty);
        Fetch(download, 2, Truth);
        Assert.True(download.TryTakeComplete(out byte[] metadata));
        Assert.Equal(Truth, metadata);
        Assert.False(download.TryAsk(1, Now, out _));
    }

    [Fact]
    public void A_wrong_version_by_several_is_fetched_again_from_one_peer_at_a_time()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        byte[] lie = [.. Truth];
        lie[0] ^= 1;
        foreach (int peer in new[] { 1, 2, 3 }) download.OnSize(peer, Truth.Length);
        for (int part = 0; part < 4; part++)
            download.OnData(part == 0 ? 1 : 2, part, Bytes(part == 0 ? lie : Truth, part));
        download.OnVerdict(false, out int? guilty);
        Assert.Null(guilty);

        // The liar is asked alone now; nothing of others gets in.
        Assert.True(download.TryAsk(1, Now, out int first));
        Assert.False(download.TryAsk(2, Now, out _));
        Assert.Equal(MetadataArrival.Ignored, download.OnData(2, 0, Bytes(Truth, 0)));
        Assert.Equal(MetadataArrival.Accepted, download.OnData(1, first, Bytes(lie, first)));
        Fetch(download, 1, lie);
        download.OnVerdict(false, out guilty);
        Assert.Equal(1, guilty);

        Assert.False(download.TryAsk(1, Now, out _));
        Fetch(download, 3, Truth);
        Assert.True(download.TryTakeComplete(out byte[] metadata));
        Assert.Equal(Truth, metadata);
    }

    [Fact]
    public void When_the_one_peer_that_is_asked_alone_leaves_or_stalls_another_starts_afresh()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        foreach (int peer in new[] { 1, 2, 3 }) download.OnSize(peer, Truth.Length);
        for (int part = 0; part < 4; part++) download.OnData(part % 2 + 1, part, new byte[part < 3 ? Part : 100]);
        download.OnVerdict(false, out _);
        Assert.True(download.TryAsk(1, Now, out int first));
        download.OnData(1, first, Bytes(Truth, first));
        download.OnLeft(1);
        Assert.Equal((0, 4), download.Progress);
        Assert.True(download.TryAsk(2, Now, out _));
        Assert.False(download.TryAsk(3, Now, out _));
        download.OnTick(Now + MetadataDownload.AskTimeout);
        Fetch(download, 3, Truth);
        Assert.True(download.IsChecking);
    }

    [Fact]
    public void A_part_that_does_not_come_is_asked_of_another_and_welcome_all_the_same()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1, 2 * Part);
        download.OnSize(2, 2 * Part);
        Assert.True(download.TryAsk(1, Now, out int part));
        Assert.True(download.TryAsk(2, Now, out int other));
        download.OnTick(Now + MetadataDownload.AskTimeout - TimeSpan.FromMilliseconds(1));
        Assert.True(download.TryAsk(2, Now + TimeSpan.FromSeconds(5), out int again));
        Assert.Equal(part, again);
        download.OnTick(Now + MetadataDownload.AskTimeout);
        Assert.False(download.TryAsk(1, Now + MetadataDownload.AskTimeout, out _));
        Assert.Equal(MetadataArrival.Accepted, download.OnData(1, part, new byte[Part]));
        Assert.Equal(MetadataArrival.Ignored, download.OnData(2, part, new byte[Part]));
        Assert.Equal(MetadataArrival.Complete, download.OnData(2, other, new byte[Part]));
    }

    [Fact]
    public void A_peer_that_rejects_is_left_alone_for_a_while_and_then_asked_again()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1, Truth.Length);
        Assert.True(download.TryAsk(1, Now, out int part));
        download.OnReject(1, part + 1, Now);
        Assert.True(download.TryAsk(1, Now, out _));
        download.OnReject(1, part, Now);
        Assert.False(download.TryAsk(1, Now + TimeSpan.FromSeconds(29), out _));
        Assert.True(download.TryAsk(1, Now + TimeSpan.FromSeconds(30), out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, Part - 1)]
    [InlineData(0, Part + 1)]
    [InlineData(3, 99)]
    [InlineData(3, Part)]
    public void A_part_of_the_wrong_length_ends_the_peers_part_in_it(int part, int length)
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1, Truth.Length);
        Assert.Equal(MetadataArrival.Malformed, download.OnData(1, part, new byte[length]));
        Assert.False(download.TryAsk(1, Now, out _));
        download.OnSize(1, Truth.Length + 1);
        Assert.False(download.TryAsk(1, Now, out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_part_that_does_not_exist_is_ignored(int part)
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1, Truth.Length);
        Assert.Equal(MetadataArrival.Ignored, download.OnData(1, part, new byte[Part]));
        download.OnReject(1, part, Now);
        Assert.True(download.TryAsk(1, Now, out _));
    }

    [Fact]
    public void Liars_about_the_size_cannot_have_us_hold_more_than_the_limit_and_honest_parts_stay()
    {
        var download = new MetadataDownload(new SwarmRandom(1));
        download.OnSize(1000, Truth.Length);
        download.OnData(1000, 0, Bytes(Truth, 0));
        byte[] junk = new byte[Part];
        for (int liar = 0; liar < 5; liar++)
        {
            int size = (MetadataMessage.MaxParts - liar) * Part;
            download.OnSize(liar, size);
            for (int part = 1; part < size / Part; part++) download.OnData(liar, part, junk);
        }
        Assert.InRange(download.HeldBytes, 1, MetadataDownload.MaxHeldBytes);
        Fetch(download, 1000, Truth);
        Assert.True(download.TryTakeComplete(out byte[] metadata));
        Assert.Equal(Truth, metadata);
    }

    [Fact]
    public void Whatever_liars_do_an_honest_peer_brings_the_metadata_in_the_end()
    {
        Gen<int[]> histories = Gen.Choose(0, 1_000_000).ArrayOf(200);
        Prop.ForAll(histories.ToArbitrary(), Play).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    private static void Play(int[] events)
    {
        const int Honest = 0;
        var download = new MetadataDownload(new SwarmRandom((ulong)events[0]));
        TimeSpan now = Now;
        download.OnSize(Honest, Truth.Length);
        foreach (int e in events)
        {
            int liar = 1 + e % 4;
            int part = e / 4 % 4;
            switch (e / 16 % 8)
            {
                case 0: download.OnSize(liar, Truth.Length - e / 128 % 2 * 5); break;
                case 1: download.OnData(liar, part, new byte[part < 3 ? Part : e / 128 % 2 == 0 ? 100 : 95]); break;
                case 2: download.OnLeft(liar); break;
                case 3: download.OnReject(liar, part, now); break;
                case 4: download.TryAsk(liar, now, out _); break;
                case 5: download.OnData(liar, part, Bytes(Truth, part)); break;
                default: now += TimeSpan.FromSeconds(e / 128 % 7); break;
            }
            if (Judge(download)) return;
        }
        // From here on the liars are silent and only hold on to what they are asked for.
        for (int second = 0; second < 600; second++, now += TimeSpan.FromSeconds(1))
        {
            download.OnTick(now);
            for (int liar = 1; liar <= 4; liar++) download.TryAsk(liar, now, out _);
            while (download.TryAsk(Honest, now, out int part)) download.OnData(Honest, part, Bytes(Truth, part));
            if (Judge(download)) return;
        }
        Assert.Fail("The honest peer was not heard.");
    }

    private static bool Judge(MetadataDownload download)
    {
        while (download.TryTakeComplete(out byte[] metadata))
        {
            bool isGood = metadata.AsSpan().SequenceEqual(Truth);
            download.OnVerdict(isGood, out int? guilty);
            Assert.NotEqual(0, guilty);
            if (isGood) return true;
        }
        return false;
    }

    private static void Fetch(MetadataDownload download, int peer, byte[] version)
    {
        TimeSpan later = Now + TimeSpan.FromMinutes(10);
        while (download.TryAsk(peer, later, out int part)) download.OnData(peer, part, Bytes(version, part));
    }

    private static byte[] Bytes(byte[] version, int part) =>
        version[(part * Part)..Math.Min(version.Length, (part + 1) * Part)];
}
