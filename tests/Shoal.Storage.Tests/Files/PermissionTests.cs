using System.Runtime.InteropServices;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;

namespace Shoal.Storage.Tests.Files;

/// <summary>K02: what the user may not do is an error with a sentence, also when the tests run as root.</summary>
public sealed partial class PermissionTests : IDisposable
{
    // Of nobody, in every Linux; all that matters is that it is not root.
    private const uint Nobody = 65534;

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();
    private readonly RealFileSystem _disk = RealFileSystem.Instance;

    public void Dispose()
    {
        foreach (string path in (string[])[_folder.Path, _folder["closed"]])
            if (!OperatingSystem.IsWindows() && Directory.Exists(path))
                File.SetUnixFileMode(path, ReadOnly | Enter | UnixFileMode.UserWrite);
        _folder.Dispose();
    }

    [Fact]
    public void What_the_user_may_not_do_is_told_as_denied()
    {
        // Windows knows no such modes, and only Linux lets one thread of a privileged process be another user.
        if (!OperatingSystem.IsLinux()) return;
        Directory.CreateDirectory(_folder["closed"]);
        File.WriteAllBytes(_folder["closed/file"], [1, 2, 3]);
        File.SetUnixFileMode(_folder["closed/file"], ReadOnly);
        File.SetUnixFileMode(_folder["closed"], ReadOnly | Enter);
        File.SetUnixFileMode(_folder.Path, ReadOnly | Enter);
        AsAnybody(() =>
        {
            AssertDenied(_disk.Open(_folder["closed/file"], FileUse.ReadWrite, out _), "closed/file");
            AssertDenied(_disk.Open(_folder["closed/new"], FileUse.ReadWrite, out _), "closed/new");
            AssertDenied(_disk.Open(_folder["closed/lock"], FileUse.Exclusive, out _), "closed/lock");
            AssertDenied(_disk.Allocate(_folder["closed/new"], 10), "closed/new");
            AssertDenied(_disk.CreateFolder(_folder["closed/folder"]), "closed/folder");
            AssertDenied(_disk.Rename(_folder["closed/file"], _folder["closed/other"]), "closed/file");
            AssertDenied(_disk.Delete(_folder["closed/file"]), "closed/file");
            Assert.Null(_disk.Open(_folder["closed/file"], FileUse.Read, out IFileHandle? file));
            file!.Dispose();
        });
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["closed/file"]));
    }

    // errno of Linux, errno(3).
    [Theory]
    [InlineData(28, StorageFault.DiskFull)]
    [InlineData(122, StorageFault.DiskFull)]
    [InlineData(30, StorageFault.ReadOnly)]
    [InlineData(11, StorageFault.Locked)]
    [InlineData(27, StorageFault.TooLarge)]
    [InlineData(23, StorageFault.TooManyOpen)]
    [InlineData(24, StorageFault.TooManyOpen)]
    [InlineData(5, StorageFault.Other)]
    public void Every_kind_of_trouble_has_a_sentence_with_the_path(int errno, StorageFault kind)
    {
        if (!OperatingSystem.IsLinux()) return;
        StorageError error = StorageErrors.Of(new IOException("trouble", errno), "write", "/d/file");
        Assert.Equal(kind, error.Kind);
        Assert.StartsWith("Cannot write '/d/file': ", error.Sentence, StringComparison.Ordinal);
    }

    private static void AssertDenied(StorageError? error, string path)
    {
        Assert.Equal(StorageFault.Denied, error?.Kind);
        Assert.Contains(path, error!.Sentence, StringComparison.Ordinal);
    }

    // Root may do everything; the kernel takes another user's word for the files that one thread opens.
    private static void AsAnybody(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess) _ = SetFileSystemUser(Nobody);
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("As another user:", failure);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
