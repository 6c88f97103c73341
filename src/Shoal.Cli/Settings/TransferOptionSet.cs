using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Shoal.Cli.Parsing;

namespace Shoal.Cli.Settings;

/// <summary>The one registry of options that <c>get</c>, <c>seed</c> and <c>share</c> have in common.</summary>
internal sealed class TransferOptionSet
{
    private readonly Setting<string> _directory;
    private readonly Setting<int> _port;
    private readonly Setting<IPAddress?> _bind;
    private readonly Setting<long> _down;
    private readonly Setting<long> _up;
    private readonly Setting<ImmutableArray<string>> _trackers;
    private readonly Setting<ImmutableArray<DnsEndPoint>> _peers;
    private readonly Setting<ImmutableArray<string>> _select;
    private readonly Setting<string?> _onComplete;
    private readonly Setting<bool> _jsonPeers;
    private readonly Setting<bool> _endWithInput;
    private readonly ImmutableArray<Option> _all;

    /// <summary>Makes the options.</summary>
    /// <param name="options">Makes each option.</param>
    /// <param name="directoryMeaning">What the folder of <c>--dir</c> is to the command.</param>
    public TransferOptionSet(OptionFactory options, string directoryMeaning)
    {
        _directory = options.Value<string>("--dir", "DIR", directoryMeaning, OptionFactory.Text, ".");
        _port = options.Value<int>(
            "--port", "N", "TCP port for peers. Default: a free one.", HostPort.TryListenPort, 0);
        _bind = options.Value<IPAddress?>(
            "--bind", "ADDRESS", "Address to listen on and dial from. Default: all.", HostPort.TryAddress, null);
        _down = options.Value<long>(
            "--down", "RATE", "Download limit, such as 500KiB or 10MB a second.", ByteQuantity.TryRate, 0);
        _up = options.Value<long>("--up", "RATE", "Upload limit.", ByteQuantity.TryRate, 0);
        _trackers = options.Many<string>("--tracker", "URL", "Tracker to use besides the torrent's own.", TryTracker);
        _peers = options.Many<DnsEndPoint>("--peer", "HOST:PORT", "Peer to connect to.", HostPort.TryParse);
        _select = options.Many<string>(
            "--select", "FILES", "Files to get: numbers, ranges and patterns, as in 1,3-5,*.txt.", OptionFactory.Text);
        _onComplete = options.Value<string?>(
            "--on-complete",
            "PROGRAM",
            "Program to start when everything is complete, with SHOAL_NAME, SHOAL_DIR and SHOAL_INFO_HASH set.",
            OptionFactory.Text,
            null);
        _jsonPeers = options.Flag("--json-peers", "With --json-lines: list the connected peers in progress events.");
        _endWithInput = options.Flag("--end-with-input", "End when standard input does, as when a parent dies.");
        _endWithInput.Option.Hidden = true;
        _all =
        [
            _directory.Option, _port.Option, _bind.Option, _down.Option, _up.Option, _trackers.Option, _peers.Option,
            _select.Option, _onComplete.Option, _jsonPeers.Option, _endWithInput.Option,
            .. Discovery(options), .. Transport(options),
        ];
    }

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in _all) command.Options.Add(option);
    }

    /// <summary>Reads the options from a command line.</summary>
    public TransferSettings Read(ParseResult result) => new()
    {
        Directory = Path.GetFullPath(_directory.Of(result)),
        Port = _port.Of(result),
        Bind = _bind.Of(result),
        Down = _down.Of(result),
        Up = _up.Of(result),
        Trackers = _trackers.Of(result),
        Peers = _peers.Of(result),
        Select = _select.Of(result),
        OnComplete = _onComplete.Of(result),
        ReportsPeers = _jsonPeers.Of(result),
        EndsWithInput = _endWithInput.Of(result),
    };

    /// <summary>Reads the URL of a tracker.</summary>
    public static bool TryTracker(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        expected = "the URL of a tracker such as http://host:6969/announce or udp://host:6969";
        value = text;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https" or "udp" && url.Host.Length > 0;
    }

    // There is no DHT, LAN discovery or peer exchange yet, so switching them off changes nothing.
    private static IEnumerable<Option> Discovery(OptionFactory options) =>
    [
        options.Flag("--no-dht", "Do not use the DHT.").Option,
        options.Flag("--no-lsd", "Do not look for peers in the local network.").Option,
        options.Flag("--no-pex", "Do not exchange peers with peers.").Option,
        options.Unavailable("--dht-bootstrap", hasValue: true),
    ];

    // Every connection is plain TCP so far: what asks for just that is accepted, what needs more is not.
    private static IEnumerable<Option> Transport(OptionFactory options) =>
    [
        options.Choice(
            "--encryption", "Encryption of connections.", "preferred", ["off", "preferred"], "required").Option,
        options.Choice("--transport", "Transport of connections.", "auto", ["auto", "tcp"], "utp").Option,
        options.Unavailable("--proxy", hasValue: true),
    ];
}
