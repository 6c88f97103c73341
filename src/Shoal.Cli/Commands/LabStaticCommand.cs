using System.CommandLine;
using System.Globalization;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;
using Shoal.Lab.Static;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal lab static PEER_ID</c>: runs one peer of a static swarm.</summary>
internal sealed class LabStaticCommand
{
    private readonly Argument<long> _id;
    private readonly Setting<string> _directory;
    private readonly Setting<long> _down;
    private readonly Setting<long> _up;
    private readonly Setting<bool> _jsonPeers;
    private readonly Setting<bool> _endWithInput;

    private LabStaticCommand(OptionFactory options)
    {
        _id = new Argument<long>("PEER_ID")
        {
            Description = "The peer's number in PeerInfo.cfg.",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id)) return id;
                result.AddError($"'{text}' is not the number of a peer, such as 1001.");
                return 0;
            },
        };
        _directory = options.Value<string>(
            "--dir", "DIR", "Folder of the configuration; default: the current one.", OptionFactory.Text, ".");
        _down = options.Value<long>(
            "--down", "RATE", "Download at most so much a second, such as 500KiB or 10MB; default: no limit.",
            ByteQuantity.TryRate, 0);
        _up = options.Value<long>(
            "--up", "RATE", "Upload at most so much a second; default: no limit.", ByteQuantity.TryRate, 0);
        _jsonPeers = options.Flag("--json-peers", "With --json-lines: list the connected peers in progress events.");
        _endWithInput = options.Flag("--end-with-input", "End when standard input does, as when a parent dies.");
        _endWithInput.Option.Hidden = true;
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        LabStaticCommand peer = new(options);
        Command command = new("static", "Run one peer of a static swarm until every peer has the file.")
        {
            peer._id, peer._directory.Option, peer._down.Option, peer._up.Option, peer._jsonPeers.Option,
            peer._endWithInput.Option,
        };
        attach(command, peer.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        StaticPeerOptions options = new()
        {
            Folder = Path.GetFullPath(_directory.Of(result)),
            Id = result.GetRequiredValue(_id),
            DownloadBytesPerSecond = _down.Of(result),
            UploadBytesPerSecond = _up.Of(result),
            Warn = sentence => context.Output.Warn($"shoal: {SafeText.Clean(sentence)}"),
        };
        await using StaticPeer peer = await StaticPeer.StartAsync(options, context.Stop);
        context.Output.Event(new StartedEvent(context.Command, ProgramVersion.Text, peer.Port));
        context.Output.Say(
            $"Peer {options.Id} runs on port {peer.Port} until every peer has the file. "
            + "Type prog to see the progress, exit to leave.");
        RunGoal goal = new()
        {
            IsReached = () => peer.AllComplete.IsCompleted,
            EndsWithInput = _endWithInput.Of(result),
            ReportsPeers = _jsonPeers.Of(result),
        };
        TransferRun run = new(context, [new TorrentTransfer(peer.Torrent)], goal, wantsData: true);
        int exitCode = await run.RunAsync();
        if (peer.AllComplete.IsCompleted) context.Output.Say("Every peer has the file.");
        return exitCode;
    }
}
