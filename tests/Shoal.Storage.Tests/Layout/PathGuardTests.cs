using Shoal.Storage.Layout;
using Shoal.Storage.Tests.Fakes;

namespace Shoal.Storage.Tests.Layout;

public sealed class PathGuardTests
{
    private readonly MemoryFileSystem _disk = new();

    [Theory]
    [InlineData("t/a", "/d/t/a")]
    [InlineData("t/x/../a", "/d/t/a")]
    public void A_path_in_the_folder_is_allowed(string relative, string expected)
    {
        Assert.Null(new PathGuard(_disk, "/d").Check(relative, out string path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("t/../../d2/a")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    public void A_path_that_leaves_the_folder_by_its_text_is_refused(string relative) =>
        AssertRefused(relative, "not inside");

    [Theory]
    [InlineData("/etc")]
    [InlineData("../e")]
    [InlineData("x/../../../e")]
    [InlineData("/d2")]
    public void A_link_that_leads_out_of_the_folder_is_refused(string target)
    {
        _disk.Link("/d/t", target);
        AssertRefused("t/a", "outside");
    }

    [Theory]
    [InlineData("/d/other")]
    [InlineData("other")]
    [InlineData("./x/../other")]
    public void A_link_that_stays_in_the_folder_is_followed(string target)
    {
        _disk.Link("/d/t", target);
        Assert.Null(new PathGuard(_disk, "/d").Check("t/a", out _));
    }

    [Fact]
    public void Dots_after_a_link_climb_from_where_the_link_leads()
    {
        _disk.Link("/d/deep", "/d/x/y");
        _disk.Link("/d/t", "deep/../../../e");
        AssertRefused("t/a", "outside");
    }

    [Fact]
    public void A_file_that_is_a_link_out_of_the_folder_is_refused_in_a_folder_that_was_fine()
    {
        var guard = new PathGuard(_disk, "/d");
        Assert.Null(guard.Check("t/a", out _));
        _disk.Link("/d/t/b", "/etc/passwd");
        Assert.Equal(StorageFault.Denied, guard.Check("t/b", out _)!.Kind);
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        _disk.Link("/d/t", "/d/u");
        _disk.Link("/d/u", "/d/t");
        AssertRefused("t/a", "loop");
    }

    [Fact]
    public void The_download_folder_itself_may_be_a_link()
    {
        _disk.Link("/d", "/mnt/big");
        Assert.Null(new PathGuard(_disk, "/d").Check("t/a", out _));
        _disk.Link("/mnt/big/u", "/etc");
        Assert.Null(new PathGuard(_disk, "/d").Check("t/a", out _));
    }

    private void AssertRefused(string relative, string why)
    {
        StorageError? error = new PathGuard(_disk, "/d").Check(relative, out _);
        Assert.Equal(StorageFault.Denied, error!.Kind);
        Assert.Contains(why, error.Sentence, StringComparison.Ordinal);
    }
}
