using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class ExtensionHandshakeTests
{
    private static ExtensionHandshake Read(string text) => Read(Encoding.Latin1.GetBytes(text));

    private static ExtensionHandshake Read(byte[] message)
    {
        Assert.True(ExtensionHandshake.TryRead(message, out ExtensionHandshake? handshake));
        return handshake;
    }

    private static byte[] MessageOf(ExtensionHandshake handshake)
    {
        byte[] bytes = Written(handshake.Write);
        Assert.Equal(
            FrameStatus.Ok, PeerFrame.TryRead(bytes, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out _));
        Assert.True(frame.TryReadExtended(out byte id, out ReadOnlySpan<byte> message));
        Assert.Equal(0, id);
        return message.ToArray();
    }

    [Fact]
    public void What_is_written_is_canonical_and_reads_back()
    {
        var handshake = new ExtensionHandshake
        {
            Ids = new ExtensionIds { Metadata = 1, PeerExchange = 2, DontHave = 3, UploadOnly = 4, Holepunch = 0 },
            ListenPort = 6881,
            Client = "Shoal 0.1 µ",
            YourAddress = IPAddress.Parse("1.2.3.4"),
            IPv4 = IPAddress.Parse("5.6.7.8"),
            IPv6 = IPAddress.Parse("2001:db8::1"),
            RequestQueue = 2000,
            MetadataSize = 16385,
            UploadOnly = true,
            CompleteAgo = -1,
        };
        byte[] message = MessageOf(handshake);
        Assert.Equal(handshake, Read(message));
        Assert.True(BencodeDocument.TryParse(message, BencodeLimits.Datagram, out BencodeDocument? document, out _));
        Assert.True(document.IsCanonical);
    }

    [Fact]
    public void Nothing_said_is_an_empty_map()
    {
        byte[] message = MessageOf(new ExtensionHandshake());
        Assert.Equal("d1:mdee", Encoding.ASCII.GetString(message));
        Assert.Equal(new ExtensionHandshake(), Read(message));
        Assert.Equal(new ExtensionHandshake(), Read("de"));
    }

    [Fact]
    public void The_handshake_of_the_specification_reads()
    {
        ExtensionHandshake read = Read("d1:md11:LT_metadatai1e6:ut_pexi2ee1:pi6881e1:v13:\u00c2\u00b5Torrent 1.2e");
        Assert.Equal(2, read.Ids.IdOf(PeerExtension.PeerExchange));
        Assert.False(read.Ids.Has(PeerExtension.Metadata));
        Assert.Equal(6881, read.ListenPort);
        Assert.Equal("µTorrent 1.2", read.Client);
    }

    [Fact]
    public void Extensions_count_only_inside_the_map() =>
        Assert.False(Read("d11:ut_metadatai3ee").Ids.Has(PeerExtension.Metadata));

    [Theory]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("i1e")]
    [InlineData("le")]
    [InlineData("4:abcd")]
    [InlineData("d1:m")]
    [InlineData("d1:mi1e")]
    [InlineData("\u0000\u0001\u0002")]
    public void What_is_no_dictionary_is_refused(string text) =>
        Assert.False(ExtensionHandshake.TryRead(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        string deep = "d1:m" + new string('l', 10_000) + new string('e', 10_000) + "e";
        Assert.False(ExtensionHandshake.TryRead(Encoding.ASCII.GetBytes(deep), out _));
        byte[] large = Encoding.ASCII.GetBytes("d1:v900000:" + new string('x', 900_000) + "e");
        Assert.InRange(Allocations.Least(() => Assert.False(ExtensionHandshake.TryRead(large, out _))), 0, 1000);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("256")]
    [InlineData("9223372036854775807")]
    public void An_id_that_is_no_byte_is_not_said(string id) =>
        Assert.Equal(default, Read($"d1:md6:ut_pexi{id}eee").Ids);

    [Fact]
    public void An_id_that_is_a_string_is_not_said() =>
        Assert.Equal(default, Read("d1:md11:ut_metadata1:36:ut_pexleee").Ids);

    [Fact]
    public void Id_zero_is_said_and_means_off()
    {
        ExtensionIds ids = Read("d1:md6:ut_pexi0eee").Ids;
        Assert.Equal((byte)0, ids.PeerExchange);
        Assert.False(ids.Has(PeerExtension.PeerExchange));
        Assert.False(ids.TryFind(0, out _));
    }

    [Fact]
    public void Of_two_extensions_with_one_id_one_stays()
    {
        ExtensionIds ids = Read("d1:md11:lt_donthavei7e11:ut_metadatai7e6:ut_pexi8eee").Ids;
        Assert.Equal(new ExtensionIds { Metadata = 7, PeerExchange = 8 }, ids);
    }

    [Fact]
    public void Ten_thousand_unknown_extensions_hide_no_known_one()
    {
        var text = new StringBuilder("d1:md");
        for (int i = 0; i < 10_000; i++) text.Append($"5:a{i:d4}i1e");
        text.Append("6:ut_pexi5eee");
        Assert.Equal(5, Read(text.ToString()).Ids.IdOf(PeerExtension.PeerExchange));
    }

    [Theory]
    [InlineData("1:pi0e")]
    [InlineData("1:pi-1e")]
    [InlineData("1:pi65536e")]
    [InlineData("1:p4:6881")]
    [InlineData("4:reqqi0e")]
    [InlineData("4:reqqi-5e")]
    [InlineData("6:yourip3:abc")]
    [InlineData("6:yourip5:abcde")]
    [InlineData("4:ipv45:abcde")]
    [InlineData("4:ipv64:abcd")]
    [InlineData("12:complete_agoi-2e")]
    [InlineData("12:complete_agoi2147483648e")]
    [InlineData("11:upload_only1:1")]
    [InlineData("1:vi1e")]
    [InlineData("1:mi1e")]
    [InlineData("10:share_modei1e")]
    public void A_value_that_makes_no_sense_is_not_said(string entry) =>
        Assert.Equal(new ExtensionHandshake(), Read($"d{entry}e"));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775807")]
    [InlineData("41943040")]
    [InlineData("31457281")]
    public void A_metadata_size_that_cannot_be_is_not_said(string size) =>
        Assert.Null(Read($"d13:metadata_sizei{size}ee").MetadataSize);

    [Fact]
    public void The_largest_metadata_size_counts() =>
        Assert.Equal(31_457_280, Read("d13:metadata_sizei31457280ee").MetadataSize);

    [Fact]
    public void A_greater_claim_of_a_queue_is_taken_as_the_greatest()
    {
        Assert.Equal(ExtensionHandshake.MaxRequestQueue, Read("d4:reqqi9223372036854775807ee").RequestQueue);
        Assert.Equal(250, Read("d4:reqqi250ee").RequestQueue);
    }

    [Fact]
    public void A_long_or_hostile_name_is_made_fit_to_show()
    {
        Assert.Equal(128, Read("d1:v200000:" + new string('x', 200_000) + "e").Client!.Length);
        Assert.Equal("evilb", Read("d1:v15:\u001b[2Jevil<b>\u0000\r\n\u0007e").Client);
    }

    [Fact]
    public void An_address_in_either_family_is_read()
    {
        Assert.Equal(IPAddress.Loopback, Read("d6:yourip4:\u007f\u0000\u0000\u0001e").YourAddress);
        string mapped = new string('\0', 10) + "\u00ff\u00ff\u0001\u0002\u0003\u0004";
        Assert.Equal(IPAddress.Parse("1.2.3.4"), Read($"d6:yourip16:{mapped}e").YourAddress);
    }

    [Fact]
    public void A_later_handshake_adds_and_switches_off()
    {
        ExtensionHandshake first = Read("d1:md11:ut_metadatai1e6:ut_pexi2ee1:pi6881e1:v3:onee");
        ExtensionHandshake merged = first.Merge(Read("d1:md11:lt_donthavei3e6:ut_pexi0ee4:reqqi9ee"));
        Assert.Equal(new ExtensionIds { Metadata = 1, PeerExchange = 0, DontHave = 3 }, merged.Ids);
        Assert.Equal((6881, "one", 9), (merged.ListenPort, merged.Client, merged.RequestQueue));
        Assert.Equal(first, first.Merge(new ExtensionHandshake()));
    }

    [Fact]
    public void A_received_id_is_found_among_those_offered()
    {
        var ours = new ExtensionIds { Metadata = 3, Holepunch = 9 };
        Assert.True(ours.TryFind(9, out PeerExtension extension));
        Assert.Equal(PeerExtension.Holepunch, extension);
        Assert.False(ours.TryFind(4, out _));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] message = MessageOf(new ExtensionHandshake { ListenPort = 1, Client = "x", RequestQueue = 5 });
        for (int length = 0; length < message.Length; length++)
            Assert.False(ExtensionHandshake.TryRead(message.AsSpan(0, length), out _));
        Assert.True(ExtensionHandshake.TryRead([.. message, 1, 2], out _));
    }

    [Fact]
    public void Any_ids_survive_the_wire() =>
        Check.QuickThrowOnFailure(Prop.ForAll<byte?, byte?, byte?>((metadata, exchange, punch) =>
        {
            var ids = new ExtensionIds { Metadata = metadata, PeerExchange = exchange, Holepunch = punch };
            byte[] said = [.. new[] { metadata, exchange, punch }.Where(id => id > 0).Select(id => id!.Value)];
            return said.Distinct().Count() < said.Length
                || Read(MessageOf(new ExtensionHandshake { Ids = ids })).Ids == ids;
        }));
}
