using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Shoal.Tracker;

/// <summary>
/// The requests of HTTP clients: /announce, /scrape and a line of text at /. Failures go out with status 200 and a
/// bencoded reason, because clients show only the status of anything else.
/// </summary>
/// <remarks>
/// It works on the features of the server itself. The query is read as raw bytes, which the usual parsers would decode
/// as text.
/// </remarks>
internal sealed class HttpFrontEnd(AnnounceService service) : IHttpApplication<IFeatureCollection>
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? body;

    /// <inheritdoc/>
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    /// <inheritdoc/>
    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        PipeWriter writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        // The pipe copies the body before anything here yields, so one buffer a thread is enough.
        ArrayBufferWriter<byte> output = body ??= new ArrayBufferWriter<byte>();
        output.ResetWrittenCount();
        if (request.Method is "GET" or "HEAD")
        {
            IPAddress from = context.GetRequiredFeature<IHttpConnectionFeature>().RemoteIpAddress ?? IPAddress.None;
            response.StatusCode = Answer(request.RawTarget, from, output);
        }
        else
        {
            response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            output.Write("This tracker answers GET only.\n"u8);
            service.CountRefusal();
        }
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentLength = output.WrittenCount;
        ValueTask<FlushResult> flush = writer.WriteAsync(output.WrittenMemory);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    /// <summary>Writes the body for a request target as it stood in the request line, and tells the status.</summary>
    private int Answer(string target, IPAddress from, ArrayBufferWriter<byte> output)
    {
        ReadOnlySpan<char> rest = target;
        // A proxy may ask with the whole URL.
        const string Scheme = "http://";
        if (rest.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Scheme.Length..];
            int slash = rest.IndexOf('/');
            rest = slash < 0 ? "/" : rest[slash..];
        }
        int mark = rest.IndexOf('?');
        ReadOnlySpan<char> path = mark < 0 ? rest : rest[..mark];
        byte[] query = new byte[mark < 0 ? 0 : rest.Length - mark - 1];
        Encoding.Latin1.GetBytes(rest[(rest.Length - query.Length)..], query);
        switch (path)
        {
            case "/announce":
                service.Announce(query, from, output);
                break;
            case "/scrape":
                service.Scrape(query, output);
                break;
            case "/":
                service.Describe(output);
                break;
            default:
                service.CountRefusal();
                output.Write("There is nothing here. Announce at /announce.\n"u8);
                return (int)HttpStatusCode.NotFound;
        }
        return (int)HttpStatusCode.OK;
    }
}
