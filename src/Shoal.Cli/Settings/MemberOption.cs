using System.CommandLine;
using Shoal.Cli.Output;
using Shoal.Engine.Swarms;

namespace Shoal.Cli.Settings;

/// <summary>The options by which a transfer takes part in a private swarm.</summary>
internal sealed class MemberOption
{
    private readonly Setting<string?> _file;
    private readonly PassphraseOption _passphrase;

    /// <summary>Makes the options.</summary>
    public MemberOption(OptionFactory options)
    {
        _file = options.Value<string?>(
            "--member", "FILE", "Your credential in the torrent's private swarm.", OptionFactory.Text, null);
        _passphrase = new PassphraseOption(options);
    }

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_file.Option);
        command.Options.Add(_passphrase.Option);
    }

    /// <summary>Opens the credential; null when none is given.</summary>
    /// <exception cref="Shoal.Engine.TorrentException">It cannot be opened.</exception>
    public SwarmMember? Read(CommandContext context, ParseResult result)
    {
        if (_file.Of(result) is not { } file) return null;
        string path = Path.GetFullPath(file);
        bool isProtected = File.Exists(path)
            && File.ReadAllText(path).Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        SwarmMember member = SwarmMember.Load(
            path, isProtected ? _passphrase.Read(context, result, $"'{SafeText.Clean(file)}'") : null);
        string who = SafeText.Clean(member.Name), swarm = SafeText.Clean(member.Swarm);
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        string end = CredentialTime.Of(member.Expires, now);
        if (member.Expires < now) throw Refused($"{who}'s credential of the swarm {swarm} ended on {end}");
        if (member.IsRevoked) throw Refused($"{who}'s credential of the swarm {swarm} was taken back");
        context.Output.Say($"As {who} of the swarm {swarm}, until {end}.");
        return member;
    }

    private static CliException Refused(string what) =>
        new(ExitCode.Failed, $"{what}: ask whoever runs the swarm for a new one.");
}
