using System.Globalization;
using System.Text.Json;

namespace Shoal.Lab.Static;

/// <summary>A machine of a static swarm with the peers that run on it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Host">Its name or address, as the others reach it.</param>
/// <param name="Peers">Its peers, in the order in which they start.</param>
public sealed record Machine(string Name, string Host, IReadOnlyList<StaticMember> Peers);

/// <summary>
/// The file that tells which peers run on which machine: a JSON array of objects with <c>machine_name</c>,
/// <c>host</c> and <c>peers</c>, each of which has <c>id</c>, <c>port</c> and <c>has_file</c>.
/// </summary>
public static class MachineFile
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="LabException">It is missing or says something that cannot be.</exception>
    public static IReadOnlyList<Machine> Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LabException(
                $"There is no {path}: shoal lab setup --sample-config writes one to start from.", error)
            {
                IsNotFound = true,
            };
        }
    }

    /// <summary>A file to start from, with two machines of which the first is this one.</summary>
    /// <param name="ownHost">Address of this machine.</param>
    public static string Sample(string ownHost) => $$"""
        [
          {
            "machine_name": "Machine A",
            "host": "{{ownHost}}",
            "peers": [
              {"id": "1001", "port": "6008", "has_file": "1"}
            ]
          },
          {
            "machine_name": "Machine B",
            "host": "192.168.1.102",
            "peers": [
              {"id": "1002", "port": "6008", "has_file": "0"},
              {"id": "1003", "port": "6009", "has_file": "0"}
            ]
          }
        ]

        """;

    /// <summary>Finds the machine whose part is meant.</summary>
    /// <param name="machines">All of them.</param>
    /// <param name="name">The name that was given, or null to go by the addresses of this machine.</param>
    /// <param name="ownAddresses">The addresses of this machine, and its name.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="LabException">There is none, or there are several.</exception>
    public static Machine Find(
        IReadOnlyList<Machine> machines, string? name, IReadOnlyCollection<string> ownAddresses, string path)
    {
        string all = string.Join(", ", machines.Select(m => $"'{m.Name}'"));
        if (name is not null)
            return machines.FirstOrDefault(m => m.Name == name) ?? throw new LabException(
                $"{Path.GetFileName(path)} has no machine '{name}'; it has {all}.") { IsNotFound = true };
        Machine[] own =
            [.. machines.Where(m => ownAddresses.Contains(m.Host, StringComparer.OrdinalIgnoreCase))];
        return own.Length == 1 ? own[0] : throw new LabException(
            $"This machine is {(own.Length == 0 ? "none" : "more than one")} of those in {Path.GetFileName(path)} by "
                + $"its addresses; say which with --machine: {all}.");
    }

    internal static IReadOnlyList<Machine> Parse(string path, ReadOnlySpan<byte> bytes)
    {
        LinedJson root = LinedJson.Read(path, bytes);
        if (root.Kind != JsonTokenType.StartArray)
            throw LabException.At(path, root.Line, "the file is not a list of machines in [ ].");
        List<Machine> machines = [];
        foreach (LinedJson item in root.Items)
        {
            Machine machine = ParseMachine(path, item);
            if (machines.Exists(m => m.Name == machine.Name))
                throw LabException.At(path, item.Line, $"there is a machine '{machine.Name}' already.");
            machines.Add(machine);
        }
        if (machines.Count == 0) throw LabException.At(path, root.Line, "there is no machine.");
        // The same checks as those of PeerInfo.cfg, told with the lines of this file.
        StaticMember[] members = [.. machines.SelectMany(m => m.Peers)];
        CheckTwins(path, members);
        if (!Array.Exists(members, m => m.HasFile))
            throw LabException.At(path, root.Line, "no peer has the file; give one of them 1 as has_file.");
        if (members.Length > MemberList.MaxMembers)
            throw LabException.At(path, root.Line, $"there are more than {MemberList.MaxMembers} peers.");
        return machines;
    }

    private static void CheckTwins(string path, IReadOnlyList<StaticMember> members)
    {
        Dictionary<long, int> ids = [];
        Dictionary<(string, int), int> places = [];
        foreach (StaticMember member in members)
        {
            if (!ids.TryAdd(member.Id, member.Line))
                throw LabException.At(
                    path, member.Line, $"peer {member.Id} stands in line {ids[member.Id]} already.");
            (string, int) place = (member.Host.ToUpperInvariant(), member.Port);
            if (!places.TryAdd(place, member.Line))
                throw LabException.At(
                    path,
                    member.Line,
                    $"port {member.Port} of {member.Host} is taken by line {places[place]}; give each peer its own.");
        }
    }

    private static Machine ParseMachine(string path, LinedJson item)
    {
        if (item.Kind != JsonTokenType.StartObject)
            throw LabException.At(path, item.Line, "this is not a machine in { }.");
        string name = Text(path, item, "machine_name");
        string host = Text(path, item, "host");
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            throw LabException.At(path, item.Members["host"].Line, $"'{host}' is not the name or address of a host.");
        if (!item.Members.TryGetValue("peers", out LinedJson? peers) || peers.Kind != JsonTokenType.StartArray)
            throw LabException.At(path, item.Line, $"machine '{name}' has no peers in [ ].");
        return new Machine(name, host, [.. peers.Items.Select(p => ParsePeer(path, p, host))]);
    }

    private static StaticMember ParsePeer(string path, LinedJson item, string host)
    {
        if (item.Kind != JsonTokenType.StartObject)
            throw LabException.At(path, item.Line, "this is not a peer in { }.");
        long id = Number(path, item, "id", 0, StaticMember.MaxId);
        int port = (int)Number(path, item, "port", 1, 65_535);
        string hasFile = Text(path, item, "has_file");
        if (hasFile is not ("0" or "1"))
            throw LabException.At(path, item.Members["has_file"].Line, $"has_file '{hasFile}' is neither 1 nor 0.");
        return new StaticMember(id, host, port, hasFile == "1") { Line = item.Line };
    }

    private static long Number(string path, LinedJson item, string name, long least, long most)
    {
        string text = Text(path, item, name);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number >= least && number <= most
            ? number
            : throw LabException.At(
                path, item.Members[name].Line, $"{name} '{text}' is not a number from {least} to {most}.");
    }

    // Numbers stand in quotes or not, as people write them.
    private static string Text(string path, LinedJson item, string name) =>
        item.Members.TryGetValue(name, out LinedJson? value) && value.Text.Length > 0
            ? value.Text
            : throw LabException.At(path, item.Line, $"{name} is missing.");
}
