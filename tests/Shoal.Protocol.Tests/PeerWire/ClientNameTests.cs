using System.Text;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class ClientNameTests
{
    [Theory]
    [InlineData("-SH0100-abcdefghijkl", "Shoal 0.1")]
    [InlineData("-qB5230-abcdefghijkl", "qBittorrent 5.2.3")]
    [InlineData("-TR4060-abcdefghijkl", "Transmission 4.0.6")]
    [InlineData("-LT20B0-abcdefghijkl", "libtorrent 2.0.11")]
    [InlineData("-lt0D80-abcdefghijkl", "libTorrent (rTorrent) 0.13.8")]
    [InlineData("-rQ0901-abcdefghijkl", "rqbit 0.9.0.1")]
    [InlineData("-BI3500-abcdefghijkl", "BiglyBT 3.5")]
    [InlineData("-DE211s-abcdefghijkl", "Deluge 2.1.1.28")]
    [InlineData("-ZZ1000-abcdefghijkl", "ZZ 1.0")]
    [InlineData("A2-1-37-0-abcdefghij", "aria2 1.37.0")]
    [InlineData("M7-10-5--abcdefghijk", "BitTorrent 7.10.5")]
    [InlineData("exbcabcdefghijklmnop", "exbcabcd")]
    [InlineData("-<b>100-abcdefghijkl", "unknown")]
    [InlineData("\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009abcdefghij", "unknown")]
    public void An_id_gives_a_name_for_people(string id, string expected) =>
        Assert.Equal(expected, ClientName.Of(new PeerId(Encoding.Latin1.GetBytes(id))));

    [Fact]
    public void No_id_gives_a_name_that_a_terminal_or_a_page_would_obey()
    {
        var random = new Random(3);
        byte[] bytes = new byte[PeerId.Length];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            if (i % 3 == 0) "A2-"u8.CopyTo(bytes);
            if (i % 3 == 1) bytes[0] = bytes[7] = (byte)'-';
            string name = ClientName.Of(new PeerId(bytes));
            Assert.InRange(name.Length, 1, 40);
            Assert.DoesNotContain(name, c => c is < ' ' or '\u007f' or '<' or '>' or '&' or '"' or '\'' or '`');
        }
    }
}
