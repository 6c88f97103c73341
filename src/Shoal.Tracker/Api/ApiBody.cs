using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shoal.Tracker.Api;

/// <summary>Reads bodies of requests, of which so many are read at a time by all routes together.</summary>
internal static class ApiBody
{
    private static readonly SemaphoreSlim Turns = new(ApiLimits.MaxBodies);

    /// <summary>Reads a body of JSON and answers it.</summary>
    public static Task<ApiReply> ReadJsonAsync<T>(
        ApiRequest request, JsonTypeInfo<T> type, Func<T, Task<ApiReply>> answer) where T : class =>
        ReadAsync(request, ApiLimits.MaxJsonBytes, async body =>
        {
            try
            {
                return JsonSerializer.Deserialize(body.Span, type) is { } value
                    ? await answer(value).ConfigureAwait(false)
                    : ApiReply.Error(HttpStatusCode.BadRequest, "The body must be a JSON object.");
            }
            catch (JsonException e)
            {
                string where = e.Path is { Length: > 1 } path ? $" at {path}" : "";
                return ApiReply.Error(HttpStatusCode.BadRequest, $"The body is not the JSON that is expected{where}.");
            }
        });

    /// <summary>Reads a body and answers it.</summary>
    public static async Task<ApiReply> ReadAsync(
        ApiRequest request, int maxBytes, Func<ReadOnlyMemory<byte>, Task<ApiReply>> answer)
    {
        if (!await Turns.WaitAsync(ApiLimits.BodyTimeout).ConfigureAwait(false))
            return ApiReply.Error(HttpStatusCode.ServiceUnavailable, "Too many requests with a body are under way.");
        try
        {
            byte[]? body = await request.ReadBodyAsync(maxBytes).WaitAsync(ApiLimits.BodyTimeout).ConfigureAwait(false);
            return body is null
                ? ApiReply.Error(HttpStatusCode.RequestEntityTooLarge, $"The body has more than {maxBytes} bytes.")
                : await answer(body).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return ApiReply.Error(HttpStatusCode.RequestTimeout, "The body did not arrive in time.");
        }
        finally
        {
            Turns.Release();
        }
    }
}
