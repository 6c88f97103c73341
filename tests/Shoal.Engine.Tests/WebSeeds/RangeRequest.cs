using System.Text;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>What a web server was asked for.</summary>
/// <param name="Head">The request as it came.</param>
/// <param name="Target">Path and query.</param>
/// <param name="First">First byte of the range.</param>
/// <param name="Last">Last byte of the range.</param>
/// <param name="Number">Which request to this server it is, from 0.</param>
internal sealed record RangeRequest(string Head, string Target, long First, long Last, int Number)
{
    public int Length => (int)(Last - First + 1);

    /// <summary>The head of the right answer, with headers that come besides or instead.</summary>
    public byte[] RightHead(long fileLength, string? contentLength = null, string? contentRange = null,
        string more = "") => Encoding.Latin1.GetBytes(
        $"HTTP/1.1 206 Partial Content\r\nContent-Length: {contentLength ?? Length.ToString()}\r\n"
        + $"Content-Range: {contentRange ?? $"bytes {First}-{Last}/{fileLength}"}\r\n{more}\r\n");
}
