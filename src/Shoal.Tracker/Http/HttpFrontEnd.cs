using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Shoal.Tracker.Api;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>
/// The requests that the web server reads. What is no announce or scrape is offered to <paramref name="others"/> after
/// the pages for watching. It works on the features of the server, as nothing more is needed.
/// </summary>
/// <param name="responder">Answers announces and scrapes.</param>
/// <param name="addresses">Tells whose request it is.</param>
/// <param name="pages">Answers what is for whoever watches the tracker.</param>
/// <param name="others">Answers everything else, or null for nothing.</param>
internal sealed class HttpFrontEnd(
    HttpResponder responder, ClientAddress addresses, WatchPages pages, IRequestHandler? others = null)
    : IHttpApplication<IFeatureCollection>
{
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
        string target = TargetOf(request.RawTarget);
        byte[] bytes = Encoding.Latin1.GetBytes(target);
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        int pathLength = mark < 0 ? bytes.Length : mark;
        bool isMine = HttpResponder.IsMine(bytes.AsSpan(0, pathLength));
        var connection = context.GetRequiredFeature<IHttpConnectionFeature>();
        HostAddress from = AddressOf(connection.RemoteIpAddress, request);
        connection.RemoteIpAddress = from.ToIPAddress();
        if (!isMine && !WatchPages.Has(target) && others?.TryAnswer(context, target) is { } answering) return answering;
        return AnswerAsync(context, request, from, isMine, bytes.AsMemory(0, pathLength),
            mark < 0 ? default : bytes.AsMemory(mark + 1));
    }

    private HostAddress AddressOf(IPAddress? source, IHttpRequestFeature request)
    {
        var address = new HostAddress(source ?? IPAddress.None);
        if (addresses.Header is not { } header) return address;
        string told = ClientAddress.LastOf(request.Headers[header].LastOrDefault());
        return addresses.Of(address, Encoding.Latin1.GetBytes(told));
    }

    private async Task AnswerAsync(IFeatureCollection context, IHttpRequestFeature request, HostAddress from,
        bool isMine, ReadOnlyMemory<byte> path, ReadOnlyMemory<byte> query)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        Door door = DoorOf(request.Scheme, from);
        var output = new ArrayBufferWriter<byte>();
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        if (request.Method is not ("GET" or "HEAD"))
        {
            response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            output.Write("This tracker answers GET only.\n"u8);
            responder.Service.Metrics.Refused(door, RefusalReason.NotFound);
        }
        else if (isMine)
        {
            if (!responder.TryAnswer(path.Span, query.Span, from, door, output, out HttpDeferral wait))
                await responder.FinishAsync(wait, output).ConfigureAwait(false);
        }
        else if (!pages.TryWrite(path.Span, from, response, output))
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            output.Write("There is nothing here. Announce at /announce.\n"u8);
            responder.Service.Metrics.Refused(door, RefusalReason.NotFound);
        }
        response.Headers.ContentLength = output.WrittenCount;
        PipeWriter writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        await writer.WriteAsync(output.WrittenMemory).ConfigureAwait(false);
    }

    /// <summary>Path and query: a proxy may ask with the whole URL.</summary>
    private static string TargetOf(string target)
    {
        const string Scheme = "http://";
        if (!target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return target;
        int slash = target.IndexOf('/', Scheme.Length);
        return slash < 0 ? "/" : target[slash..];
    }

    private static Door DoorOf(string scheme, HostAddress from) => scheme == "https"
        ? from.IsV4 ? Door.Https4 : Door.Https6
        : from.IsV4 ? Door.Http4 : Door.Http6;
}
