using System.Net;
using System.Net.Sockets;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

public sealed class EncryptionTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-encryption-").FullName;
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.Hybrid, 64 * 1024, ("content.bin", 1_000_000));

    private static MseKeys AnyKeys { get; } =
        new(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, default);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await File.WriteAllBytesAsync(
            Path.Combine(_root, "content.bin"), _torrent.PieceSpace.AsMemory(0, 1_000_000), Cancel);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return default;
    }

    [Theory(Timeout = 120_000)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Off, StreamSecurity.Plain)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Preferred, StreamSecurity.Plain)]
    [InlineData(EncryptionPolicy.Preferred, EncryptionPolicy.Off, StreamSecurity.Plain)]
    [InlineData(EncryptionPolicy.Preferred, EncryptionPolicy.Preferred, StreamSecurity.Obfuscated)]
    [InlineData(EncryptionPolicy.Preferred, EncryptionPolicy.Required, StreamSecurity.Rc4)]
    [InlineData(EncryptionPolicy.Required, EncryptionPolicy.Preferred, StreamSecurity.Rc4)]
    [InlineData(EncryptionPolicy.Required, EncryptionPolicy.Required, StreamSecurity.Rc4)]
    public async Task Two_policies_that_can_meet_do(
        EncryptionPolicy dials, EncryptionPolicy accepts, StreamSecurity security)
    {
        await using TorrentEngine seeder = await SeedAsync(accepts);
        await using TorrentEngine downloader = await StartAsync(dials);
        Torrent download = await AddAsync(downloader);
        StreamSecurity? seen = null;
        IAsyncEnumerator<TorrentEvent> events = download.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        download.AddPeer(new IPEndPoint(IPAddress.Loopback, seeder.Port));
        while (seen is null && await next)
        {
            seen = (events.Current as PeerConnected)?.Security;
            next = events.MoveNextAsync();
        }
        Assert.Equal(security, seen);
        await download.WaitForCompletionAsync(Cancel);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(EncryptionPolicy.Off, EncryptionPolicy.Required)]
    [InlineData(EncryptionPolicy.Required, EncryptionPolicy.Off)]
    public async Task Two_that_cannot_meet_exchange_nothing(EncryptionPolicy dials, EncryptionPolicy accepts)
    {
        await using TorrentEngine seeder = await SeedAsync(accepts);
        await using TorrentEngine downloader = await StartAsync(dials);
        Torrent download = await AddAsync(downloader, seeder.Port);
        // One that can meet both shows that the seeder serves, and gives the others the time that it takes itself.
        await using TorrentEngine other = await StartAsync(accepts);
        await (await AddAsync(other, seeder.Port)).WaitForCompletionAsync(Cancel);
        Assert.Equal(0, download.Snapshot().CompletedBytes);
        Assert.Empty(download.Peers());
    }

    [Fact(Timeout = 120_000)]
    public async Task In_the_clear_is_refused_at_once_where_encryption_is_required()
    {
        await using TorrentEngine seeder = await SeedAsync(EncryptionPolicy.Required);
        using RawPeer peer = await RawPeer.ConnectAsync(seeder.Port);
        await peer.TrySendAsync(RawPeer.Greeting(_torrent.Info.Hashes.Wire));
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    // One in 256 handshakes with a program that leaves out zeros in front of the secret (rTorrent 0.9.8 does).
    [Theory(Timeout = 120_000)]
    [InlineData(EncryptionPolicy.Preferred)]
    [InlineData(EncryptionPolicy.Required)]
    public async Task Who_closes_on_a_secret_with_zeros_in_front_is_called_again_with_other_keys(
        EncryptionPolicy policy)
    {
        using var peer = new TcpListener(IPAddress.Loopback, 0);
        peer.Start();
        await using TorrentEngine downloader = await StartAsync(policy);
        await AddAsync(downloader, ((IPEndPoint)peer.LocalEndpoint).Port);
        using (Socket first = await peer.AcceptSocketAsync(Cancel))
        {
            byte[] theirs = await ReadAsync(first, MseGroup.Length);
            await first.SendAsync(PublicKeyForShortSecret(theirs), Cancel);
            // Padding and the start of the request, so that the close is an answer to it.
            await ReadAsync(first, 40);
        }
        using Socket second = await peer.AcceptSocketAsync(Cancel);
        var called = new MseCalled(
            Find, MseMethods.Rc4, prefersPlaintext: false, AnyKeys);
        while (called.Status == MseStatus.NeedMore)
        {
            called.Receive(await ReadAsync(second, 1));
            await second.SendAsync(called.TakeOutput(), Cancel);
        }
        Assert.Equal(MseStatus.Done, called.Status);
        Assert.Equal(_torrent.Info.Hashes.Wire, called.Torrent);
    }

    // C01, C02: what an encrypted handshake cannot be, sent to a whole engine.
    [Theory(Timeout = 120_000)]
    [InlineData(0, MseGroup.Length)]
    [InlineData(0xff, MseGroup.Length)]
    [InlineData(0x81, MseGroup.Length + 533)]
    public async Task An_encrypted_handshake_that_cannot_be_is_closed(byte fill, int length)
    {
        await using TorrentEngine seeder = await SeedAsync(EncryptionPolicy.Preferred);
        using RawPeer peer = await RawPeer.ConnectAsync(seeder.Port);
        await peer.TrySendAsync(Enumerable.Repeat(fill, length).ToArray());
        // Our key is all that ever comes back, and only to a key that can be one.
        Assert.InRange(await peer.ReadToEndAsync(), 0, fill == 0x81 ? MseGroup.Length + 512 : 0);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_handshake_inside_may_name_no_other_torrent_than_the_one_outside()
    {
        TestTorrent other = TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 700_000));
        await using TorrentEngine seeder = await SeedAsync(EncryptionPolicy.Preferred);
        await seeder.AddAsync(
            new TorrentSource.Parsed(other.Metainfo),
            new TorrentOptions { Directory = Path.Combine(_root, "other") },
            Cancel);
        using RawPeer peer = await RawPeer.ConnectAsync(seeder.Port);
        var caller = new MseCaller(
            other.Info.Hashes.Wire,
            MseMethods.Plaintext,
            RawPeer.Greeting(_torrent.Info.Hashes.Wire),
            AnyKeys);
        await peer.SendAsync(caller.TakeOutput());
        while (caller.Status == MseStatus.NeedMore)
        {
            byte[] received = await peer.ReceiveAsync();
            Assert.NotEmpty(received);
            caller.Receive(received);
            await peer.SendAsync(caller.TakeOutput());
        }
        Assert.Equal(MseStatus.Done, caller.Status);
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    private InfoHash? Find(MseTorrentKey key) =>
        key == MseTorrentKey.Of(_torrent.Info.Hashes.Wire) ? _torrent.Info.Hashes.Wire : null;

    private static byte[] PublicKeyForShortSecret(byte[] theirs)
    {
        byte[] key = new byte[MseGroup.PrivateKeyLength], secret = new byte[MseGroup.Length];
        for (int i = 1; ; i++)
        {
            BitConverter.TryWriteBytes(key, i);
            MseGroup.TrySharedSecret(theirs, key, secret);
            if (secret[0] != 0) continue;
            MseGroup.PublicKey(key, secret);
            return secret;
        }
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(have), Cancel);
            Assert.NotEqual(0, received);
            have += received;
        }
        return bytes;
    }

    private static Task<TorrentEngine> StartAsync(EncryptionPolicy policy) =>
        TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback, Encryption = policy }, Cancel);

    private async Task<TorrentEngine> SeedAsync(EncryptionPolicy policy)
    {
        TorrentEngine seeder = await StartAsync(policy);
        Torrent seed = await seeder.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true },
            Cancel);
        await seed.WaitForCompletionAsync(Cancel);
        return seeder;
    }

    private Task<Torrent> AddAsync(TorrentEngine engine, params int[] from) => engine.AddAsync(
        new TorrentSource.Parsed(_torrent.Metainfo),
        new TorrentOptions
        {
            Directory = Path.Combine(_root, $"target-{engine.Port}"),
            Peers = [.. from.Select(port => new DnsEndPoint("127.0.0.1", port))],
        },
        Cancel);
}
