using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Shoal.Network.Tests;

public sealed class TlsNegotiationTests : IDisposable
{
    private readonly TlsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task The_second_connection_between_two_members_resumes_the_session_of_the_first(
        string caller, string called)
    {
        _rig.Use(caller, called);
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

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Members_that_another_has_signed_for_the_authority_are_known_each_time(
        string caller, string called)
    {
        foreach ((bool isCallers, bool isCalleds) in new[] { (true, false), (false, true), (true, true) })
        {
            using var rig = new TlsRig();
            rig.Use(caller, called);
            TlsParty one = isCallers ? rig.InviteThrough("caller") : rig.Caller;
            TlsParty other = isCalleds ? rig.InviteThrough("called") : rig.Called;
            for (int i = 0; i < 3; i++)
            {
                using TlsPair pair = await rig.ConnectAsync(one, other);
                Assert.Equal((TlsFault.None, TlsFault.None), (pair.Caller.Fault, pair.Called.Fault));
                Assert.Equal(i > 0, TlsRig.IsResumed(CollectionsMarshal.AsSpan(pair.Recorded.Received)));
                await ExchangeAsync(pair);
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Of_two_offices_with_one_name_each_vouches_for_its_own(string caller, string called)
    {
        _rig.Use(caller, called);
        foreach (string who in new[] { "anna", "ben" })
        {
            using TlsPair pair = await _rig.ConnectAsync(_rig.InviteThrough(who));
            Assert.Equal((TlsFault.None, TlsFault.None), (pair.Caller.Fault, pair.Called.Fault));
            await ExchangeAsync(pair);
        }
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task A_caller_that_is_revoked_since_is_refused_all_the_same(string caller, string called)
    {
        _rig.Use(caller, called);
        using (TlsPair first = await _rig.ConnectAsync()) await ExchangeAsync(first);
        _rig.Revoke(_rig.Caller);
        using TlsPair second = await _rig.ConnectAsync();
        Assert.True(TlsRig.IsResumed(CollectionsMarshal.AsSpan(second.Recorded.Received)));
        Assert.Equal(TlsFault.Revoked, second.Called.Fault);
        Assert.Null(second.Called.Connection);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Who_is_called_and_revoked_since_is_refused_all_the_same(string caller, string called)
    {
        _rig.Use(caller, called);
        using (TlsPair first = await _rig.ConnectAsync()) await ExchangeAsync(first);
        _rig.Revoke(_rig.Called);
        using TlsPair second = await _rig.ConnectAsync();
        Assert.True(TlsRig.IsResumed(CollectionsMarshal.AsSpan(second.Recorded.Received)));
        Assert.Equal(TlsFault.Revoked, second.Caller.Fault);
        Assert.Null(second.Caller.Connection);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task A_handshake_may_come_byte_by_byte(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync(wrap: inner => new SlicingConnection(inner));
        Assert.Equal(TlsRig.Name, pair.Called.ServerName);
        Assert.Equal(TlsFault.None, pair.Called.Fault);
        await ExchangeAsync(pair);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Who_does_not_go_on_leaves_an_outcome_when_it_is_closed(string caller, string called)
    {
        _rig.Use(caller, called);
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        Task<TlsOutcome> call = TlsKinds.Of(caller).CallAsync(pair.Ours, TlsRig.Name, _rig.Caller).AsTask();
        Assert.False(call.IsCompleted);
        pair.Theirs.Close();
        TlsOutcome outcome = await call;
        Assert.Null(outcome.Connection);
        Assert.Equal(TlsFault.Broken, outcome.Fault);
    }

    private static async Task ExchangeAsync(TlsPair pair)
    {
        await pair.Theirs.SendAsync(new byte[] { 1, 2, 3 });
        byte[] buffer = new byte[10];
        Assert.Equal(3, (await pair.Ours.ReceiveAsync(buffer)).Bytes);
        await pair.Ours.SendAsync(new byte[] { 4, 5 });
        Assert.Equal(2, (await pair.Theirs.ReceiveAsync(buffer)).Bytes);
    }

    /// <summary>A connection that gives out one byte at a time.</summary>
    private sealed class SlicingConnection(IConnection inner) : IConnection
    {
        public IPEndPoint Remote => inner.Remote;

        public IPEndPoint Local => inner.Local;

        public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) =>
            inner.ReceiveAsync(buffer.IsEmpty ? buffer : buffer[..1]);

        public void Unread(ReadOnlyMemory<byte> bytes) => inner.Unread(bytes);

        public async ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
        {
            for (int i = 0; i < bytes.Length; i++)
                if (await inner.SendAsync(bytes.Slice(i, 1)) is { IsOk: false } failed) return failed;
            return new SocketResult(bytes.Length, SocketError.Success);
        }

        public SocketResult TrySend(Span<byte> bytes) => inner.TrySend(bytes);

        public void Close() => inner.Close();
    }
}
