namespace Shoal.Storage.Files;

/// <summary>How a file is opened.</summary>
public enum FileUse
{
    /// <summary>For reading; the file must exist.</summary>
    Read,

    /// <summary>For reading and writing; the file is created, empty, where it does not exist.</summary>
    ReadWrite,

    /// <summary>As <see cref="ReadWrite"/>, and no other handle to it may exist, in any process.</summary>
    Exclusive,
}
