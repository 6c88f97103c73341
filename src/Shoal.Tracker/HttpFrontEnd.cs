using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Shoal.Tracker.Api;

namespace Shoal.Tracker;

/// <summary>
/// The requests of HTTP clients: /announce, /scrape and a line of text at /. Failures go out with status 200 and a
/// bencoded reason, because clients show only the status of anything else. What is no announce or scrape is offered to
/// <paramref name="others"/> first.
/// </summary>
/// <param name="service">Answers announces and scrapes.</param>
/// <param name="others">Answers everything else, or null for nothing.</param>
/// <remarks>
/// It works on the features of the server itself. The query is read as raw bytes, which the usual parsers would decode
/// as text.
/// </remarks>
internal sealed class HttpFrontEnd(AnnounceService service, IRequestHandler? others = null)
    : IHttpApplication<IFeatureCollection>
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
        string target = TargetOf(request.RawTarget);
        if (!IsAnnounceOrScrape(target) && others?.TryAnswer(context, target) is { } answering) return answering;
        PipeWriter writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        // The pipe copies the body before anything here yields, so one buffer a thread is enough.
        ArrayBufferWriter<byte> output = body ??= new ArrayBufferWriter<byte>();
        output.ResetWrittenCount();
        if (request.Method is "GET" or "HEAD")
        {
            IPAddress from = context.GetRequiredFeature<IHttpConnectionFeature>().RemoteIpAddress ?? IPAddress.None;
            response.StatusCode = Answer(target, from, output);
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

    /// <summary>Path and query: a proxy may ask with the whole URL.</summary>
    private static string TargetOf(string target)
    {
        const string Scheme = "http://";
        if (!target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return target;
        int slash = target.IndexOf('/', Scheme.Length);
        return slash < 0 ? "/" : target[slash..];
    }

    private static bool IsAnnounceOrScrape(ReadOnlySpan<char> target)
    {
        int mark = target.IndexOf('?');
        return (mark < 0 ? target : target[..mark]) is "/announce" or "/scrape";
    }

    /// <summary>Writes the body for path and query of a request, and tells the status.</summary>
    private int Answer(ReadOnlySpan<char> rest, IPAddress from, ArrayBufferWriter<byte> output)
    {
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
