using Shoal.Storage.Layout;

namespace Shoal.Storage.Tests.Layout;

public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData("ReadMe", "readme")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("\u00c9", "e\u0301")]
    [InlineData("\u212b", "\u00e5")]
    [InlineData("\u1e69", "s\u0307\u0323")]
    [InlineData("\u1e69", "s\u0323\u0307")]
    [InlineData("\uac01", "\u1100\u1161\u11a8")]
    [InlineData("Σ", "ς")]
    [InlineData("µ", "μ")]
    public void Names_that_some_file_system_takes_for_the_same_are_equal(string one, string other) =>
        Assert.Equal(CanonicalForm.Of(one), CanonicalForm.Of(other));

    [Theory]
    [InlineData("e", "\u00e9")]
    [InlineData("a\u0301\u0308", "a\u0308\u0301")]
    [InlineData("o", "0")]
    public void Other_names_are_not(string one, string other) =>
        Assert.NotEqual(CanonicalForm.Of(one), CanonicalForm.Of(other));
}
