using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>
/// One connection on its short way: announces and scrapes in the form in which every client sends them are read and
/// answered here, before the web server sees them, which costs a fraction. At the first request of any other kind, one
/// that has come in part only among them, the connection is the web server's for good, with its limits and timeouts.
/// </summary>
internal sealed class AnnounceConnection(HttpResponder responder, ClientAddress addresses, ConnectionContext connection)
{
    /// <summary>Answers that wait in memory for a client that sends many requests at once.</summary>
    private const int MaxUnflushedBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new(1024);
    private readonly HostAddress _source = SourceOf(connection);
    private readonly bool _isTls = connection.Features.Get<ITlsConnectionFeature>() is not null;
    private HttpDeferral _wait;
    private bool _keepsAlive;
    private bool _isOld;
    private long _activeAt = responder.Service.Options.Time.GetTimestamp();

    private static ReadOnlySpan<byte> Head => "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"u8
        + "X-Content-Type-Options: nosniff\r\nContent-Length: "u8;

    private enum Step
    {
        /// <summary>An answer was written.</summary>
        Answered,

        /// <summary>The answer has to wait for the store.</summary>
        Deferred,

        /// <summary>There is nothing more to read yet.</summary>
        Empty,

        /// <summary>What comes next is for the web server.</summary>
        Leave,
    }

    /// <summary>When the connection last did something, as a timestamp of the service's clock.</summary>
    public long ActiveAt => Volatile.Read(ref _activeAt);

    /// <summary>Closes the connection at once.</summary>
    public void Abort() => connection.Abort(new ConnectionAbortedException("The connection was idle for too long."));

    /// <summary>Serves the connection to its end, or up to the request that is for the web server.</summary>
    public async Task RunAsync(ConnectionDelegate next)
    {
        PipeReader input = connection.Transport.Input;
        PipeWriter output = connection.Transport.Output;
        var lifetime = connection.Features.Get<IConnectionLifetimeNotificationFeature>();
        using CancellationTokenRegistration stop =
            (lifetime?.ConnectionClosedRequested ?? default).UnsafeRegister(
                static i => ((PipeReader)i!).CancelPendingRead(), input);
        while (true)
        {
            Touch();
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            ReadOnlySequence<byte> rest = read.Buffer;
            long began = responder.Service.Options.Time.GetTimestamp();
            Step step;
            int answered = 0;
            do
            {
                step = Take(ref rest, output);
                if (step == Step.Deferred)
                {
                    await responder.FinishAsync(_wait, _body).ConfigureAwait(false);
                    Write(output);
                    step = Step.Answered;
                }
                if (step == Step.Answered) answered++;
                // A client that asks and asks and reads nothing waits here, and is idle to the roster.
                if (output.UnflushedBytes > MaxUnflushedBytes) await output.FlushAsync().ConfigureAwait(false);
            }
            while (step == Step.Answered && _keepsAlive);
            if (answered > 0)
            {
                responder.Service.Metrics.HttpLatency.Add(
                    responder.Service.Options.Time.GetElapsedTime(began), answered);
                await output.FlushAsync().ConfigureAwait(false);
            }
            // Nothing of what is left counts as looked at: whoever reads next gets it at once.
            input.AdvanceTo(rest.Start);
            if (step == Step.Leave)
            {
                stop.Unregister();
                await next(connection).ConfigureAwait(false);
                return;
            }
            if ((answered > 0 && !_keepsAlive) || read.IsCompleted || read.IsCanceled) return;
        }
    }

    private static HostAddress SourceOf(ConnectionContext connection) =>
        new((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);

    private void Touch() => Volatile.Write(ref _activeAt, responder.Service.Options.Time.GetTimestamp());

    /// <summary>Takes one request off the front of what was received.</summary>
    private Step Take(ref ReadOnlySequence<byte> received, PipeWriter output)
    {
        if (received.IsEmpty) return Step.Empty;
        if (received.IsSingleSegment) return Take(ref received, received.FirstSpan, output);
        int length = (int)Math.Min(received.Length, RequestHead.MaxLength + 4);
        byte[] joined = ArrayPool<byte>.Shared.Rent(length);
        received.Slice(0, length).CopyTo(joined);
        Step step = Take(ref received, joined.AsSpan(0, length), output);
        ArrayPool<byte>.Shared.Return(joined);
        return step;
    }

    private Step Take(ref ReadOnlySequence<byte> received, ReadOnlySpan<byte> bytes, PipeWriter output)
    {
        if (RequestHead.TryRead(bytes, addresses.HeaderBytes, out RequestHead head) != RequestHeadStatus.Read)
            return Step.Leave;
        (_keepsAlive, _isOld) = (head.KeepsAlive, head.IsOld);
        HostAddress from = addresses.Of(_source, head.ForwardedFor);
        Door door = DoorOf(from);
        _body.ResetWrittenCount();
        bool isAnswered = responder.TryAnswer(head.Path, head.Query, from, door, _body, out _wait);
        received = received.Slice(head.Length);
        if (!isAnswered) return Step.Deferred;
        Write(output);
        return Step.Answered;
    }

    private Door DoorOf(HostAddress from) => _isTls
        ? from.IsV4 ? Door.Https4 : Door.Https6
        : from.IsV4 ? Door.Http4 : Door.Http6;

    /// <summary>Writes head and body; what they are sent with is the pipe's.</summary>
    private void Write(PipeWriter output)
    {
        ReadOnlySpan<byte> connectionField = !_keepsAlive ? "\r\nConnection: close\r\n\r\n"u8
            : _isOld ? "\r\nConnection: keep-alive\r\n\r\n"u8
            : "\r\n\r\n"u8;
        const int MaxDigits = 10;
        int body = _body.WrittenCount;
        Span<byte> room = output.GetSpan(Head.Length + MaxDigits + connectionField.Length + body);
        Head.CopyTo(room);
        Utf8Formatter.TryFormat(body, room[Head.Length..], out int digits);
        int at = Head.Length + digits;
        connectionField.CopyTo(room[at..]);
        at += connectionField.Length;
        _body.WrittenSpan.CopyTo(room[at..]);
        output.Advance(at + body);
    }
}
