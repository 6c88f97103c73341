using System.Diagnostics.CodeAnalysis;

namespace Shoal.Discovery;

/// <summary>The body of a range that a web server is sending. Read by one reader at a time.</summary>
public sealed class WebSeedAnswer : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly string _who;
    private readonly byte[] _beyond = new byte[1];

    internal WebSeedAnswer(HttpResponseMessage response, Stream body, long length, string who)
    {
        _response = response;
        _body = body;
        _who = who;
        Left = length;
    }

    /// <summary>Bytes of the range that were not read yet.</summary>
    public long Left { get; private set; }

    /// <summary>
    /// Reads what has come, waiting for at least one byte; with the last byte it sees that none follows.
    /// </summary>
    /// <returns>The number of bytes, or a fault: the server ended early, broke off, or sent too much.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<(int Count, WebSeedFault? Fault)> ReadAsync(Memory<byte> buffer, CancellationToken stop)
    {
        try
        {
            int most = (int)Math.Min(buffer.Length, Left);
            int count = await _body.ReadAsync(buffer[..most], stop).ConfigureAwait(false);
            if (count == 0) return (0, new WebSeedFault($"{_who} ended early, {Left} bytes before the end."));
            Left -= count;
            // Of a body whose length was announced this returns at once; it also lets its connection be used again.
            if (Left == 0 && await _body.ReadAsync(_beyond, stop).ConfigureAwait(false) > 0)
                return (0, new WebSeedFault($"{_who} sent more than it was asked for."));
            return (count, null);
        }
        catch (Exception e) when (HttpGet.IsFailure(e))
        {
            return (0, new WebSeedFault(HttpGet.Sentence(e, _who)));
        }
    }

    /// <summary>Gives the connection back, or closes it when there is more to come on it.</summary>
    [SuppressMessage("Usage", "CA2213", Justification = "The response owns the body.")]
    public void Dispose() => _response.Dispose();
}
