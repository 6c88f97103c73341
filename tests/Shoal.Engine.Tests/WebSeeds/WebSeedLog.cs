using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>Keeps what an engine logs of web seeds, from its very start.</summary>
internal sealed class WebSeedLog : ILoggerFactory, ILogger
{
    private const int Failed = 1034;
    private const int Dropped = 1035;

    private readonly Channel<(bool IsFinal, string Text)> _lines = Channel.CreateUnbounded<(bool, string)>();

    /// <summary>The next that failed.</summary>
    public ValueTask<(bool IsFinal, string Text)> NextAsync() =>
        _lines.Reader.ReadAsync(TestContext.Current.CancellationToken);

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
        if (eventId.Id is Failed or Dropped)
            _lines.Writer.TryWrite((eventId.Id == Dropped, formatter(state, exception)));
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
