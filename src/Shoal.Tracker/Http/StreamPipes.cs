using System.IO.Pipelines;

namespace Shoal.Tracker.Http;

/// <summary>The two directions of a stream as pipes, which is what a web server reads and writes.</summary>
internal sealed class StreamPipes(Stream stream) : IDuplexPipe
{
    private static readonly StreamPipeReaderOptions Reading = new(leaveOpen: true, bufferSize: 16 * 1024);
    private static readonly StreamPipeWriterOptions Writing = new(leaveOpen: true);

    /// <inheritdoc/>
    public PipeReader Input { get; } = PipeReader.Create(stream, Reading);

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(stream, Writing);
}
