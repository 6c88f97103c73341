using System.Net.Sockets;
using Shoal.Engine;
using Shoal.Tracker;

namespace Shoal.Cli.Tests.Commands;

public sealed class FailureMapTests
{
    [Theory]
    [InlineData(TorrentError.Other, 1)]
    [InlineData(TorrentError.InvalidInput, 1)]
    [InlineData(TorrentError.NotFound, 3)]
    [InlineData(TorrentError.Integrity, 4)]
    [InlineData(TorrentError.Disk, 5)]
    [InlineData(TorrentError.Network, 6)]
    public void Errors_of_the_engine_have_exit_codes(TorrentError error, int exitCode) =>
        Assert.Equal(exitCode, FailureMap.ExitCodeOf(new TorrentException(error, "x")));

    [Fact]
    public void Errors_of_the_platform_have_exit_codes()
    {
        Assert.Equal(ExitCode.Disk, FailureMap.ExitCodeOf(new UnauthorizedAccessException()));
        Assert.Equal(ExitCode.Disk, FailureMap.ExitCodeOf(new IOException()));
        Assert.Equal(ExitCode.NotFound, FailureMap.ExitCodeOf(new FileNotFoundException()));
        Assert.Equal(ExitCode.Network, FailureMap.ExitCodeOf(new SocketException()));
        Assert.Equal(ExitCode.Network, FailureMap.ExitCodeOf(new IOException("x", new SocketException())));
        Assert.Equal(ExitCode.Network, FailureMap.ExitCodeOf(new SharedStoreException("x", isAway: true)));
        Assert.Equal(ExitCode.Failed, FailureMap.ExitCodeOf(new SharedStoreException("x", isAway: false)));
        Assert.Equal(ExitCode.Failed, FailureMap.ExitCodeOf(new InvalidOperationException()));
    }

    [Fact]
    public void An_unexpected_error_is_one_sentence_that_tells_how_to_see_more()
    {
        string sentence = FailureMap.Sentence(new InvalidOperationException("first\nsecond"));
        Assert.Equal("Something unexpected went wrong: first second (SHOAL_DEBUG=1 shows where).", sentence);
    }
}
