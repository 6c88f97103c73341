using System.Runtime.InteropServices;

namespace Shoal.Network.Tests;

public sealed class TlsNegotiationTests : IDisposable
{
    private readonly TlsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task The_second_connection_between_two_members_resumes_the_session_of_the_first()
    {
        using (TlsPair first = await _rig.ConnectAsync())
        {
            Assert.False(TlsRig.IsResumed(CollectionsMarshal.AsSpan(first.Recorded.Received)));
            await ExchangeAsync(first);
        }
        for (int i = 0; i < 3; i++)
        {
            using TlsPair again = await _rig.ConnectAsync();
            Assert.True(TlsRig.IsResumed(CollectionsMarshal.AsSpan(again.Recorded.Received)));
            // Each side still knows whom it speaks to.
            Assert.Equal("CN=called", again.Ours.Certificate.Subject);
            Assert.Equal("CN=caller", again.Theirs.Certificate.Subject);
            await ExchangeAsync(again);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_revoked_since_is_refused_all_the_same(bool isCaller)
    {
        using (TlsPair first = await _rig.ConnectAsync()) await ExchangeAsync(first);
        _rig.Revoke(isCaller ? _rig.Caller : _rig.Called);
        using TlsPair second = await _rig.ConnectAsync();
        Assert.Equal(TlsFault.Revoked, (isCaller ? second.Called : second.Caller).Fault);
    }

    private static async Task ExchangeAsync(TlsPair pair)
    {
        await pair.Theirs.SendAsync(new byte[] { 1, 2, 3 });
        byte[] buffer = new byte[10];
        Assert.Equal(3, (await pair.Ours.ReceiveAsync(buffer)).Bytes);
        await pair.Ours.SendAsync(new byte[] { 4, 5 });
        Assert.Equal(2, (await pair.Theirs.ReceiveAsync(buffer)).Bytes);
    }
}
