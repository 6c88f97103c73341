using System.Text;
using Shoal.Network.OpenSsl;

namespace Shoal.Network.Tests.OpenSsl;

public sealed class ServerNameTests
{
    // RFC 6066, section 3: a list of nine bytes, a host name of six.
    private static readonly byte[] Extension = [0, 9, 0, 0, 6, .. "abcdef"u8];

    [Fact]
    public void The_host_is_read() => Assert.Equal("abcdef", Encoding.ASCII.GetString(ServerName.In(Extension)));

    [Fact]
    public void What_is_cut_off_names_nobody()
    {
        for (int length = 0; length < Extension.Length; length++)
            Assert.True(ServerName.In(Extension.AsSpan(0, length)).IsEmpty, $"{length} bytes");
    }

    [Fact]
    public void Another_kind_of_name_is_none() =>
        Assert.True(ServerName.In([0, 9, 1, 0, 6, .. "abcdef"u8]).IsEmpty);
}
