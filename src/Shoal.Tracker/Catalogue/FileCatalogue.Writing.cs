using System.Diagnostics.CodeAnalysis;
using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Tracker.Catalogue;

// Registering, leaving, and torrents that are brought.
internal sealed partial class FileCatalogue
{
    /// <summary>Registers one file, or several, for an endpoint.</summary>
    public async Task<Answer<RegisterReply>> RegisterAsync(Asker asker, RegisterRequest request)
    {
        if (!TryEndPoint(asker, request.Ip, request.Port, out IPAddress? ip, out string? fault))
            return Refusal.Invalid(fault);
        TimeSpan ttl = TtlOf(request.TtlSeconds);
        if (request.Files is null)
        {
            string? invalid = Validate(request, ip, request.Port, ttl, out Registration? one);
            if (invalid is not null) return Refusal.Invalid(invalid);
            StoredRegistration stored = (await PutAsync([one!]).ConfigureAwait(false))[0];
            if (FaultOf(stored) is { } error) return Refusal.Conflict(error);
            return new RegisterReply
            {
                Message = "Peer registered successfully", FileHash = one!.File.Hash, PeersCount = stored.EndPoints,
                ChunkSize = stored.File?.ChunkSize, TtlSeconds = (int)ttl.TotalSeconds,
            };
        }
        if (request.Files.Count > CatalogueLimits.MaxFilesPerRequest)
            return Refusal.Invalid($"More than {CatalogueLimits.MaxFilesPerRequest} files are for several requests.");
        return await RegisterAllAsync(request.Files, ip, request.Port, ttl).ConfigureAwait(false);
    }

    /// <summary>Registers chunks that an endpoint holds besides those before.</summary>
    public async Task<Answer<ChunkReply>> AddChunksAsync(Asker asker, ChunkRequest request)
    {
        if (!TryEndPoint(asker, request.Ip, request.Port, out IPAddress? ip, out string? fault))
            return Refusal.Invalid(fault);
        ChunkSet? chunks = request.Chunk is { } one ? ChunkSet.Of([(one, one + 1)]) : request.Chunks;
        if (chunks is null || chunks.Count == 0) return Refusal.Invalid("Say which: chunk or chunks is missing.");
        await Store.FreshenAsync().ConfigureAwait(false);
        if (Choose(request.FileName, request.FileHash, out IReadOnlyList<CatalogueFile> others) is not { } file)
            return Missing(request.FileName, request.FileHash);
        if (others.Count > 0) return Refusal.Conflict("Several files have this name: say which by file_hash.");
        if (chunks.Below(CountOf(file)).Count != chunks.Count)
            return Refusal.Invalid($"The file has {CountOf(file)} chunks of {file.ChunkSize} bytes, from 0 on.");
        var endPoint = new CatalogueEndPoint(ip.ToString(), request.Port, chunks);
        (RegistrationStatus Status, ChunkSet Chunks)? result =
            await Store.AddChunksAsync(file.Hash, endPoint, Now + TtlOf(request.TtlSeconds), Now)
                .ConfigureAwait(false);
        if (result is not { } added) return Missing(null, file.Hash);
        if (FaultOf(new StoredRegistration(added.Status, 0, file)) is { } error) return Refusal.Conflict(error);
        return new ChunkReply
        {
            Success = true,
            FileHash = file.Hash,
            ChunkRanges = added.Chunks.ToString(),
            Results = chunks.Count > CatalogueLimits.MaxChunkResults ? null
                : [.. chunks.Ranges.SelectMany(r => Enumerable.Range(r.First, r.End - r.First))
                    .Select(c => new ItemResult { Success = true, Chunk = c })],
        };
    }

    /// <summary>Removes an endpoint from one file or from all.</summary>
    public async Task<Answer<LeaveReply>> LeaveAsync(Asker asker, LeaveRequest request)
    {
        if (!TryEndPoint(asker, request.Ip, request.Port, out IPAddress? ip, out string? fault))
            return Refusal.Invalid(fault);
        string? hash = request.FileHash is null ? null : CatalogueText.Canonical(request.FileHash);
        IReadOnlyList<(string Hash, string Name)> left =
            await Store.LeaveAsync(ip.ToString(), request.Port, hash).ConfigureAwait(false);
        // A torrent that goes with its last source is served until the next round: to read all for each is too much.
        if (left.Count > 0) Interlocked.Exchange(ref _hasLeavers, 1);
        return new LeaveReply
        {
            Success = left.Count > 0,
            Results = [.. left.Select(l => new ItemResult { Success = true, FileHash = l.Hash, FileName = l.Name })],
        };
    }

    /// <summary>Takes a torrent in that stays until it is deleted.</summary>
    public async Task<Answer<FileEntry>> AddTorrentAsync(
        Asker asker, ReadOnlyMemory<byte> bytes, IReadOnlyList<string> tags)
    {
        if (CatalogueText.FaultOfTags(tags) is { } badTags) return Refusal.Invalid(badTags);
        if (!MetainfoReader.TryRead(bytes, out Metainfo? metainfo, out string? error)) return Refusal.Invalid(error);
        await Store.FreshenAsync().ConfigureAwait(false);
        // The same torrent may be here under the hash of its file.
        CatalogueFile? known = FindAny(metainfo.Info.Hashes.ToString());
        CatalogueFile file = known ?? FileOf(metainfo, metainfo.Info.Hashes.ToString());
        file = file with { Tags = CatalogueText.Canonical(tags) };
        if (CatalogueText.FaultOfName(file.Name) is { } badName) return Refusal.Invalid(badName);
        Registration pinned = new()
        {
            File = file, Torrent = bytes.ToArray(), IsPinned = true, TakesAnyChunkSize = true,
        };
        StoredRegistration stored = (await PutAsync([pinned]).ConfigureAwait(false))[0];
        if (FaultOf(stored) is { } fault) return Refusal.Conflict(fault);
        return await EntryAsync(stored.File ?? file, asker).ConfigureAwait(false);
    }

    /// <summary>Keeps the torrent of a file that was registered before.</summary>
    public async Task<Answer<FileEntry>> AttachTorrentAsync(
        Asker asker, string hash, ReadOnlyMemory<byte> bytes)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        if (FindAny(hash) is not { } file) return Missing(null, hash);
        if (!MetainfoReader.TryRead(bytes, out Metainfo? metainfo, out string? error)) return Refusal.Invalid(error);
        CatalogueFile offered = FileOf(metainfo, file.Hash);
        if (offered.Size != file.Size)
            return Refusal.Conflict($"The torrent has {offered.Size} bytes of content, the file {file.Size}.");
        bool agrees = (file.InfoHash is null || file.InfoHash == offered.InfoHash)
            && (file.InfoHashV2 is null || file.InfoHashV2 == offered.InfoHashV2);
        if (!agrees) return Refusal.Conflict("The file was registered with another info-hash.");
        var registration = new Registration { File = offered, Torrent = bytes.ToArray() };
        if (!await Store.AttachTorrentAsync(registration).ConfigureAwait(false)) return Missing(null, hash);
        Registry?.Add(CatalogueText.SwarmsOf(offered.InfoHash, offered.InfoHashV2));
        return await EntryAsync(Store.Find(file.Hash) ?? file, asker).ConfigureAwait(false);
    }

    /// <summary>Removes a file with everything about it.</summary>
    public async Task<Answer<LeaveReply>> DeleteAsync(string hash)
    {
        await Store.FreshenAsync().ConfigureAwait(false);
        if (FindAny(hash) is not { } file || !await Store.DeleteAsync(file.Hash).ConfigureAwait(false))
            return Missing(null, hash);
        Registry?.Reload(Store.Swarms);
        return new LeaveReply
        {
            Success = true,
            Results = [new ItemResult { Success = true, FileHash = file.Hash, FileName = file.Name }],
        };
    }

    private async Task<IReadOnlyList<StoredRegistration>> PutAsync(IReadOnlyList<Registration> registrations)
    {
        IReadOnlyList<StoredRegistration> stored =
            await Store.RegisterAsync(registrations, Now).ConfigureAwait(false);
        foreach (StoredRegistration one in stored)
        {
            if (one is { Status: RegistrationStatus.Stored, File: { } file })
                Registry?.Add(CatalogueText.SwarmsOf(file.InfoHash, file.InfoHashV2));
        }
        return stored;
    }

    private static CatalogueFile FileOf(Metainfo metainfo, string hash) => new()
    {
        Hash = hash,
        Name = metainfo.Info.Name,
        Size = metainfo.Info.ContentLength,
        ChunkSize = ChunkGeometry.Choose(metainfo.Info.ContentLength),
        InfoHash = metainfo.Info.Hashes.V1?.ToString(),
        InfoHashV2 = metainfo.Info.Hashes.V2?.ToString(),
        PieceSize = metainfo.Info.Geometry.PieceLength,
    };

    private async Task<Answer<RegisterReply>> RegisterAllAsync(
        IReadOnlyList<RegisteredFile> files, IPAddress ip, int port, TimeSpan ttl)
    {
        var results = new ItemResult[files.Count];
        List<(int Index, Registration Registration)> valid = [];
        for (int i = 0; i < files.Count; i++)
        {
            string? invalid = files[i] is null
                ? "This is no file." : Validate(files[i], ip, port, ttl, out Registration? one) ?? Take(i, one!);
            results[i] = new ItemResult
            {
                Success = false, FileName = files[i]?.FileName, FileHash = files[i]?.FileHash, Error = invalid,
            };
        }
        IReadOnlyList<StoredRegistration> stored =
            await PutAsync([.. valid.Select(v => v.Registration)]).ConfigureAwait(false);
        for (int i = 0; i < stored.Count; i++)
        {
            string? error = FaultOf(stored[i]);
            results[valid[i].Index] = results[valid[i].Index] with
            {
                Success = error is null, Error = error, ChunkSize = stored[i].File?.ChunkSize,
                FileHash = valid[i].Registration.File.Hash,
            };
        }
        int done = results.Count(r => r.Success);
        return new RegisterReply
        {
            Message = done == results.Length
                ? "Peer registered successfully" : $"{done} of {results.Length} files were registered",
            TtlSeconds = (int)ttl.TotalSeconds,
            Results = results,
        };

        string? Take(int index, Registration registration)
        {
            valid.Add((index, registration));
            return null;
        }
    }

    private string? Validate(
        RegisteredFile file, IPAddress ip, int port, TimeSpan ttl, out Registration? registration)
    {
        registration = null;
        string? fault = CatalogueText.FaultOfName(file.FileName)
            ?? CatalogueText.FaultOfHash(file.FileHash)
            ?? CatalogueText.FaultOfInfoHash(file.InfoHash, InfoHash.Length, "info_hash")
            ?? CatalogueText.FaultOfInfoHash(file.InfoHashV2, Sha256Hash.Length, "info_hash_v2")
            ?? CatalogueText.FaultOfTags(file.Tags);
        if (fault is not null) return fault;
        if (file.FileSize is < 0 or > CatalogueLimits.MaxFileSize)
            return $"file_size must be from 0 to {CatalogueLimits.MaxFileSize}.";
        if (file.ChunkSize is < 0 or > ChunkGeometry.MaxChunkSize)
            return $"chunk_size must be from 1 to {ChunkGeometry.MaxChunkSize}.";
        if (file.PieceSize is < 0 or > TorrentLimits.MaxPieceLength)
            return $"piece_size must be from 0 to {TorrentLimits.MaxPieceLength}.";
        int chunkSize = file.ChunkSize > 0 ? file.ChunkSize : ChunkGeometry.DefaultChunkSize;
        int count = new ChunkGeometry(file.FileSize, chunkSize).Count;
        if (count < 0) return $"The file has more than {ChunkSet.MaxChunks} chunks: choose a larger chunk_size.";
        registration = new Registration
        {
            File = new CatalogueFile
            {
                Hash = CatalogueText.Canonical(file.FileHash!),
                Name = file.FileName!,
                Size = file.FileSize,
                ChunkSize = chunkSize,
                InfoHash = file.InfoHash?.ToLowerInvariant(),
                InfoHashV2 = file.InfoHashV2?.ToLowerInvariant(),
                PieceSize = file.PieceSize,
                Tags = CatalogueText.Canonical(file.Tags),
            },
            EndPoint = new CatalogueEndPoint(ip.ToString(), port, file.Chunks ?? ChunkSet.Whole(count)),
            Expires = Now + ttl,
        };
        return null;
    }

    private static string? FaultOf(StoredRegistration stored) => stored.Status switch
    {
        RegistrationStatus.Stored => null,
        RegistrationStatus.SizeDiffers => $"This file_hash is known with file_size {stored.File?.Size}.",
        RegistrationStatus.ChunkSizeDiffers =>
            $"This file is known with chunk_size {stored.File?.ChunkSize}: register chunks of that size.",
        RegistrationStatus.InfoHashDiffers => "This file is known with another info-hash.",
        RegistrationStatus.Full => "The catalogue is full.",
        RegistrationStatus.TooManyNames =>
            $"This file has {CatalogueLimits.MaxNamesPerFile} names already: use one of them.",
        RegistrationStatus.TooManyEndPoints => "This file has as many endpoints as the catalogue keeps.",
        _ => $"The chunks are in more than {ChunkSet.MaxRanges} separate ranges.",
    };

    private static TimeSpan TtlOf(int seconds)
    {
        if (seconds <= 0) return CatalogueLimits.DefaultTtl;
        TimeSpan asked = TimeSpan.FromSeconds(seconds);
        return asked < CatalogueLimits.MinTtl ? CatalogueLimits.MinTtl
            : asked > CatalogueLimits.MaxTtl ? CatalogueLimits.MaxTtl : asked;
    }

    /// <summary>The endpoint that a request speaks of; peers will be sent there, so it has to be a real one.</summary>
    private static bool TryEndPoint(
        Asker asker, string? text, int port, [NotNullWhen(true)] out IPAddress? ip,
        [NotNullWhen(false)] out string? fault)
    {
        const int MaxAddressChars = 64;
        fault = "port must be from 1 to 65535.";
        ip = asker.Address;
        if (port is < 1 or > IPEndPoint.MaxPort) return false;
        fault = "ip is no address such as 192.0.2.7 or 2001:db8::1.";
        if (text is not null)
        {
            bool looksLikeOne = text.Length <= MaxAddressChars && text.AsSpan().IndexOfAny('.', ':') >= 0;
            if (!looksLikeOne || !IPAddress.TryParse(text, out IPAddress? parsed)) return false;
            ip = parsed.Normalised();
        }
        fault = "ip is not the address of one machine.";
        if (ip.Scope() == AddressScope.Unusable) return false;
        fault = "ip is a loopback address, which means another machine to everybody else.";
        if (ip.Scope() == AddressScope.Loopback && asker.Address.Scope() != AddressScope.Loopback) return false;
        fault = null;
        return true;
    }
}
