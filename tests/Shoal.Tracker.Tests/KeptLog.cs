using Microsoft.Extensions.Logging;

namespace Shoal.Tracker.Tests;

/// <summary>A log that keeps everything of every level, for a test to read.</summary>
internal sealed class KeptLog : ILoggerFactory, ILogger
{
    private readonly System.Text.StringBuilder _text = new();

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_text) _text.Append(formatter(state, exception)).Append(exception).Append('\n');
    }

    public void Dispose()
    {
    }
}
