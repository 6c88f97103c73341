using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// A thread that answers the datagrams of one socket. Nothing that comes in ends it, and what goes wrong with one
/// datagram concerns no other.
/// </summary>
internal sealed class UdpWorker(
    IDatagramSocket socket, UdpResponder responder, AnnounceService service, Deferrals deferrals, TrackerLog log)
{
    /// <summary>Stack of the thread; its calls are few and shallow.</summary>
    private const int StackBytes = 256 * 1024;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start()
    {
        var thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "UDP tracker" };
        thread.Start();
    }

    /// <summary>Asks the thread to end.</summary>
    public void Stop()
    {
        _stopping = true;
        socket.Stop();
    }

    /// <summary>
    /// Receives once and answers what came; part of the loop, for whoever wants to do without a thread.
    /// </summary>
    public int Turn()
    {
        int count = socket.Receive();
        if (count == 0) return 0;
        long began = service.Options.Time.GetTimestamp();
        responder.ReadClock();
        for (int i = 0; i < count; i++) responder.Expect(socket.Datagram(i, out _));
        responder.Prepare();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> datagram = socket.Datagram(i, out HostAddress from);
            int length = responder.Answer(datagram, from, socket.ReplyRoom(i), out UdpRequest request);
            if (length == UdpResponder.Deferred)
            {
                Defer(request, datagram, socket.KeepReturn(i));
                length = 0;
            }
            socket.SetReply(i, length);
        }
        int failed = socket.SendReplies(count);
        if (failed > 0) service.Metrics.SendFailures.Add(failed);
        service.Metrics.UdpLatency.Add(service.Options.Time.GetElapsedTime(began), count);
        return count;
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                Turn();
            }
            catch (Exception e)
            {
                // A fault of ours in one batch must not end the service; its datagrams are lost, as datagrams may be.
                if (!_stopping) log.UdpTurnFailed(e);
            }
        }
        socket.Dispose();
        _ended.SetResult();
    }

    /// <summary>Answers when the store does, without a thread that waits; too many at once are dropped.</summary>
    private void Defer(UdpRequest request, ReadOnlySpan<byte> datagram, IDatagramReturn way)
    {
        if (!deferrals.TryEnter())
        {
            service.Metrics.Refused(request.IsV4 ? Door.Udp4 : Door.Udp6, RefusalReason.Unavailable);
            service.Metrics.Dropped.Add();
            return;
        }
        _ = FinishAsync(request, datagram.ToArray(), way);
    }

    private async Task FinishAsync(UdpRequest request, byte[] datagram, IDatagramReturn way)
    {
        try
        {
            byte[] reply = new byte[UdpResponder.MaxReplyLength];
            int length = await responder.AnswerAsync(request, datagram, reply).ConfigureAwait(false);
            if (!_stopping) way.Send(reply.AsSpan(0, length));
        }
        catch (Exception e)
        {
            log.UdpTurnFailed(e);
        }
        finally
        {
            deferrals.Leave();
        }
    }
}
