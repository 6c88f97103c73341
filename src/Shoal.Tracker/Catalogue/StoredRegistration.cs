namespace Shoal.Tracker.Catalogue;

/// <summary>What a store did with a registration.</summary>
/// <param name="Status">Whether it is stored, or why not.</param>
/// <param name="EndPoints">Endpoints of the file now.</param>
/// <param name="File">The file as it is in the store already, where the two do not agree.</param>
internal readonly record struct StoredRegistration(RegistrationStatus Status, int EndPoints, CatalogueFile? File);

/// <summary>Whether a registration was stored.</summary>
internal enum RegistrationStatus
{
    /// <summary>It was.</summary>
    Stored = 0,

    /// <summary>The same content is known with another size.</summary>
    SizeDiffers,

    /// <summary>The same content is known with another chunk size.</summary>
    ChunkSizeDiffers,

    /// <summary>The same content is known with another info-hash of the same version.</summary>
    InfoHashDiffers,

    /// <summary>There are as many files as there may be.</summary>
    Full,

    /// <summary>The content has as many names as it may have.</summary>
    TooManyNames,

    /// <summary>The file has as many endpoints as it may have.</summary>
    TooManyEndPoints,

    /// <summary>The endpoint holds chunks in too many separate ranges.</summary>
    TooManyRanges,
}
