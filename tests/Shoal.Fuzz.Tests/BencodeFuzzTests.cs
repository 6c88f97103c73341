using System.Text;
using Shoal.Protocol.Bencoding;

namespace Shoal.Fuzz.Tests;

public sealed class BencodeFuzzTests
{
    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            "i-3e", "0:", "le", "d3:cow3:moo4:spam4:eggse", "d4:spaml1:a1:bee",
            "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
            "d1:md11:ut_metadatai1e6:ut_pexi2ee1:pi6881e4:reqqi2000e1:v9:Shoal 0.1e",
            "d1:ali1ei2eli3ed1:bi4eeee1:zi9223372036854775807ee",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    [Fact]
    public void Documents() => Fuzzer.Run(new FuzzTarget(
        "bencode", Samples, input => Walk(input, BencodeLimits.Torrent))
    {
        // A token costs 12 bytes, twice while the list grows, and the shortest takes one byte and a closing one.
        BytesPerInputByte = 48,
        Verify = VerifyRoundTrip,
    });

    [Fact]
    public void Documents_under_tight_limits() => Fuzzer.Run(new FuzzTarget(
        "bencode of a message", Samples, input => Walk(input, BencodeLimits.PeerMessage))
    {
        FixedBytes = 64 * 1024, // two thousand tokens, and half of them before the last growth
        BytesPerInputByte = 0,
    });

    private static void Walk(byte[] input, BencodeLimits limits)
    {
        if (BencodeDocument.TryParse(input, limits, out BencodeDocument? document, out _)) Walk(document.Root);
    }

    private static int Walk(BencodeNode node)
    {
        int sum = node.Bytes.Length + node.Raw.Length + (node.TryGetInteger(out long value) ? value.GetHashCode() : 0);
        foreach (BencodeNode item in node.Items) sum += Walk(item);
        foreach (BencodeEntry entry in node.Entries) sum += entry.Key.Length + Walk(entry.Value);
        return node.TryGet("a"u8, out BencodeNode found) ? sum + found.Raw.Length : sum;
    }

    private static void VerifyRoundTrip(byte[] input)
    {
        bool parsed = BencodeDocument.TryParse(
            input, BencodeLimits.Torrent, out BencodeDocument? document, out BencodeError error);
        Assert.Equal(parsed, error.Kind == BencodeErrorKind.None);
        Assert.InRange(error.Offset, 0, input.Length);
        if (!parsed || !document!.IsCanonical) return;
        Assert.Equal(input.Length, document.ConsumedBytes);
        var writer = new BencodeWriter();
        Write(writer, document.Root);
        Assert.Equal(input, writer.ToArray());
    }

    private static void Write(BencodeWriter writer, BencodeNode node)
    {
        switch (node.Kind)
        {
            case BencodeKind.Integer:
                writer.Integer(node.Integer);
                return;
            case BencodeKind.String:
                writer.String(node.Bytes);
                return;
            case BencodeKind.List:
                writer.BeginList();
                foreach (BencodeNode item in node.Items) Write(writer, item);
                break;
            default:
                writer.BeginDictionary();
                foreach (BencodeEntry entry in node.Entries)
                {
                    writer.Key(entry.Key);
                    Write(writer, entry.Value);
                }
                break;
        }
        writer.End();
    }
}
