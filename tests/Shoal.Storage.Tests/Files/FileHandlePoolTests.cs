using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;

namespace Shoal.Storage.Tests.Files;

public sealed class FileHandlePoolTests
{
    private readonly MemoryFileSystem _disk = new();

    [Fact]
    public void A_handle_is_opened_once_and_closed_when_it_is_the_least_recently_used()
    {
        using var pool = new FileHandlePool(_disk, capacity: 2);
        PooledFile[] files = Files(3);
        Use(pool, files[0]);
        Use(pool, files[1]);
        Use(pool, files[0]);
        Use(pool, files[2]);
        Assert.Equal(2, pool.OpenCount);
        Assert.NotNull(files[0].Current);
        Assert.Null(files[1].Current);
        Assert.Equal(2, _disk.OpenHandles);
    }

    [Fact]
    public void A_handle_in_use_is_not_closed_even_when_there_are_too_many()
    {
        using var pool = new FileHandlePool(_disk, capacity: 1);
        PooledFile[] files = Files(3);
        OpenFile[] leases = [.. files.Select(f => Lease(pool, f))];
        Assert.Equal(3, _disk.OpenHandles);
        foreach (OpenFile lease in leases) Assert.Null(lease.Handle.Read([new byte[1]], 0, out _));
        foreach (OpenFile lease in leases) pool.Return(lease);
        Assert.Equal(1, _disk.OpenHandles);
    }

    [Fact]
    public void Writing_replaces_a_handle_for_reading_which_lives_on_until_it_is_returned()
    {
        using var pool = new FileHandlePool(_disk);
        PooledFile file = Files(1)[0];
        OpenFile reader = Lease(pool, file);
        Assert.Null(pool.Lease(file, forWriting: true, out OpenFile? writer));
        Assert.NotSame(reader, writer);
        Assert.Equal(2, _disk.OpenHandles);
        Assert.Null(reader.Handle.Read([new byte[1]], 0, out _));
        pool.Return(reader);
        Assert.Equal(1, _disk.OpenHandles);
        Assert.Same(writer, Lease(pool, file));
    }

    [Fact]
    public void When_the_system_opens_no_more_files_idle_ones_are_closed_and_fewer_are_kept()
    {
        using var pool = new FileHandlePool(_disk);
        _disk.Fault = (operation, _) => operation == "open" && _disk.OpenHandles >= 8
            ? new StorageError(StorageFault.TooManyOpen, "")
            : null;
        foreach (PooledFile file in Files(100)) Use(pool, file);
        Assert.InRange(pool.OpenCount, 4, 8);
    }

    [Fact]
    public void Two_threads_that_are_refused_at_a_time_find_the_same_limit()
    {
        using var pool = new FileHandlePool(_disk);
        PooledFile[] files = FilesOfWhichFortyAreOpen(pool);
        RefuseOnce();
        using var secondIsClosing = new ManualResetEventSlim();
        using var firstIsDone = new ManualResetEventSlim();
        Task second = Task.CompletedTask;
        // The second is refused while the first closes what is idle, and is itself closing when the first is done.
        _disk.Closed = () =>
        {
            _disk.Closed = () =>
            {
                _disk.Closed = null;
                secondIsClosing.Set();
                firstIsDone.Wait();
            };
            RefuseOnce();
            second = Task.Run(() => Use(pool, files[98]));
            // It ends at once when it is not refused, and the test fails then.
            Task.WaitAny(second, Task.Run(secondIsClosing.Wait));
        };
        Use(pool, files[99]);
        firstIsDone.Set();
        secondIsClosing.Set();
        second.GetAwaiter().GetResult();
        foreach (PooledFile file in files) Use(pool, file);
        Assert.InRange(pool.OpenCount, 35, 40);
    }

    [Fact]
    public void Who_hears_late_that_it_is_refused_does_not_take_what_another_has_closed_for_the_limit()
    {
        using var pool = new FileHandlePool(_disk);
        PooledFile[] files = FilesOfWhichFortyAreOpen(pool);
        using var secondIsRefused = new ManualResetEventSlim();
        using var firstIsDone = new ManualResetEventSlim();
        int first = 1, second = 1;
        _disk.Fault = (operation, path) =>
        {
            bool isSecond = path == files[98].Path && Interlocked.Decrement(ref second) == 0;
            bool isFirst = path == files[99].Path && Interlocked.Decrement(ref first) == 0;
            if (isSecond)
            {
                secondIsRefused.Set();
                firstIsDone.Wait();
            }
            return isFirst || isSecond ? new StorageError(StorageFault.TooManyOpen, "") : null;
        };
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Task late = Task.Run(() => Use(pool, files[98]), cancel);
        secondIsRefused.Wait(cancel);
        Use(pool, files[99]);
        firstIsDone.Set();
        late.GetAwaiter().GetResult();
        foreach (PooledFile file in files) Use(pool, file);
        Assert.InRange(pool.OpenCount, 35, 40);
    }

    [Fact]
    public void A_pool_that_ends_while_it_learns_the_limit_of_the_system_keeps_nothing_open()
    {
        var pool = new FileHandlePool(_disk);
        PooledFile[] files = FilesOfWhichFortyAreOpen(pool);
        RefuseOnce();
        _disk.Closed = () =>
        {
            _disk.Closed = null;
            pool.Dispose();
        };
        Use(pool, files[40]);
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Fact]
    public void Who_comes_after_the_end_of_a_file_gets_a_handle_that_is_not_kept()
    {
        using var pool = new FileHandlePool(_disk);
        PooledFile file = Files(1)[0];
        pool.Close(file, isEnd: true);
        OpenFile lease = Lease(pool, file);
        Assert.Equal(1, _disk.OpenHandles);
        pool.Return(lease);
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Fact]
    public void Closing_a_file_waits_for_its_last_user()
    {
        using var pool = new FileHandlePool(_disk);
        PooledFile file = Files(1)[0];
        OpenFile lease = Lease(pool, file);
        pool.Close(file);
        Assert.Equal(1, _disk.OpenHandles);
        pool.Return(lease);
        Assert.Equal(0, _disk.OpenHandles);
        Assert.Equal(0, pool.OpenCount);
    }

    [Fact]
    public void Many_threads_share_few_handles()
    {
        using var pool = new FileHandlePool(_disk, capacity: 3);
        PooledFile[] files = Files(10);
        Parallel.For(0, 2000, i =>
        {
            Assert.Null(pool.Lease(files[i % 10], i % 3 == 0, out OpenFile? lease));
            Assert.Null(lease!.Handle.Read([new byte[1]], 0, out _));
            pool.Return(lease);
        });
        Assert.InRange(pool.OpenCount, 1, 3);
        Assert.Equal(pool.OpenCount, _disk.OpenHandles);
    }

    [Fact]
    public void The_end_of_the_pool_closes_all()
    {
        var pool = new FileHandlePool(_disk);
        foreach (PooledFile file in Files(5)) Use(pool, file);
        pool.Dispose();
        Assert.Equal(0, _disk.OpenHandles);
    }

    private void RefuseOnce()
    {
        int left = 1;
        _disk.Fault = (operation, _) => operation == "open" && Interlocked.Decrement(ref left) == 0
            ? new StorageError(StorageFault.TooManyOpen, "")
            : null;
    }

    private PooledFile[] FilesOfWhichFortyAreOpen(FileHandlePool pool)
    {
        PooledFile[] files = Files(100);
        foreach (PooledFile file in files[..40]) Use(pool, file);
        return files;
    }

    private PooledFile[] Files(int count)
    {
        var files = new PooledFile[count];
        for (int i = 0; i < count; i++)
        {
            _disk["/f" + i] = [1];
            files[i] = new PooledFile("/f" + i);
        }
        return files;
    }

    private static OpenFile Lease(FileHandlePool pool, PooledFile file)
    {
        Assert.Null(pool.Lease(file, forWriting: false, out OpenFile? lease));
        return lease!;
    }

    private static void Use(FileHandlePool pool, PooledFile file) => pool.Return(Lease(pool, file));
}
