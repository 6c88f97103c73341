using System.Text;

namespace Shoal.Network.Tests;

public sealed class StreamDetectorTests
{
    [Theory]
    [InlineData("\u0013BitTorrent protocol", 20, StreamKind.BitTorrent)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", 6, StreamKind.Tls)]
    [InlineData("\u0016\u0003\u0003\u0040\u0000\u0001", 6, StreamKind.Tls)]
    [InlineData("GET_CHUNK 0123", 10, StreamKind.ChunkLines)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 20, StreamKind.Foreign)]
    [InlineData("\u0012BitTorrent protocol", 20, StreamKind.Foreign)]
    [InlineData("\u0013BitTorrent protocoL", 20, StreamKind.Foreign)]
    [InlineData("GET_CHUNKS please, and more", 20, StreamKind.Foreign)]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", 20, StreamKind.Foreign)]
    [InlineData("\u0016\u0002\u0001\u0002\u0000\u0001", 2, StreamKind.Obfuscated)]
    [InlineData("\u0016\u0003\u0005\u0002\u0000\u0001", 3, StreamKind.Obfuscated)]
    [InlineData("\u0016\u0003\u0001\u0041\u0000\u0001", 4, StreamKind.Obfuscated)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0002", 6, StreamKind.Obfuscated)]
    [InlineData("\u0013BitTorrent\u0080protocol", 12, StreamKind.Obfuscated)]
    [InlineData("\u0000\u0001", 2, StreamKind.Obfuscated)]
    public void The_first_bytes_decide_as_soon_as_they_can(string start, int decidedAt, StreamKind kind)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(start);
        for (int length = 0; length <= bytes.Length; length++)
        {
            StreamKind expected = length < decidedAt ? StreamKind.Undecided : kind;
            Assert.Equal(expected, StreamDetector.Detect(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Every_stream_is_decided_by_its_first_twenty_bytes()
    {
        var random = new Random(7);
        byte[] bytes = new byte[StreamDetector.MaxBytes];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            Assert.Equal(StreamKind.Obfuscated, StreamDetector.Detect(bytes));
        }
    }
}
