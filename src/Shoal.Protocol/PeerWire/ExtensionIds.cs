using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The <c>m</c> dictionary of an extension handshake
/// (<see href="https://www.bittorrent.org/beps/bep_0010.html">BEP 10</see>): under which id its sender wants to get
/// each kind of message. Of every extension null means that it was not mentioned and 0 that it is switched off.
/// </summary>
public readonly record struct ExtensionIds
{
    private static readonly PeerExtension[] All = Enum.GetValues<PeerExtension>();

    /// <summary>Id for <c>ut_metadata</c>.</summary>
    public byte? Metadata { get; init; }

    /// <summary>Id for <c>ut_pex</c>.</summary>
    public byte? PeerExchange { get; init; }

    /// <summary>Id for <c>lt_donthave</c>.</summary>
    public byte? DontHave { get; init; }

    /// <summary>Id for <c>upload_only</c>.</summary>
    public byte? UploadOnly { get; init; }

    /// <summary>Id for <c>ut_holepunch</c>.</summary>
    public byte? Holepunch { get; init; }

    /// <summary>Id for <c>shoal_revoked</c>.</summary>
    public byte? Revocations { get; init; }

    /// <summary>The id to send an extension's messages under, or 0 when the other side does not take them.</summary>
    public byte IdOf(PeerExtension extension) => Entry(extension) ?? 0;

    /// <summary>True when the other side takes an extension's messages.</summary>
    public bool Has(PeerExtension extension) => IdOf(extension) != 0;

    /// <summary>Finds what a received message is, in the ids that this side offered; false for any other id.</summary>
    public bool TryFind(byte id, out PeerExtension extension)
    {
        foreach (PeerExtension candidate in All)
        {
            extension = candidate;
            if (id != 0 && IdOf(candidate) == id) return true;
        }
        extension = default;
        return false;
    }

    /// <summary>These ids overlaid with those of a later handshake, which may mention only what changes.</summary>
    public ExtensionIds Merge(ExtensionIds later) => new()
    {
        Metadata = later.Metadata ?? Metadata,
        PeerExchange = later.PeerExchange ?? PeerExchange,
        DontHave = later.DontHave ?? DontHave,
        UploadOnly = later.UploadOnly ?? UploadOnly,
        Holepunch = later.Holepunch ?? Holepunch,
        Revocations = later.Revocations ?? Revocations,
    };

    /// <summary>
    /// Reads what is known and sound: ids from 0 to 255 under known names. Of two names with one id the first in the
    /// order of <see cref="PeerExtension"/> stays, since the other could not be told apart.
    /// </summary>
    internal static ExtensionIds Read(BencodeNode map)
    {
        Span<byte?> ids = stackalloc byte?[All.Length];
        foreach (BencodeEntry entry in map.Entries)
        {
            if (!TryName(entry.Key, out PeerExtension extension)) continue;
            if (!entry.Value.TryGetInteger(out long id) || id is < 0 or > byte.MaxValue) continue;
            ids[(int)extension] ??= (byte)id;
        }
        for (int i = 1; i < ids.Length; i++)
            if (ids[i] is > 0 && ids[..i].Contains(ids[i])) ids[i] = null;
        return new ExtensionIds
        {
            Metadata = ids[(int)PeerExtension.Metadata],
            PeerExchange = ids[(int)PeerExtension.PeerExchange],
            DontHave = ids[(int)PeerExtension.DontHave],
            UploadOnly = ids[(int)PeerExtension.UploadOnly],
            Holepunch = ids[(int)PeerExtension.Holepunch],
            Revocations = ids[(int)PeerExtension.Revocations],
        };
    }

    internal void Write(BencodeWriter writer)
    {
        writer.BeginDictionary();
        WriteEntry(writer, "lt_donthave"u8, DontHave);
        WriteEntry(writer, "shoal_revoked"u8, Revocations);
        WriteEntry(writer, "upload_only"u8, UploadOnly);
        WriteEntry(writer, "ut_holepunch"u8, Holepunch);
        WriteEntry(writer, "ut_metadata"u8, Metadata);
        WriteEntry(writer, "ut_pex"u8, PeerExchange);
        writer.End();
    }

    private static void WriteEntry(BencodeWriter writer, ReadOnlySpan<byte> name, byte? id)
    {
        if (id is byte value) writer.Pair(name, value);
    }

    private static bool TryName(ReadOnlySpan<byte> name, out PeerExtension extension)
    {
        extension = default;
        if (name.SequenceEqual("ut_metadata"u8)) extension = PeerExtension.Metadata;
        else if (name.SequenceEqual("ut_pex"u8)) extension = PeerExtension.PeerExchange;
        else if (name.SequenceEqual("lt_donthave"u8)) extension = PeerExtension.DontHave;
        else if (name.SequenceEqual("upload_only"u8)) extension = PeerExtension.UploadOnly;
        else if (name.SequenceEqual("ut_holepunch"u8)) extension = PeerExtension.Holepunch;
        else if (name.SequenceEqual("shoal_revoked"u8)) extension = PeerExtension.Revocations;
        else return false;
        return true;
    }

    private byte? Entry(PeerExtension extension) => extension switch
    {
        PeerExtension.Metadata => Metadata,
        PeerExtension.PeerExchange => PeerExchange,
        PeerExtension.DontHave => DontHave,
        PeerExtension.UploadOnly => UploadOnly,
        PeerExtension.Holepunch => Holepunch,
        PeerExtension.Revocations => Revocations,
        _ => null,
    };
}
