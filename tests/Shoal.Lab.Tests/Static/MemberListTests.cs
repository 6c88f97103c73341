using Shoal.Lab.Static;

namespace Shoal.Lab.Tests.Static;

public sealed class MemberListTests
{
    [Fact]
    public void The_documented_file_is_read()
    {
        IReadOnlyList<StaticMember> members = Parse(
            "1001 hostname1 6008 1\n1002 hostname2 6008 0\n\n1003 192.168.1.103 6008 0");
        Assert.Equal(
            [
                new StaticMember(1001, "hostname1", 6008, true) { Line = 1 },
                new StaticMember(1002, "hostname2", 6008, false) { Line = 2 },
                new StaticMember(1003, "192.168.1.103", 6008, false) { Line = 4 },
            ],
            members);
        Assert.Equal("1001 hostname1 6008 1\n", MemberList.Write(members.Take(1)));
    }

    [Fact]
    public void Every_peer_has_an_id_of_its_own_on_the_wire()
    {
        Assert.Equal("-SH0100-000000001001", new StaticMember(1001, "x", 1, false).PeerId.ToString());
        Assert.Equal("-SH0100-999999999999", new StaticMember(StaticMember.MaxId, "x", 1, false).PeerId.ToString());
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("hostname1", false)]
    public void A_loopback_host_is_local(string host, bool isLocal) =>
        Assert.Equal(isLocal, new StaticMember(1, host, 1, false).IsLocal);

    [Theory]
    [InlineData("1001 a 6008", "PeerInfo.cfg line 1: there are 3 fields, not 4")]
    [InlineData("1001 a 6008 1 0", "PeerInfo.cfg line 1: there are 5 fields, not 4")]
    [InlineData("10x1 a 6008 1", "PeerInfo.cfg line 1: peer id '10x1' is not a number of at most 12 digits.")]
    [InlineData("1234567890123 a 6008 1", "PeerInfo.cfg line 1: peer id '1234567890123' is not a number")]
    [InlineData("1001 a/b 6008 1", "PeerInfo.cfg line 1: 'a/b' is not the name or address of a host.")]
    [InlineData("1001 a 0 1", "PeerInfo.cfg line 1: port '0' is not a number from 1 to 65535.")]
    [InlineData("1001 a 65536 1", "PeerInfo.cfg line 1: port '65536' is not a number from 1 to 65535.")]
    [InlineData("1001 a 6008 yes", "PeerInfo.cfg line 1: 'yes' is neither 1 (has the file) nor 0 (has it not).")]
    [InlineData("1001 a 6008 1\n1001 b 6008 0", "PeerInfo.cfg line 2: peer 1001 stands in line 1 already.")]
    [InlineData("1001 a 6008 1\n1002 A 6008 0", "PeerInfo.cfg line 2: A:6008 is taken by line 1; give each peer")]
    [InlineData("1001 a 6008 0\n1002 b 6008 0", "PeerInfo.cfg line 2: no peer has the file")]
    [InlineData("# nothing", "PeerInfo.cfg line 1: there is no peer.")]
    public void What_is_wrong_is_told_with_its_line(string text, string sentence) => Assert.StartsWith(
        sentence, Assert.Throws<LabException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_peer_that_is_not_listed_is_told_with_those_that_are()
    {
        LabException error = Assert.Throws<LabException>(
            () => MemberList.Find(Parse("1001 a 6008 1\n1002 b 6008 0"), 1003, "PeerInfo.cfg"));
        Assert.Equal("PeerInfo.cfg has no peer 1003; it has 1001 to 1002.", error.Message);
        Assert.True(error.IsNotFound);
    }

    private static IReadOnlyList<StaticMember> Parse(string text) =>
        MemberList.Parse("some/PeerInfo.cfg", text.Split('\n'));
}
