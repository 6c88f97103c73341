using System.Net;
using System.Net.Sockets;
using Shoal.Engine.Peers;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

public sealed class PeerDialerTests : IDisposable
{
    private static readonly Handshake Greeting =
        new(default, new InfoHash(new byte[20]), PeerId.Ours(new byte[PeerId.Length - PeerId.ClientPrefix.Length]));

    private readonly ManualTime _time = new();
    private readonly TcpListener _service = new(IPAddress.Loopback, 0);

    public PeerDialerTests() => _service.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IPEndPoint Here => (IPEndPoint)_service.LocalEndpoint;

    public void Dispose() => _service.Dispose();

    [Theory(Timeout = 30_000)]
    [InlineData(EncryptionPolicy.Off)]
    [InlineData(EncryptionPolicy.Preferred)]
    [InlineData(EncryptionPolicy.Required)]
    public async Task The_address_policy_is_asked_before_anything_is_sent(EncryptionPolicy policy)
    {
        using EngineServices services = Services(policy);
        var dialer = new PeerDialer(services, Greeting, () => null);
        DialledPeer dialled = await dialer.DialAsync(Here, AddressOrigin.Torrent, isPlainOnly: false, Cancel);
        Assert.Null(dialled.Connection);
        Assert.Equal(DisconnectReason.AddressRefused, dialled.Reason);
        Assert.StartsWith($"{Here} is refused", dialled.Refusal, StringComparison.Ordinal);
        Assert.False(_service.Pending());
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_does_not_answer_in_the_encrypted_form_is_called_in_the_clear_after_six_seconds()
    {
        using EngineServices services = Services(EncryptionPolicy.Preferred);
        var dialer = new PeerDialer(services, Greeting, () => null);
        Task<DialledPeer> dialling =
            dialer.DialAsync(Here, AddressOrigin.User, isPlainOnly: false, Cancel);
        using Socket encrypted = await _service.AcceptSocketAsync(Cancel);
        // Its deadline is set before its first bytes go.
        await encrypted.ReceiveAsync(new byte[1], Cancel);
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(_service.Pending());
        _time.Advance(TimeSpan.FromSeconds(0.2));
        using Socket plain = await _service.AcceptSocketAsync(Cancel);
        DialledPeer dialled = await dialling;
        Assert.True(dialled.IsPlainOnly);
        Assert.Equal(DisconnectReason.None, dialled.Reason);
        dialled.Connection!.Close();
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_nobody_listens_the_dial_fails_with_a_reason()
    {
        IPEndPoint here = Here;
        _service.Stop();
        using EngineServices services = Services(EncryptionPolicy.Preferred);
        DialledPeer dialled = await new PeerDialer(services, Greeting, () => null)
            .DialAsync(here, AddressOrigin.User, isPlainOnly: false, Cancel);
        Assert.Equal(DisconnectReason.ConnectFailed, dialled.Reason);
        Assert.Null(dialled.Refusal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_dial_may_end_after_the_engine()
    {
        using EngineServices services = Services(EncryptionPolicy.Required);
        var dialer = new PeerDialer(services, Greeting, () => null);
        Task<DialledPeer> dialling = dialer.DialAsync(Here, AddressOrigin.User, isPlainOnly: false, Cancel);
        // It waits for an answer.
        Socket called = await _service.AcceptSocketAsync(Cancel);
        services.Dispose();
        called.Dispose();
        Assert.Null((await dialling).Connection);
    }

    private EngineServices Services(EncryptionPolicy policy) =>
        new(new EngineOptions { Encryption = policy, Time = _time }, 0, () => []);
}
