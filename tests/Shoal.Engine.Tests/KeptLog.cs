using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Shoal.Engine.Tests;

/// <summary>Keeps what an engine logs of one matter, from its very start.</summary>
/// <typeparam name="T">What is kept of a line.</typeparam>
internal abstract class KeptLog<T> : ILoggerFactory, ILogger
{
    private readonly Channel<T> _lines = Channel.CreateUnbounded<T>();

    /// <summary>The next that is kept.</summary>
    public ValueTask<T> NextAsync() => _lines.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (Keeps(eventId.Id)) _lines.Writer.TryWrite(Of(eventId.Id, formatter(state, exception)));
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    /// <summary>True for the events that are kept.</summary>
    protected abstract bool Keeps(int eventId);

    /// <summary>What is kept of a line.</summary>
    protected abstract T Of(int eventId, string text);
}
