using System.Text;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("qBittorrent/5.2.3", "qBittorrent/5.2.3")]
    [InlineData("µTorrent 3.5 日本 😀", "µTorrent 3.5 日本 😀")]
    [InlineData("a\u001b[31mred\u001b[0mb", "aredb")]
    [InlineData("a\u001b]0;title\u0007b", "ab")]
    [InlineData("a\u009b2Jb", "ab")]
    [InlineData("a\u001bcb", "ab")]
    [InlineData("a\u001b", "a")]
    [InlineData("a\u001b[12;", "a")]
    [InlineData("one\r\ntwo\u0000\u0008", "onetwo")]
    [InlineData("abc\u202egpj.exe\u2066", "abcgpj.exe")]
    [InlineData("<script>alert('x')&amp;\"`", "scriptalert(x)amp;")]
    [InlineData("  spaces  ", "spaces")]
    [InlineData("", "")]
    public void What_is_harmless_stays(string text, string expected) =>
        Assert.Equal(expected, DisplayText.Of(Encoding.UTF8.GetBytes(text), 128));

    [Fact]
    public void Bytes_that_are_not_text_become_the_replacement_character() =>
        Assert.Equal("a\ufffdb\ufffd", DisplayText.Of([(byte)'a', 0xff, (byte)'b', 0xe2, 0x82], 128));

    [Fact]
    public void The_result_is_never_longer_than_asked_and_cuts_no_character()
    {
        Assert.Equal(new string('x', 128), DisplayText.Of(Encoding.UTF8.GetBytes(new string('x', 1_000_000)), 128));
        Assert.Equal("ab", DisplayText.Of(Encoding.UTF8.GetBytes("ab😀"), 3));
        Assert.Equal("", DisplayText.Of("abc"u8, 0));
    }
}
