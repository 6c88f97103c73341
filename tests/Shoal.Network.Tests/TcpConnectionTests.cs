using System.Net;
using System.Net.Sockets;
using Shoal.TestKit;

namespace Shoal.Network.Tests;

public sealed class TcpConnectionTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Bytes_go_both_ways_over_either_family(string address)
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Parse(address));
        byte[] sent = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        Task<SocketResult> sending = ours.SendAsync(sent).AsTask();
        byte[] received = new byte[sent.Length];
        for (int have = 0; have < received.Length;)
            have += (await theirs.ReceiveAsync(received.AsMemory(have))).Bytes;
        Assert.True((await sending).IsOk);
        Assert.Equal(sent, received);
        Assert.Equal(3, theirs.TrySend([1, 2, 3]).Bytes);
        Assert.Equal(3, (await ours.ReceiveAsync(received)).Bytes);
        Close(ours, theirs);
    }

    [Fact]
    public async Task A_listener_on_every_address_names_v4_peers_by_their_v4_address()
    {
        (PeerListener? listener, _) = PeerListener.Open(null, 0);
        using (listener)
        {
            var to = new IPEndPoint(IPAddress.Loopback, listener!.LocalEndPoint.Port);
            (IConnection? ours, _) = await TcpDialer.ConnectAsync(to, null, CancellationToken.None);
            IConnection? theirs = (await listener.AcceptAsync()).Connection;
            Assert.Equal(AddressFamily.InterNetwork, theirs!.Remote.AddressFamily);
            Close(ours!, theirs);
        }
    }

    [Fact]
    public async Task An_empty_receive_waits_for_bytes_and_takes_none()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        ValueTask<SocketResult> waiting = theirs.ReceiveAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);
        await ours.SendAsync(new byte[] { 42 });
        Assert.True((await waiting).IsOk);
        byte[] one = new byte[1];
        Assert.Equal(1, (await theirs.ReceiveAsync(one)).Bytes);
        Assert.Equal(42, one[0]);
        Close(ours, theirs);
    }

    [Fact]
    public async Task The_way_there_and_back_is_known_once_something_was_answered()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        await ours.SendAsync(new byte[1000]);
        await theirs.ReceiveAsync(new byte[1000]);
        TimeSpan? way = ours.RoundTrip;
        Assert.Equal(OperatingSystem.IsLinux(), way is not null);
        Assert.InRange(way ?? TimeSpan.FromSeconds(1), TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
        Close(ours, theirs);
        Assert.Null(ours.RoundTrip);
        Assert.Equal(0, ours.Available);
    }

    [Fact]
    public async Task A_quiet_connection_has_bytes_for_who_looks()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        theirs.SetQuiet(true);
        await ours.SendAsync(new byte[] { 1, 2, 3 });
        await UntilAsync(() => theirs.Available == 3);
        ValueTask<SocketResult> receiving = theirs.ReceiveAsync(new byte[10]);
        Assert.True(receiving.IsCompleted);
        Assert.Equal(3, (await receiving).Bytes);
        Assert.Equal(0, theirs.Available);
        theirs.SetQuiet(false);
        ValueTask<SocketResult> waiting = theirs.ReceiveAsync(new byte[10]);
        await ours.SendAsync(new byte[] { 4 });
        Assert.Equal(1, (await waiting).Bytes);
        Close(ours, theirs);
    }

    // A receive under way stands for the thread that would be woken.
    [Fact]
    public async Task A_quiet_connection_wakes_nobody_until_that_is_taken_back()
    {
        Assert.True(OperatingSystem.IsLinux(), "Quiet connections are for Linux.");
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        (IConnection later, IConnection laterTheirs) = await ConnectAsync(IPAddress.Loopback);
        theirs.SetQuiet(true);
        ValueTask<SocketResult> waiting = theirs.ReceiveAsync(new byte[10]);
        for (int i = 0; i < 100; i++)
        {
            // What the system tells of two sockets comes in order; when the second has been told of, so has the first.
            await ours.SendAsync(new byte[] { 1 });
            ValueTask<SocketResult> second = laterTheirs.ReceiveAsync(new byte[1]);
            await later.SendAsync(new byte[] { 2 });
            Assert.Equal(1, (await second).Bytes);
        }
        Assert.False(waiting.IsCompleted);
        theirs.SetQuiet(false);
        Assert.InRange((await waiting).Bytes, 1, 10);
        Close(ours, theirs, later, laterTheirs);
    }

    [Fact]
    public async Task What_was_put_back_is_received_first_and_again()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        await ours.SendAsync(new byte[] { 1, 2, 3, 4 });
        byte[] buffer = new byte[3];
        Assert.Equal(3, (await theirs.ReceiveAsync(buffer)).Bytes);
        theirs.Unread(new byte[] { 3 });
        theirs.Unread(new byte[] { 1, 2 });
        Assert.Equal(new SocketResult(0, SocketError.Success), await theirs.ReceiveAsync(Memory<byte>.Empty));
        Assert.Equal(2, (await theirs.ReceiveAsync(buffer.AsMemory(0, 2))).Bytes);
        Assert.Equal(1, (await theirs.ReceiveAsync(buffer.AsMemory(2))).Bytes);
        Assert.Equal([1, 2, 3], buffer);
        Assert.Equal(1, (await theirs.ReceiveAsync(buffer)).Bytes);
        Assert.Equal(4, buffer[0]);
        theirs.Unread(new byte[] { 5 });
        Close(ours, theirs);
        Assert.False((await theirs.ReceiveAsync(buffer)).IsOk);
    }

    [Fact]
    public async Task Closing_ends_a_receive_with_a_value_and_the_other_side_reads_the_end()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        ValueTask<SocketResult> waiting = ours.ReceiveAsync(new byte[10]);
        ours.Close();
        Assert.False((await waiting).IsOk);
        Assert.Equal(0, (await theirs.ReceiveAsync(new byte[10])).Bytes);
        Assert.False((await ours.SendAsync(new byte[1])).IsOk);
        Assert.False(ours.TrySend([1]).IsOk);
        ours.Close();
        theirs.Close();
    }

    [Fact]
    public async Task A_full_socket_takes_part_of_a_try_and_says_how_much()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        byte[] much = new byte[64 << 20];
        SocketResult result = ours.TrySend(much);
        Assert.True(result.IsOk);
        Assert.InRange(result.Bytes, 1, much.Length - 1);
        Assert.Equal(new SocketResult(0, SocketError.Success), ours.TrySend(much));
        Close(ours, theirs);
    }

    [Fact]
    public async Task Nobody_listening_is_an_error_value()
    {
        (PeerListener? listener, _) = PeerListener.Open(IPAddress.Loopback, 0);
        IPEndPoint gone = listener!.LocalEndPoint;
        listener.Dispose();
        (IConnection? connection, SocketError error) = await TcpDialer.ConnectAsync(gone, null, CancellationToken.None);
        Assert.Null(connection);
        Assert.Equal(SocketError.ConnectionRefused, error);
    }

    [Fact]
    public async Task From_a_bound_address_nothing_leaves_by_the_other_family()
    {
        var v6 = new IPEndPoint(IPAddress.IPv6Loopback, 1);
        (IConnection? connection, SocketError error) =
            await TcpDialer.ConnectAsync(v6, IPAddress.Loopback, CancellationToken.None);
        Assert.Null(connection);
        Assert.Equal(SocketError.AddressFamilyNotSupported, error);
    }

    [Fact]
    public async Task A_cancelled_dial_is_a_timeout()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        (IConnection? connection, SocketError error) =
            await TcpDialer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 1), null, cancelled.Token);
        Assert.Null(connection);
        Assert.Equal(SocketError.TimedOut, error);
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error_value()
    {
        (PeerListener? first, _) = PeerListener.Open(IPAddress.Loopback, 0);
        (PeerListener? second, SocketError error) = PeerListener.Open(IPAddress.Loopback, first!.LocalEndPoint.Port);
        Assert.Null(second);
        Assert.Equal(SocketError.AddressAlreadyInUse, error);
        first.Dispose();
    }

    [Fact]
    public async Task Steady_traffic_allocates_nothing()
    {
        (IConnection ours, IConnection theirs) = await ConnectAsync(IPAddress.Loopback);
        byte[] buffer = new byte[64 * 1024];
        Exchange(100);
        Assert.Equal(0, Allocations.Least(() => Exchange(100)));
        Close(ours, theirs);

        void Exchange(int times)
        {
            for (int i = 0; i < times; i++)
            {
                ours.TrySend(buffer.AsSpan(0, 1000));
                // The bytes are there already, so this completes at once and on this thread.
                ValueTask<SocketResult> received = theirs.ReceiveAsync(buffer);
                while (!received.IsCompleted) Thread.SpinWait(10);
                Assert.True(received.Result.IsOk);
            }
        }
    }

    private static async Task<(IConnection Ours, IConnection Theirs)> ConnectAsync(IPAddress address)
    {
        (PeerListener? listener, SocketError error) = PeerListener.Open(address, 0);
        Assert.Equal(SocketError.Success, error);
        using (listener)
        {
            Task<(IConnection? Connection, SocketError Error)> dial =
                TcpDialer.ConnectAsync(listener!.LocalEndPoint, address, CancellationToken.None).AsTask();
            IConnection? theirs = (await listener.AcceptAsync()).Connection;
            return ((await dial).Connection!, theirs!);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static void Close(params IConnection[] connections)
    {
        foreach (IConnection connection in connections) connection.Close();
    }
}
