using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Shoal.Cli.Help;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Engine;

namespace Shoal.Cli.Settings;

/// <summary>The one registry of options that <c>get</c>, <c>seed</c> and <c>share</c> have in common.</summary>
internal sealed class TransferOptionSet
{
    private static readonly SortedDictionary<string, EncryptionPolicy> Policies = new(StringComparer.Ordinal)
    {
        ["off"] = EncryptionPolicy.Off,
        ["preferred"] = EncryptionPolicy.Preferred,
        ["required"] = EncryptionPolicy.Required,
    };

    private readonly Setting<string> _directory;
    private readonly Setting<int> _port;
    private readonly Setting<IPAddress?> _bind;
    private readonly Setting<long> _down;
    private readonly Setting<long> _up;
    private readonly Setting<long> _upPerPeer;
    private readonly Setting<ImmutableArray<string>> _trackers;
    private readonly Setting<ImmutableArray<DnsEndPoint>> _peers;
    private readonly Setting<ImmutableArray<string>> _webSeeds;
    private readonly Setting<bool> _noWebSeeds;
    private readonly Setting<ImmutableArray<string>> _select;
    private readonly Setting<string?> _onComplete;
    private readonly Setting<string> _encryption;
    private readonly Setting<bool> _superSeed;
    private readonly Setting<bool> _jsonPeers;
    private readonly Setting<bool> _endWithInput;
    private readonly bool _hasSuperSeed;
    private readonly ImmutableArray<Option> _all;

    /// <summary>Makes the options.</summary>
    /// <param name="options">Makes each option.</param>
    /// <param name="role">What the command does with the content.</param>
    public TransferOptionSet(OptionFactory options, TransferRole role)
    {
        _hasSuperSeed = role != TransferRole.Get;
        OptionFactory content = options.Under(HelpHeadings.Content);
        OptionFactory network = options.Under(HelpHeadings.Network);
        _directory = content.Value<string>("--dir", "DIR", TransferWords.Directory(role), OptionFactory.Text, ".");
        _select = content.Many<string>("--select", "FILES", TransferWords.Select(role), OptionFactory.Text);
        _onComplete = content.Value<string?>(
            "--on-complete", "PROGRAM", TransferWords.OnComplete, OptionFactory.Text, null);
        _port = network.Value<int>(
            "--port", "N", TransferWords.Port(role), HostPort.TryListenPort, 0);
        _bind = network.Value<IPAddress?>(
            "--bind", "ADDRESS", "Address to listen on and to dial from; default: all.", HostPort.TryAddress, null);
        _down = network.Value<long>(
            "--down", "RATE", "Download at most so much a second, such as 500KiB or 10MB; default: no limit.",
            ByteQuantity.TryRate, 0);
        _up = network.Value<long>(
            "--up", "RATE", "Upload at most so much a second, such as 500KiB or 10MB; default: no limit.",
            ByteQuantity.TryRate, 0);
        _upPerPeer = network.Value<long>(
            "--up-per-peer", "RATE", "Upload at most so much a second to each single peer; default: no limit.",
            ByteQuantity.TryRate, 0);
        _trackers = network.Many<string>("--tracker", "URL", TransferWords.Tracker(role), TryTracker);
        _peers = network.Many<DnsEndPoint>(
            "--peer", "HOST:PORT", "Peer to connect to; may be given several times.", HostPort.TryParse);
        _webSeeds = network.Many<string>("--web-seed", "URL", TransferWords.WebSeed(role), TryWebSeed);
        _noWebSeeds = network.Flag("--no-web-seeds", "Download from no web server, whatever the torrent names.");
        _encryption = network.Choice(
            "--encryption", "Hide connections from the network they go through; default: preferred.", "preferred",
            [.. Policies.Keys]);
        _superSeed = network.Flag(
            "--super-seed", "As the only seed, give each piece away once before repeating one.", "--super");
        _jsonPeers = options.Under(HelpHeadings.Output).Flag(
            "--json-peers", "With --json-lines: list the connected peers in progress events.");
        _endWithInput = options.Flag("--end-with-input", "End when standard input does, as when a parent dies.");
        _endWithInput.Option.Hidden = true;
        // Accepted everywhere, since scripts give all transfers the same options, and shown where they do something.
        _down.Option.Hidden = _noWebSeeds.Option.Hidden = role != TransferRole.Get;
        _webSeeds.Option.Hidden = role == TransferRole.Seed;
        _select.Option.Hidden = _onComplete.Option.Hidden = role == TransferRole.Share;
        _all =
        [
            _directory.Option, _select.Option, _onComplete.Option, _port.Option, _bind.Option, _trackers.Option,
            _peers.Option, _webSeeds.Option, _noWebSeeds.Option, _encryption.Option, _down.Option, _up.Option,
            _upPerPeer.Option, _jsonPeers.Option, _endWithInput.Option,
            .. _hasSuperSeed ? [_superSeed.Option] : Array.Empty<Option>(),
            .. WithoutEffect([.. Discovery(network), .. Transport(network)]),
        ];
    }

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in _all) command.Options.Add(option);
    }

    /// <summary>Reads the options from a command line.</summary>
    /// <exception cref="CliException">The folder of <c>--dir</c> is a file.</exception>
    public TransferSettings Read(ParseResult result) => new()
    {
        Directory = FolderOf(_directory.Of(result)),
        Port = _port.Of(result),
        Bind = _bind.Of(result),
        Down = _down.Of(result),
        Up = _up.Of(result),
        UpPerPeer = _upPerPeer.Of(result),
        Trackers = _trackers.Of(result),
        Peers = _peers.Of(result),
        WebSeeds = _webSeeds.Of(result),
        UsesWebSeeds = !_noWebSeeds.Of(result),
        Select = _select.Of(result),
        SuperSeeds = _hasSuperSeed && _superSeed.Of(result),
        Encryption = Policies[_encryption.Of(result)],
        OnComplete = _onComplete.Of(result),
        ReportsPeers = _jsonPeers.Of(result),
        EndsWithInput = _endWithInput.Of(result),
    };

    /// <summary>
    /// Reads the URL of a tracker. One over HTTP without a path is that of a catalogue or a page, and its announces go
    /// to <c>/announce</c>, as by custom everywhere.
    /// </summary>
    public static bool TryTracker(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        expected = "the URL of a tracker such as http://host:6969/announce or udp://host:6969";
        value = text;
        bool isTracker = Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https" or "udp" && url.Host.Length > 0;
        if (isTracker && url!.Scheme != "udp" && url.PathAndQuery == "/") value = text.TrimEnd('/') + "/announce";
        return isTracker;
    }

    /// <summary>Reads the URL of a web server that has the content.</summary>
    public static bool TryWebSeed(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        expected = "an http or https URL";
        value = text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
    }

    private static string FolderOf(string path) => File.Exists(path)
        ? throw CliException.Usage($"--dir '{SafeText.Clean(path)}' is a file, not a folder.")
        : Path.GetFullPath(path);

    // What changes nothing yet is accepted, and the help has nothing to say of it.
    private static Option[] WithoutEffect(Option[] options)
    {
        foreach (Option option in options) option.Hidden = true;
        return options;
    }

    // There is no DHT, LAN discovery or peer exchange yet, so switching them off changes nothing.
    private static IEnumerable<Option> Discovery(OptionFactory options) =>
    [
        options.Flag("--no-dht", "Do not use the DHT.").Option,
        options.Flag("--no-lsd", "Do not look for peers in the local network.").Option,
        options.Flag("--no-pex", "Do not exchange peers with peers.").Option,
        options.Unavailable("--dht-bootstrap", hasValue: true),
    ];

    // Every connection is TCP so far: what asks for just that is accepted, what needs more is not.
    private static IEnumerable<Option> Transport(OptionFactory options) =>
    [
        options.Choice("--transport", "Transport of connections.", "auto", ["auto", "tcp"], "utp").Option,
        options.Unavailable("--proxy", hasValue: true),
    ];
}
