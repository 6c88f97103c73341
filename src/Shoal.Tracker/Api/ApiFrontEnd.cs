using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Data.Sqlite;
using Shoal.Protocol.Addresses;

namespace Shoal.Tracker.Api;

/// <summary>
/// The requests of the catalogue over HTTP: finds the route, asks who may, and writes the reply. It works on the
/// features of the server itself, as announces do.
/// </summary>
/// <param name="routes">What it answers.</param>
/// <param name="gate">Who may ask, and who may change something.</param>
/// <param name="budget">How much each address may ask.</param>
/// <param name="time">The clock of the budget.</param>
/// <param name="log">Told of faults of the store.</param>
internal sealed class ApiFrontEnd(
    IReadOnlyList<ApiRoute> routes, ApiGate gate, RequestBudget budget, TimeProvider time,
    TrackerLog log) : IRequestHandler
{
    /// <summary>What a wrong token counts for besides its request, so that guesses come one in half a second.</summary>
    private const double WrongTokenCost = 9;

    private readonly long _epoch = time.GetTimestamp();

    /// <inheritdoc/>
    public Task? TryAnswer(IFeatureCollection context, string target)
    {
        var request = new ApiRequest(context, target);
        ApiRoute? route = null;
        List<string>? others = null;
        foreach (ApiRoute candidate in routes)
        {
            if (!candidate.Matches(request.Segments) || candidate.When?.Invoke(request) == false) continue;
            if (candidate.Method == request.Method) route = candidate;
            else (others ??= []).Add(candidate.Method);
        }
        if (route is null && others is null) return null;
        // Also the body of a request that is refused is read to its end, or the connection could not be used again.
        request.AllowBody(ApiLimits.MaxJsonBytes);
        return AnswerAsync(context, request, route, others);
    }

    private async Task AnswerAsync(
        IFeatureCollection context, ApiRequest request, ApiRoute? route, List<string>? others)
    {
        ApiReply reply = route is null
            ? ApiReply.Error(HttpStatusCode.MethodNotAllowed, "This path has other methods.") with
            {
                Allow = string.Join(", ", others!),
            }
            : await AnswerAsync(request, route).ConfigureAwait(false);
        try
        {
            await WriteAsync(context, reply).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone; nobody is left to tell.
        }
    }

    private async Task<ApiReply> AnswerAsync(ApiRequest request, ApiRoute route)
    {
        if (!budget.TryTake(request.Asker.Address, time.GetElapsedTime(_epoch)))
            return ApiReply.Error(HttpStatusCode.TooManyRequests, "Too many requests come from your address.") with
            {
                RetryAfter = 1,
            };
        if (gate.RefuseHost(request.Headers) is { } misdirected) return misdirected;
        if (route.Writes && gate.RefuseWrite(request.Headers, request.Asker.Address) is { } refused)
        {
            if (refused.WantsToken) budget.Charge(request.Asker.Address, WrongTokenCost);
            return refused;
        }
        // The thread belongs to the sockets of announces, and a search may take its time.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await route.Answer(request).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            return ApiReply.Error((HttpStatusCode)e.StatusCode, "The body of the request is not valid.");
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            log.CatalogueFailed(e.Message);
            return ApiReply.Error(HttpStatusCode.ServiceUnavailable, "The catalogue cannot be read or written now.");
        }
    }

    private static async Task WriteAsync(IFeatureCollection context, ApiReply reply)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = (int)reply.Status;
        IHeaderDictionary headers = response.Headers;
        headers.ContentType = reply.ContentType;
        headers.ContentLength = reply.Body.Length;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = reply.ContentPolicy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        if (reply.Allow is not null) headers.Allow = reply.Allow;
        if (reply.WantsToken) headers.WWWAuthenticate = "Bearer";
        if (reply.RetryAfter is { } seconds) headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        // The name goes out percent-encoded (RFC 8187), so nothing in it can end the header.
        if (reply.FileName is { } name)
            headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(reply.Body)
            .ConfigureAwait(false);
    }
}
