using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Http;

namespace Shoal.Tracker.Tests;

/// <summary>What a tracker keeps in its folder, and what it reads from files.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const string Announce =
        "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&left=0&port=";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_restart_the_swarms_are_there_and_old_connection_ids_are_good()
    {
        byte[] announce;
        await using (TrackerServer first = await StartAsync())
        {
            await Exchange.GetAsync(first.Port, Announce + "7", Token);
            announce = AnnounceWith(await ConnectAsync(first.Port));
        }
        await using TrackerServer second = await StartAsync();
        byte[] reply = await AskAsync(second.Port, announce);
        Assert.Equal(UdpTrackerAction.Announce, (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(reply));
        string body = await Exchange.GetAsync(second.Port, Announce + "9&event=started", Token);
        Assert.Contains("6:\u007f\0\0\u0001\0\u0007", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_folder_ids_of_another_process_are_forged()
    {
        await using TrackerServer first =
            await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        await using TrackerServer second =
            await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        byte[] reply = await AskAsync(second.Port, AnnounceWith(await ConnectAsync(first.Port)));
        Assert.Equal(UdpTrackerAction.Error, (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(reply));
    }

    [Fact]
    public async Task A_folder_serves_one_tracker_at_a_time()
    {
        await using (await StartAsync())
        {
            IOException error = await Assert.ThrowsAsync<IOException>(StartAsync);
            Assert.Contains("another tracker runs on it", error.Message, StringComparison.Ordinal);
        }
        await using TrackerServer again = await StartAsync();
        Assert.NotEqual(0, again.Port);
    }

    [Fact]
    public void The_secret_is_for_its_owner_and_a_damaged_one_is_told()
    {
        TrackerSecret.Open(_folder.Path);
        string file = _folder.File(TrackerSecret.FileName);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.WriteAllText(file, "short");
        Assert.Contains("not the secret of a tracker",
            Assert.Throws<IOException>(() => TrackerSecret.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_certificate_the_port_takes_https_and_http_and_a_renewed_one_counts()
    {
        WriteCertificate("first");
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, CertificateFile = _folder.File("cert.pem"),
            CertificateKeyFile = _folder.File("key.pem"),
        }, Token);
        Assert.Contains("5:peers0:", await Exchange.GetAsync(server.Port, Announce + "1", Token),
            StringComparison.Ordinal);
        using var handler = new SocketsHttpHandler();
        string? subject = null;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            subject = certificate!.Subject;
            return subject is "CN=first" or "CN=second";
        };
        using var client = new HttpClient(handler);
        string body = await client.GetStringAsync(
            new Uri($"https://127.0.0.1:{server.Port}{Announce}2&event=started"), Token);
        Assert.Contains("8:completei2e", body, StringComparison.Ordinal);
        Assert.Equal("CN=first", subject);
        // The web server's own pages, behind the same TLS.
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri($"https://127.0.0.1:{server.Port}/healthz"), Token));
        Assert.Contains("protocol=\"https\"", await Exchange.GetAsync(server.Port, "/metrics", Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_certificate_is_read_again_and_a_broken_one_leaves_the_last()
    {
        WriteCertificate("first");
        CertificateFiles files = CertificateFiles.Open(_folder.File("cert.pem"), _folder.File("key.pem"));
        SslStreamCertificateContext? first = files.Current;
        Assert.Null(files.Refresh());
        Assert.Same(first, files.Current);
        WriteCertificate("second");
        File.SetLastWriteTimeUtc(_folder.File("cert.pem"), DateTime.UtcNow.AddSeconds(5));
        Assert.Null(files.Refresh());
        Assert.Equal("CN=second", files.Current!.TargetCertificate.Subject);
        File.WriteAllText(_folder.File("cert.pem"), "nonsense");
        File.SetLastWriteTimeUtc(_folder.File("cert.pem"), DateTime.UtcNow.AddSeconds(9));
        Assert.Contains("cannot be used", files.Refresh(), StringComparison.Ordinal);
        Assert.Equal("CN=second", files.Current.TargetCertificate.Subject);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0016")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000garbage that is no handshake")]
    [InlineData("hello\r\n\r\n")]
    public async Task What_is_no_handshake_harms_nothing(string sent)
    {
        WriteCertificate("first");
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, CertificateFile = _folder.File("cert.pem"),
            CertificateKeyFile = _folder.File("key.pem"), HeadTimeout = TimeSpan.FromMilliseconds(200),
        }, Token);
        await Exchange.RawAsync(server.Port, sent, Token);
        Assert.Equal("ok\n", await Exchange.GetAsync(server.Port, "/healthz", Token));
    }

    [Theory]
    [InlineData("Interval")]
    [InlineData("MinInterval")]
    [InlineData("UdpThreads")]
    [InlineData("Registry")]
    [InlineData("CertificateKeyFile")]
    [InlineData("ConnectionLifetime")]
    public async Task A_wrong_option_is_told_by_its_name(string name)
    {
        var good = new TrackerOptions { Bind = IPAddress.Loopback };
        TrackerOptions bad = name switch
        {
            "Interval" => good with { Interval = TimeSpan.Zero },
            "MinInterval" => good with { MinInterval = TimeSpan.FromHours(1) },
            "UdpThreads" => good with { UdpThreads = 0 },
            "Registry" => good with { Mode = TrackerMode.Listed, Catalogue = null },
            "CertificateKeyFile" => good with { CertificateFile = "x" },
            _ => good with { ConnectionLifetime = TimeSpan.FromDays(1) },
        };
        ArgumentException error =
            await Assert.ThrowsAsync<ArgumentException>(() => TrackerServer.StartAsync(bad, Token));
        Assert.Contains($"option {name} is", error.Message, StringComparison.Ordinal);
    }

    private Task<TrackerServer> StartAsync() => TrackerServer.StartAsync(
        new TrackerOptions { Bind = IPAddress.Loopback, DataFolder = _folder.File("data") }, Token);

    private void WriteCertificate(string name)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate =
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_folder.File("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<ulong> ConnectAsync(int port)
    {
        byte[] request = new byte[UdpTrackerHeader.Length];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, 1).Write(request);
        return BinaryPrimitives.ReadUInt64BigEndian((await AskAsync(port, request)).AsSpan(8));
    }

    private static async Task<byte[]> AskAsync(int port, byte[] request)
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, port);
        await client.SendAsync(request, Token);
        return (await client.ReceiveAsync(Token)).Buffer;
    }

    private static byte[] AnnounceWith(ulong id)
    {
        byte[] request = new byte[UdpAnnounceCodec.Length];
        UdpAnnounceCodec.Write(request, id, 2,
            new AnnounceRequest { InfoHash = default, PeerId = default, Port = 9, Left = 1 }, default);
        return request;
    }
}
