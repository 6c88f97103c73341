using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Shoal.Cli.Output;

/// <summary>Loggers that write to standard error beside the messages of the program.</summary>
internal sealed class TerminalLogFactory(TerminalOutput output, LogStyle style) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new TerminalLogger(output, style, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The log goes to standard error only.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to give back.
    }

    private sealed class TerminalLogger(TerminalOutput output, LogStyle style, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => style switch
        {
            LogStyle.Off => false,
            LogStyle.Warnings => logLevel >= LogLevel.Warning,
            _ => logLevel >= LogLevel.Information,
        };

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            string text = formatter(state, exception);
            if (style == LogStyle.Json) output.Warn(Json(logLevel, eventId, state, exception, text));
            else output.Warn(SafeText.Clean(exception is null ? text : $"{text} {exception.Message}"));
        }

        private string Json<TState>(
            LogLevel level, EventId id, TState state, Exception? exception, string text)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteString("time", DateTimeOffset.UtcNow);
                json.WriteString("level", level.ToString());
                json.WriteString("category", category);
                json.WriteNumber("id", id.Id);
                json.WriteString("name", id.Name);
                json.WriteString("message", text);
                if (exception is not null) json.WriteString("error", exception.ToString());
                if (state is IReadOnlyList<KeyValuePair<string, object?>> fields)
                    foreach ((string name, object? value) in fields)
                        if (name != "{OriginalFormat}")
                            json.WriteString(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value?.ToString());
                json.WriteEndObject();
            }
            return Encoding.UTF8.GetString(buffer.ToArray());
        }
    }
}
