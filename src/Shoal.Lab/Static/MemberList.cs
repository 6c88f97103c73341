using System.Globalization;

namespace Shoal.Lab.Static;

/// <summary>
/// Who takes part in a static swarm, in the order in which they start: <c>PeerInfo.cfg</c>, a line for each peer of
/// its number, host, port, and 1 or 0 for whether it has the file.
/// </summary>
public static class MemberList
{
    /// <summary>Most peers; each connects to each other one.</summary>
    public const int MaxMembers = 1000;

    /// <summary>Reads the file.</summary>
    /// <exception cref="LabException">It is missing or says something that cannot be.</exception>
    public static IReadOnlyList<StaticMember> Read(string path) => Parse(path, StaticFiles.ReadLines(path));

    /// <summary>The file's text.</summary>
    public static string Write(IEnumerable<StaticMember> members) => string.Concat(members.Select(m => $"{m}\n"));

    /// <summary>Finds a peer by its number.</summary>
    /// <exception cref="LabException">There is none with it.</exception>
    public static StaticMember Find(IReadOnlyList<StaticMember> members, long id, string path) =>
        members.FirstOrDefault(m => m.Id == id) ?? throw new LabException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(path)} has no peer {id}; it has {members[0].Id} to {members[^1].Id}."))
        {
            IsNotFound = true,
        };

    internal static IReadOnlyList<StaticMember> Parse(string path, string[] lines)
    {
        List<StaticMember> members = [];
        Dictionary<long, int> ids = [];
        Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            StaticMember member = ParseLine(path, i + 1, line);
            if (!ids.TryAdd(member.Id, i + 1))
                throw LabException.At(path, i + 1, $"peer {member.Id} stands in line {ids[member.Id]} already.");
            string place = string.Create(CultureInfo.InvariantCulture, $"{member.Host}:{member.Port}");
            if (!places.TryAdd(place, i + 1))
                throw LabException.At(
                    path, i + 1, $"{place} is taken by line {places[place]}; give each peer of a host its own port.");
            members.Add(member);
            if (members.Count > MaxMembers)
                throw LabException.At(path, i + 1, $"there are more than {MaxMembers} peers.");
        }
        if (members.Count == 0) throw LabException.At(path, Math.Max(1, lines.Length), "there is no peer.");
        if (!members.Exists(m => m.HasFile))
            throw LabException.At(path, lines.Length, "no peer has the file; end the line of one that has it with 1.");
        return members;
    }

    private static StaticMember ParseLine(string path, int number, string line)
    {
        string[] fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 4)
            throw LabException.At(
                path, number, $"there are {fields.Length} fields, not 4: peer id, host, port, and 1 or 0.");
        if (!long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            || id is < 0 or > StaticMember.MaxId)
            throw LabException.At(path, number, $"peer id '{fields[0]}' is not a number of at most 12 digits.");
        if (Uri.CheckHostName(fields[1].Trim('[', ']')) == UriHostNameType.Unknown)
            throw LabException.At(path, number, $"'{fields[1]}' is not the name or address of a host.");
        if (!int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < 1 or > 65_535)
            throw LabException.At(path, number, $"port '{fields[2]}' is not a number from 1 to 65535.");
        if (fields[3] is not ("0" or "1"))
            throw LabException.At(path, number, $"'{fields[3]}' is neither 1 (has the file) nor 0 (has it not).");
        return new StaticMember(id, fields[1].Trim('[', ']'), port, fields[3] == "1") { Line = number };
    }
}
