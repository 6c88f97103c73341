using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Shoal.Cli.Help;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Cli.Settings;

/// <summary>The options of <c>tracker</c>, and what they make of a command line.</summary>
internal sealed class TrackerOptionSet
{
    /// <summary>The port that trackers have by custom.</summary>
    private const int DefaultPort = 6969;

    private readonly Setting<int> _port;
    private readonly Setting<IPAddress?> _bind;
    private readonly Setting<string?> _data;
    private readonly Setting<string> _mode;
    private readonly Setting<string?> _list;
    private readonly Setting<bool> _noUdp;
    private readonly Setting<int> _threads;
    private readonly Setting<TimeSpan> _interval;
    private readonly Setting<TimeSpan?> _minInterval;
    private readonly Setting<TimeSpan> _connectionLifetime;
    private readonly Setting<TimeSpan> _snapshotInterval;
    private readonly Setting<string?> _certificate;
    private readonly Setting<string?> _certificateKey;
    private readonly Setting<string?> _proxyHeader;
    private readonly Setting<ImmutableArray<IPNetwork>> _trustedProxies;
    private readonly Setting<string> _metrics;
    private readonly Setting<string?> _redis;
    private readonly Setting<bool> _noLan;
    private readonly Setting<bool> _plainSockets;

    /// <summary>Makes the options.</summary>
    public TrackerOptionSet(OptionFactory options)
    {
        var defaults = new TrackerOptions();
        OptionFactory network = options.Under(HelpHeadings.Network);
        _port = network.Value<int>("--port", "N", "Port of HTTP and UDP; 0 takes a free one. Default: 6969.",
            HostPort.TryListenPort, DefaultPort);
        _bind = network.Value<IPAddress?>(
            "--bind", "ADDRESS", "Address to listen on; default: all.", HostPort.TryAddress, null);
        _data = options.Value<string?>("--data", "DIR",
            "Folder of what the tracker keeps over a restart; default: all is in memory.", OptionFactory.Text, null);
        _mode = options.Choice("--mode",
            "Whom to serve: everybody, listed torrents only, or holders of a key; default: open.",
            "open", ["open", "listed", "private"]);
        _list = options.Value<string?>("--list", "FILE",
            "With --mode listed: info-hashes, one on a line, besides those of the catalogue.",
            OptionFactory.Text, null);
        _interval = options.Value("--interval", "TIME",
            "Time between announces of a peer; default: 2m. A public tracker wants 30m.", TryInterval,
            defaults.Interval);
        _minInterval = options.Value<TimeSpan?>("--min-interval", "TIME",
            "Least time between them; default: a quarter of --interval.", TryTime, null);
        _noUdp = network.Flag("--no-udp", "Answer over HTTP only.");
        _threads = network.Value<int>("--threads", "N",
            "Threads for UDP, for each address family; default: the number of cores.", TryThreads,
            Environment.ProcessorCount);
        _connectionLifetime = network.Value("--connection-lifetime", "TIME",
            "Time that a UDP connection id is good for; default: 2m.", TryLifetime, defaults.ConnectionLifetime);
        _snapshotInterval = options.Value("--snapshot-interval", "TIME",
            "With --data: time between snapshots of the swarms; default: 1m.", Duration.TryParse,
            defaults.SnapshotInterval);
        _certificate = network.Value<string?>("--certificate", "FILE",
            "Certificate and chain in PEM, to take HTTPS on the same port.", OptionFactory.Text, null);
        _certificateKey = network.Value<string?>("--certificate-key", "FILE",
            "Private key of the certificate in PEM.", OptionFactory.Text, null);
        _proxyHeader = network.Value<string?>("--proxy-header", "NAME",
            "Header in which a reverse proxy tells its client's address, such as X-Forwarded-For.", TryHeader, null);
        _trustedProxies = network.Many<IPNetwork>("--trusted-proxy", "ADDRESS",
            "Address or network of a proxy to believe; default: this machine.", TryNetwork);
        _metrics = options.Choice("--metrics",
            "Who gets /metrics: nobody, private networks, or everybody; default: local.",
            "local", ["off", "local", "all"]);
        _redis = options.Value<string?>("--redis", "ADDRESS",
            "Redis or Valkey at HOST:PORT for what several nodes share; ,password=… may follow.",
            OptionFactory.Text, null);
        _noLan = network.Flag("--no-lan", "Believe no private address that a peer tells of itself.");
        _plainSockets = network.Flag("--plain-sockets", "Move one datagram with each system call, for comparison.");
        _plainSockets.Option.Hidden = true;
    }

    /// <summary>The data folder, which the commands about keys have too.</summary>
    public Setting<string?> Data => _data;

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(Command command)
    {
        ReadOnlySpan<Option> all =
        [
            _port.Option, _bind.Option, _data.Option, _mode.Option, _list.Option, _interval.Option,
            _minInterval.Option, _snapshotInterval.Option, _metrics.Option, _noUdp.Option, _threads.Option,
            _connectionLifetime.Option, _certificate.Option, _certificateKey.Option, _proxyHeader.Option,
            _trustedProxies.Option, _noLan.Option, _redis.Option, _plainSockets.Option,
        ];
        foreach (Option option in all) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            // The word as it stands: one that is no mode is told of by its own option.
            string? mode = result.GetResult(_mode.Option)?.Tokens is [{ Value: var word }, ..] ? word : null;
            if (mode == "private" && result.GetResult(_data.Option) is null && result.GetResult(_redis.Option) is null)
                result.AddError("--mode private needs --data DIR or --redis ADDRESS, which has the keys.");
            if ((result.GetResult(_certificate.Option) is null) != (result.GetResult(_certificateKey.Option) is null))
                result.AddError("--certificate and --certificate-key have to be given together.");
        });
    }

    /// <summary>Makes a tracker's options of a command line.</summary>
    /// <exception cref="IOException">The list or the keys cannot be read.</exception>
    /// <exception cref="CliException">Options do not go together, or a file that one names is not there.</exception>
    public TrackerOptions Read(ParseResult result, string? token)
    {
        Judge(result);
        TimeSpan interval = _interval.Of(result);
        string? data = _data.Of(result) is { } folder ? Path.GetFullPath(folder) : null;
        TrackerMode mode = _mode.Of(result) switch
        {
            "listed" => TrackerMode.Listed,
            "private" => TrackerMode.Private,
            _ => TrackerMode.Open,
        };
        const int MinIntervalShare = 4;
        return new TrackerOptions
        {
            Redis = _redis.Of(result), Bind = _bind.Of(result), Port = _port.Of(result), DataFolder = data, Mode = mode,
            Registry = mode == TrackerMode.Listed && _list.Of(result) is { } list ? TorrentListFile.Open(list) : null,
            Keys = data is null ? null : KeyRing.Open(data),
            Interval = interval, MinInterval = _minInterval.Of(result) ?? interval / MinIntervalShare,
            SnapshotInterval = _snapshotInterval.Of(result), Metrics = _metrics.Of(result) switch
            {
                "off" => MetricsAudience.Nobody,
                "all" => MetricsAudience.Everybody,
                _ => MetricsAudience.Neighbours,
            },
            AnswersUdp = !_noUdp.Of(result), UdpThreads = _threads.Of(result),
            ConnectionLifetime = _connectionLifetime.Of(result), BatchesDatagrams = !_plainSockets.Of(result),
            CertificateFile = _certificate.Of(result), CertificateKeyFile = _certificateKey.Of(result),
            ProxyHeader = _proxyHeader.Of(result), TrustedProxies = _trustedProxies.Of(result),
            HonoursPrivateAddresses = !_noLan.Of(result), Catalogue = new CatalogueOptions { Token = token },
        };
    }

    // What is not used would be believed to be, so it is refused.
    private void Judge(ParseResult result)
    {
        if (_list.Of(result) is not null && _mode.Of(result) != "listed")
            throw CliException.Usage("--list goes with --mode listed only.");
        if (_data.Of(result) is null && result.GetResult(_snapshotInterval.Option) is not null)
            throw CliException.Usage("--snapshot-interval goes with --data only, where the snapshots are.");
        if (!_trustedProxies.Of(result).IsDefaultOrEmpty && _proxyHeader.Of(result) is null)
            throw CliException.Usage("--trusted-proxy needs --proxy-header, which says what to believe of it.");
        if (_minInterval.Of(result) > _interval.Of(result))
            throw CliException.Usage("--min-interval is longer than --interval.");
        ReadOnlySpan<string?> files = [_list.Of(result), _certificate.Of(result), _certificateKey.Of(result)];
        foreach (string? file in files)
        {
            if (file is not null && !File.Exists(file))
                throw new CliException(ExitCode.NotFound, $"There is no file '{SafeText.Clean(file)}'.");
        }
    }

    private static bool TryInterval(string text, out TimeSpan value, out string expected)
    {
        if (!Duration.TryParse(text, out value, out expected)) return false;
        expected = "a time from 1s to 1d";
        return value >= TrackerOptions.LeastInterval && value <= TrackerOptions.MostInterval;
    }

    private static bool TryLifetime(string text, out TimeSpan value, out string expected)
    {
        if (!Duration.TryParse(text, out value, out expected)) return false;
        expected = "a time of at most 18h";
        return value <= TrackerOptions.MostConnectionLifetime;
    }

    private static bool TryTime(string text, out TimeSpan? value, out string expected)
    {
        bool isTime = Duration.TryParse(text, out TimeSpan time, out expected);
        value = time;
        return isTime;
    }

    private static bool TryThreads(string text, out int value, out string expected)
    {
        const int Most = 256;
        expected = "a number from 1 to 256";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value is > 0 and <= Most;
    }

    private static bool TryHeader(string text, [MaybeNullWhen(false)] out string value, out string expected)
    {
        expected = "the name of a header such as X-Forwarded-For";
        value = text;
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    }

    private static bool TryNetwork(string text, out IPNetwork value, out string expected)
    {
        expected = "an address such as 192.0.2.7 or a network such as 10.0.0.0/8";
        if (IPNetwork.TryParse(text, out value)) return true;
        if (!HostPort.TryAddress(text, out IPAddress? address, out _)) return false;
        const int BitsPerByte = 8;
        value = new IPNetwork(address, address.GetAddressBytes().Length * BitsPerByte);
        return true;
    }
}
