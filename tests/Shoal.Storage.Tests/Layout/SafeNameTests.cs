using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Storage.Layout;

namespace Shoal.Storage.Tests.Layout;

public sealed class SafeNameTests
{
    [Theory]
    [InlineData("report.pdf", "report.pdf")]
    [InlineData(".bashrc", ".bashrc")]
    [InlineData("日本語.txt", "日本語.txt")]
    [InlineData("a b", "a b")]
    public void An_honest_name_stays_as_it_is(string name, string expected) =>
        Assert.Equal(expected, SafeName.Of(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData(" . ")]
    [InlineData("\u200b\u202e")]
    [InlineData("\0")]
    [InlineData(".\u200b.")]
    public void A_name_that_means_nothing_or_the_folder_above_is_dropped(string name) =>
        Assert.Equal("", SafeName.Of(name));

    [Theory]
    [InlineData("../../etc/passwd", ".._.._etc_passwd")]
    [InlineData(@"..\x", ".._x")]
    [InlineData("/etc", "_etc")]
    [InlineData(@"C:\x", "C__x")]
    [InlineData("file:stream", "file_stream")]
    [InlineData("a*b?c\"d<e>f|g", "a_b_c_d_e_f_g")]
    [InlineData("a\tb\u0085c\u009f", "a_b_c_")]
    [InlineData("a\0b", "ab")]
    [InlineData("gpj\u202eexe.txt", "gpjexe.txt")]
    [InlineData("\ufeffa\u200db", "ab")]
    [InlineData("a\ufffdb", "a_b")]
    [InlineData("x.", "x")]
    [InlineData("x ", "x")]
    [InlineData("x. . ", "x")]
    [InlineData("%C0%AE%C0%AE", "%C0%AE%C0%AE")]
    public void A_dangerous_name_is_made_harmless(string name, string expected) =>
        Assert.Equal(expected, SafeName.Of(name));

    [Fact]
    public void Half_a_surrogate_pair_is_no_character() => Assert.Equal("a_b", SafeName.Of("a" + '\ud800' + "b"));

    [Theory]
    [InlineData("CON", "_CON")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("Com1", "_Com1")]
    [InlineData("lpt9.tar.gz", "_lpt9.tar.gz")]
    [InlineData("COM¹", "_COM¹")]
    [InlineData("aux .x", "_aux .x")]
    [InlineData("conin$", "_conin$")]
    [InlineData("COM10", "COM10")]
    [InlineData("CONTENT", "CONTENT")]
    [InlineData("COMB", "COMB")]
    public void A_device_of_windows_gets_another_name(string name, string expected) =>
        Assert.Equal(expected, SafeName.Of(name));

    [Fact]
    public void A_long_name_is_cut_before_its_extension_and_between_characters()
    {
        string name = SafeName.Of(new string('é', 300) + ".txt");
        Assert.Equal(new string('é', 118) + ".txt", name);
        Assert.Equal(SafeName.TargetBytes, Encoding.UTF8.GetByteCount(name));
        Assert.Equal(240, SafeName.Of(new string('a', 300)).Length);
        Assert.Equal(240, SafeName.Of("a." + new string('b', 300)).Length);
        Assert.Equal(new string('a', 240), SafeName.Of(new string('a', 240)));
    }

    [Fact]
    public void A_cut_name_does_not_end_in_a_blank()
    {
        string name = SafeName.Of(new string('a', 239) + "  bbb");
        Assert.Equal(new string('a', 239), name);
    }

    [Fact]
    public void A_number_goes_before_the_extension()
    {
        Assert.Equal("a.tar.2.gz", SafeName.Numbered("a.tar.gz", 2));
        Assert.Equal("a.1", SafeName.Numbered("a", 1));
        Assert.Equal(".rc.1", SafeName.Numbered(".rc", 1));
    }

    [Fact]
    public void Any_text_gives_a_name_that_is_safe_and_safe_again()
    {
        Prop.ForAll<string>(text =>
        {
            string name = SafeName.Of(text ?? "");
            Assert.Equal(name, SafeName.Of(name));
            Assert.True(Encoding.UTF8.GetByteCount(name) <= SafeName.MaxBytes);
            Assert.DoesNotContain(name, c => c is '/' or '\\' || char.IsControl(c));
            Assert.NotEqual("..", name);
            Assert.NotEqual(".", name);
        }).QuickCheckThrowOnFailure();
    }
}
