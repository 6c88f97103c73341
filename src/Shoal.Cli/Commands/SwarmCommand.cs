using System.Collections.Immutable;
using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Engine.Swarms;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal swarm new|invite|list|revoke</c>: decides who belongs to a private swarm.</summary>
internal sealed class SwarmCommand
{
    // Long enough not to be a burden, short enough that who was forgotten is out some day.
    private static readonly TimeSpan DefaultLife = TimeSpan.FromDays(365);

    private readonly Argument<string> _name = new("NAME") { Description = "Name of the swarm." };
    private readonly Argument<string?> _which = new("NAME")
    {
        Description = "Name of the swarm; default: all swarms.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string> _who = new("WHO") { Description = "Name of the member." };
    private readonly SwarmFolder _folder;
    private readonly PassphraseOption _passphrase;
    private readonly Setting<string?> _output;
    private readonly Setting<TimeSpan> _expires;
    private readonly Setting<ImmutableArray<string>> _hosts;

    private SwarmCommand(OptionFactory options)
    {
        _folder = new SwarmFolder(options);
        _passphrase = new PassphraseOption(options);
        _output = options.Value<string?>(
            "--output", "FILE", "The member's file to write; default: WHO.member.", OptionFactory.Text, null, "-o");
        _expires = options.Value<TimeSpan>(
            "--expires", "TIME", "How long it is good for, such as 30d or 12h; default: 365d.",
            Duration.TryParse, DefaultLife);
        _hosts = options.Many<string>(
            "--host",
            "HOST",
            "Host name or address of an HTTPS tracker that shows it, too; may be given several times.",
            OptionFactory.Text);
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        SwarmCommand swarm = new(options);
        Command create = new("new", "Make a swarm: an authority that decides who takes part.")
        {
            swarm._name, swarm._folder.Option,
        };
        Command invite = new("invite", "Give out a member's credential: one file, protected by a passphrase.")
        {
            swarm._name, swarm._who, swarm._output.Option, swarm._expires.Option, swarm._hosts.Option,
            swarm._passphrase.Option, swarm._folder.Option,
        };
        Command list = new("list", "List your swarms, or the members of one.") { swarm._which, swarm._folder.Option };
        Command revoke = new("revoke", "Take a member's credential back.")
        {
            swarm._name, swarm._who, swarm._folder.Option,
        };
        attach(create, (context, result) => Task.FromResult(swarm.New(context, result)));
        attach(invite, (context, result) => Task.FromResult(swarm.Invite(context, result)));
        attach(list, (context, result) => Task.FromResult(swarm.List(context, result)));
        attach(revoke, (context, result) => Task.FromResult(swarm.Revoke(context, result)));
        return new Command("swarm", "Private swarms: share with those you choose and nobody else.")
        {
            create, invite, list, revoke,
        };
    }

    private int New(CommandContext context, ParseResult result)
    {
        SwarmAuthority authority = SwarmAuthority.Create(
            _folder.Read(context, result), result.GetRequiredValue(_name), context.Host.Time);
        context.Output.Say(
            $"Made the swarm {SafeText.Clean(authority.Name)}. Next: shoal swarm invite "
            + $"{SafeText.Clean(authority.Name)} WHO, and shoal share --swarm {SafeText.Clean(authority.Name)} PATH.");
        context.Output.Result(new SwarmResult("swarm new", authority.Name, null, null, null));
        return ExitCode.Ok;
    }

    private int Invite(CommandContext context, ParseResult result)
    {
        SwarmAuthority authority = Open(context, result);
        string who = result.GetRequiredValue(_who);
        string file = _output.Of(result) ?? who + ".member";
        string passphrase = _passphrase.Read(context, result, $"the credential of {SafeText.Clean(who)}", isNew: true);
        SwarmMemberRecord record =
            authority.Invite(who, Path.GetFullPath(file), passphrase, _expires.Of(result), _hosts.Of(result));
        string end = CredentialTime.Of(record.Expires, context.Host.Time.GetUtcNow());
        context.Output.Say(
            $"Good until {end}. Give the file to {SafeText.Clean(who)}, and the passphrase by another way.");
        context.Output.Data(file);
        context.Output.Result(new SwarmResult("swarm invite", authority.Name, file, null, [Entry(record)]));
        return ExitCode.Ok;
    }

    private int List(CommandContext context, ParseResult result)
    {
        string folder = _folder.Read(context, result);
        if (result.GetValue(_which) is not { } name)
        {
            IReadOnlyList<string> swarms = SwarmAuthority.List(folder);
            foreach (string swarm in swarms) context.Output.Data(SafeText.Clean(swarm));
            context.Output.Result(new SwarmResult("swarm list", null, null, swarms, null));
            return ExitCode.Ok;
        }
        SwarmAuthority authority = SwarmAuthority.Open(folder, name, context.Host.Time);
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        foreach (SwarmMemberRecord record in authority.Members)
        {
            string state = record.Revoked is { } revoked ? $"revoked {CredentialTime.Of(revoked, now)}"
                : $"{(record.Expires < now ? "expired" : "until")} {CredentialTime.Of(record.Expires, now)}";
            context.Output.Data($"{state,-28} {SafeText.Clean(record.Who)}");
        }
        context.Output.Result(new SwarmResult(
            "swarm list", authority.Name, null, null, [.. authority.Members.Select(Entry)]));
        return ExitCode.Ok;
    }

    private int Revoke(CommandContext context, ParseResult result)
    {
        SwarmAuthority authority = Open(context, result);
        string who = result.GetRequiredValue(_who);
        authority.Revoke(who);
        context.Output.Say(
            $"Revoked {SafeText.Clean(who)}. Members learn of it from every 'shoal share --swarm "
            + $"{SafeText.Clean(authority.Name)}' that runs here, and then from each other.");
        context.Output.Result(new SwarmResult("swarm revoke", authority.Name, null, null, null));
        return ExitCode.Ok;
    }

    private SwarmAuthority Open(CommandContext context, ParseResult result) => SwarmAuthority.Open(
        _folder.Read(context, result), result.GetRequiredValue(_name), context.Host.Time);

    private static SwarmMemberEntry Entry(SwarmMemberRecord record) =>
        new(record.Who, record.Serial, record.Issued, record.Expires, record.Revoked);
}
