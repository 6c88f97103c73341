using System.Text;
using Shoal.Protocol.Magnets;

namespace Shoal.Fuzz.Tests;

public sealed class MagnetFuzzTests
{
    private const string V1 = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a";
    private const string V2 = "1220d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb";

    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            $"magnet:?xt=urn:btih:{V1}",
            "magnet:?xt=urn:btih:YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK&dn=a+b%20c",
            $"magnet:?xt=urn:btmh:{V2}&xl=1234&so=0,2,4-8",
            $"MAGNET:?XT=urn%3Abtih%3A{V1}&xt.1=urn:btmh:{V2}&tr.1=http://a.test/announce%3Fk%3D1&tr=udp://b.test:1",
            $"magnet:?xt=urn:btih:{V1}&ws=https://c.test/f/&xs=http://d.test/t.torrent",
            $"magnet:?xt=urn:btih:{V1}&x.pe=1.2.3.4:5&x.pe=[2001:db8::1]:6",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void Links() => Fuzzer.Run(new FuzzTarget("magnet link", Samples, Parse)
    {
        BytesPerInputByte = 128,
        Verify = input =>
        {
            string text = Encoding.UTF8.GetString(input);
            if (!MagnetLink.TryParse(text, out MagnetLink? link, out string? error))
            {
                Assert.EndsWith(".", error, StringComparison.Ordinal);
                return;
            }
            Assert.True(MagnetLink.TryParse(link.ToString(), out MagnetLink? again, out error), error);
            Assert.Equal(link.Hashes, again.Hashes);
            Assert.Equal(link.ToString(), again.ToString());
        },
    });

    private static void Parse(byte[] input) => _ = MagnetLink.TryParse(Encoding.UTF8.GetString(input), out _, out _);
}
