using System.Globalization;
using System.Text;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker.Catalogue;
using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>From registrations to the arguments of catalogue.lua, and from its results to files.</summary>
internal static class CatalogueReading
{
    /// <summary>What the script calls an endpoint.</summary>
    public static string WhoOf(string ip, int port) => string.Create(CultureInfo.InvariantCulture, $"{ip} {port}");

    /// <summary>A time as the script has it.</summary>
    public static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>The arguments of a registration.</summary>
    /// <param name="registration">What is registered.</param>
    /// <param name="keepsAge">True for one that says itself when the file was added.</param>
    /// <param name="now">The time, as the script has it.</param>
    /// <param name="arguments">Where they go.</param>
    public static void Write(Registration registration, bool keepsAge, long now, List<RedisValue> arguments)
    {
        CatalogueFile file = registration.File;
        CatalogueEndPoint? endPoint = registration.EndPoint;
        arguments.AddRange(
        [
            file.Hash, file.Size, file.ChunkSize, file.InfoHash ?? "", file.InfoHashV2 ?? "", file.PieceSize,
            registration.IsPinned ? 1 : 0, registration.TakesAnyChunkSize ? 1 : 0, file.Name,
            endPoint is null ? "" : WhoOf(endPoint.Ip, endPoint.Port),
            endPoint?.Chunks.ToBytes() ?? [], Milliseconds(registration.Expires), registration.Torrent ?? [],
            keepsAge ? Milliseconds(file.Added) : now, file.Tags.Count,
        ]);
        foreach (string tag in file.Tags) arguments.Add(tag);
    }

    /// <summary>A file as the script describes it, with its endpoints where they are there too.</summary>
    public static CatalogueReplica Replica(RedisResult result)
    {
        const int WithEndPoints = 6;
        RedisResult[] parts = (RedisResult[])result!;
        RedisResult[] words = (RedisResult[])parts[1]!;
        RedisResult[] names = (RedisResult[])parts[2]!;
        return new CatalogueReplica
        {
            File = new CatalogueFile
            {
                Hash = Text(parts[0]), Name = "",
                Size = (long)words[0], ChunkSize = (int)words[1],
                InfoHash = TextOrNull(words[2]), InfoHashV2 = TextOrNull(words[3]), PieceSize = (int)words[4],
                Added = DateTimeOffset.FromUnixTimeMilliseconds((long)words[6]),
                Tags = Array.ConvertAll((RedisResult[])parts[3]!, Text),
            },
            IsPinned = (int)words[5] == 1,
            Names = [.. names.Chunk(2).Select(pair => (Text(pair[0]), (long)pair[1]))],
            HasTorrent = (int)parts[4] == 1,
            EndPoints = parts.Length < WithEndPoints ? null : EndPoints((RedisResult[])parts[5]!),
        };
    }

    /// <summary>An endpoint, from what it is called and what it holds; null when it is none.</summary>
    public static (CatalogueEndPoint EndPoint, DateTimeOffset Expires)? EndPoint(string who, byte[] held)
    {
        int blank = who.LastIndexOf(' ');
        int space = held.AsSpan().IndexOf((byte)' ');
        if (blank < 0 || space < 0 || !int.TryParse(who.AsSpan(blank + 1), CultureInfo.InvariantCulture, out int port)
            || !long.TryParse(held.AsSpan(0, space), CultureInfo.InvariantCulture, out long expires)
            || ChunkSet.FromBytes(held.AsSpan(space + 1)) is not { } chunks)
            return null;
        return (new CatalogueEndPoint(who[..blank], port, chunks), DateTimeOffset.FromUnixTimeMilliseconds(expires));
    }

    /// <summary>A text of the script.</summary>
    public static string Text(RedisResult result) => Encoding.UTF8.GetString((byte[])result!);

    private static string? TextOrNull(RedisResult result) => Text(result) is { Length: > 0 } text ? text : null;

    private static List<(CatalogueEndPoint, DateTimeOffset)> EndPoints(RedisResult[] pairs)
    {
        List<(CatalogueEndPoint, DateTimeOffset)> all = [];
        for (int i = 0; i + 1 < pairs.Length; i += 2)
            if (EndPoint(Text(pairs[i]), (byte[])pairs[i + 1]!) is { } one) all.Add(one);
        return all;
    }
}
