using Shoal.Discovery;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// The bytes of parts of files, one behind the other, each from a request of its own. The answers to the next few are
/// waited for while one is read. Used by one reader at a time.
/// </summary>
internal sealed class WebSeedFeed(WebSeedClient client, WebSeedLayout layout) : IDisposable
{
    private readonly Queue<Source> _sources = new();

    /// <summary>Requests that are under way.</summary>
    public int Count => _sources.Count;

    /// <summary>Bytes that were asked for and not read.</summary>
    public long Ahead { get; private set; }

    /// <summary>Bytes that are left of the part that is read now.</summary>
    public long Left => _sources.TryPeek(out Source? source) ? source.Left : 0;

    /// <summary>Asks for a part, which comes after all that were asked for before.</summary>
    public void Open(WebSeedPart part, CancellationToken stop)
    {
        _sources.Enqueue(new Source(part.Length)
        {
            Opening = layout.IsPadding(part.File) ? null : client.OpenAsync(layout.RangeOf(part), stop),
        });
        Ahead += part.Length;
    }

    /// <summary>Waits until the answer with the next byte has begun; the fault of it, or null.</summary>
    public async ValueTask<WebSeedFault?> ReadyAsync()
    {
        Source source = _sources.Peek();
        if (source.Opening is not { } opening) return null;
        WebSeedFault? fault;
        (source.Answer, fault) = await opening.ConfigureAwait(false);
        if (fault is null) source.Opening = null;
        return fault;
    }

    /// <summary>
    /// Reads bytes of the part that is read now, waiting for at least one; once <see cref="ReadyAsync"/> found it well.
    /// </summary>
    public async ValueTask<(int Count, WebSeedFault? Fault)> ReadAsync(Memory<byte> buffer, CancellationToken stop)
    {
        Source source = _sources.Peek();
        int count = (int)Math.Min(buffer.Length, source.Left);
        if (source.Answer is null)
        {
            buffer.Span[..count].Clear();
        }
        else
        {
            (count, WebSeedFault? fault) = await source.Answer.ReadAsync(buffer, stop).ConfigureAwait(false);
            if (fault is not null) return (0, fault);
        }
        source.Left -= count;
        Ahead -= count;
        if (source.Left == 0)
        {
            source.Answer?.Dispose();
            _sources.Dequeue();
        }
        return (count, null);
    }

    /// <summary>Gives up what is under way.</summary>
    public void Dispose()
    {
        foreach (Source source in _sources)
        {
            source.Answer?.Dispose();
            if (source.Opening is not null) _ = DisposeAsync(source.Opening);
        }
        _sources.Clear();
    }

    private static async Task DisposeAsync(Task<(WebSeedAnswer? Answer, WebSeedFault? Fault)> opening)
    {
        try
        {
            (await opening.ConfigureAwait(false)).Answer?.Dispose();
        }
        catch (OperationCanceledException)
        {
            // It was given up in time.
        }
    }

    /// <summary>A part and where its bytes come from: padding from nowhere.</summary>
    private sealed class Source(long length)
    {
        public Task<(WebSeedAnswer? Answer, WebSeedFault? Fault)>? Opening { get; set; }

        public WebSeedAnswer? Answer { get; set; }

        public long Left { get; set; } = length;
    }
}
