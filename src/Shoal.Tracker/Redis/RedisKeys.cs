using System.Globalization;
using System.Text;
using Shoal.Protocol;

namespace Shoal.Tracker.Redis;

/// <summary>
/// The names of what lies in Redis. A swarm's names begin with a tag in braces and its info-hash: in a cluster the
/// braces keep what one script touches on one node, and the tag divides swarms among sixteen.
/// <code>
/// sh{t}HASH 4s G    IPv4 peers that have everything, of generation G: a hash from wire form to letter and identity
/// sh{t}HASH 4l G    those that do not
/// sh{t}HASH ds G    IPv4 peers of clients that have an IPv6 place too, and are counted by that; dl likewise
/// sh{t}HASH 6s G    IPv6 peers; 6l likewise
/// sh{t}HASH i G     identities of clients with an IPv6 place
/// sh{t}HASH q G     those of 4l and 6l that have all they want
/// sh{t}HASH c       downloads, with an end of its own
/// sh{t}HASH a       there are addresses that do not reach everywhere
/// sh{t}HASH r A     private addresses of those at the public address A
/// sh{t}n G          peers of all swarms of a tag by kind
/// sh{t}h G          a HyperLogLog of the swarms of a tag
/// sh:secret         what connection ids and identities are made with
/// sh:period         seconds of a generation
/// sh:era            a name for all that Redis knows; another one tells that it has lost everything between
/// sh:token          what changing the catalogue takes
/// </code>
/// A generation is a number of periods since 1970, of which the last digit is in the name. Every announce takes its
/// peer into the present one, and each name has an end, one lifetime after the end of its generation: so whole
/// generations go by themselves, and nobody looks for peers that are silent.
/// </summary>
internal static class RedisKeys
{
    /// <summary>Tags, and so the parts into which a cluster can divide the swarms.</summary>
    public const int Tags = 16;

    /// <summary>Bytes of a tag with what is around it.</summary>
    public const int TagLength = 5;

    /// <summary>What connection ids and identities are made with.</summary>
    public const string Secret = "sh:secret";

    /// <summary>Seconds of a generation.</summary>
    public const string Period = "sh:period";

    /// <summary>A name for all that Redis knows.</summary>
    public const string Era = "sh:era";

    /// <summary>What changing the catalogue takes.</summary>
    public const string Token = "sh:token";

    private const int TagBits = 4;

    private static readonly byte[][] TagNames = MakeTags();

    /// <summary>The name of a tag.</summary>
    public static byte[] Tag(int number) => TagNames[number];

    /// <summary>What the names of a swarm begin with.</summary>
    public static byte[] Swarm(InfoHash hash)
    {
        byte[] name = new byte[TagLength + InfoHash.Length];
        hash.CopyTo(name.AsSpan(TagLength));
        TagNames[name[TagLength] >> TagBits].CopyTo(name, 0);
        return name;
    }

    private static byte[][] MakeTags()
    {
        byte[][] names = new byte[Tags][];
        for (int i = 0; i < Tags; i++)
            names[i] = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"sh{{{i:x}}}"));
        return names;
    }
}
