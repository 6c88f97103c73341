using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Keeps what an engine logs of connections that it refuses, for those that no torrent hears of.</summary>
internal sealed class RefusalLog : ILoggerFactory, ILogger
{
    private const int IncomingRefused = 1013;

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <summary>The next line.</summary>
    public ValueTask<string> NextAsync() => _lines.Reader.ReadAsync(TestContext.Current.CancellationToken);

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
        if (eventId.Id == IncomingRefused) _lines.Writer.TryWrite(formatter(state, exception));
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
