using System.CommandLine;
using System.Globalization;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Tracker;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal tracker key</c>: makes, lists and revokes the keys of a private tracker.</summary>
internal sealed class TrackerKeyCommand
{
    /// <summary>Time for an answer of Redis; a person waits.</summary>
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(5);

    private readonly Setting<string?> _data;
    private readonly Setting<string?> _redis;
    private readonly Setting<string> _label;
    private readonly Setting<TimeSpan?> _expires;
    private readonly Argument<string> _key = new("KEY") { Description = "The id that list shows, or the key itself." };

    private TrackerKeyCommand(OptionFactory options)
    {
        _data = options.Value<string?>("--data", "DIR", "Data folder of the tracker.", OptionFactory.Text, null);
        _redis = options.Value<string?>("--redis", "ADDRESS",
            "In place of --data: the Redis or Valkey of several nodes, at all of which the keys count.",
            OptionFactory.Text, null);
        _label = options.Value("--label", "TEXT", "A remark, such as for whom the key is.", OptionFactory.Text, "");
        _expires = options.Value<TimeSpan?>(
            "--expires", "TIME", "Time until the key ends, such as 30d; default: never.", TryTime, null);
    }

    /// <summary>Builds the command with those under it.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        TrackerKeyCommand keys = new(options);
        Command create = new("new", "Make a key and write it to standard output. It is shown this once.")
        {
            keys._data.Option, keys._redis.Option, keys._label.Option, keys._expires.Option,
        };
        Command list = new("list", "List the keys by id; the keys themselves are not kept.")
        {
            keys._data.Option, keys._redis.Option,
        };
        Command revoke = new("revoke", "Make a key worthless.")
        {
            keys._key, keys._data.Option, keys._redis.Option,
        };
        attach(create, keys.CreateAsync);
        attach(list, keys.ListAsync);
        attach(revoke, keys.RevokeAsync);
        foreach (Command command in (ReadOnlySpan<Command>)[create, list, revoke])
            command.Validators.Add(result =>
            {
                bool isHere = result.GetResult(keys._data.Option) is not null;
                bool isShared = result.GetResult(keys._redis.Option) is not null;
                if (!isHere && !isShared) result.AddError("--data DIR or --redis ADDRESS is missing.");
                if (isHere && isShared) result.AddError("Keys are in --data or in --redis: give one of them.");
            });
        return new Command("key", "Make, list and revoke the keys of a private tracker.") { create, list, revoke };
    }

    private async Task<int> CreateAsync(CommandContext context, ParseResult result)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        (TrackerKey made, string key) = await MakeAsync(result, now, now + _expires.Of(result));
        context.Output.Data(key);
        context.Output.Say($"The id of the key is {made.Id}. It stands in the announce URL: /{key}/announce");
        context.Output.Result(new TrackerKeyResult([Record(made)]) { Key = key });
        return ExitCode.Ok;
    }

    private async Task<int> ListAsync(CommandContext context, ParseResult result)
    {
        IReadOnlyList<TrackerKey> keys = await KeysAsync(result);
        foreach (TrackerKey key in keys)
            context.Output.Data($"{key.Id}  {Text(key.Created)}  {Expiry(key)}  {SafeText.Clean(key.Label)}".TrimEnd());
        if (keys.Count == 0) context.Output.Say("There are no keys yet; 'shoal tracker key new' makes one.");
        context.Output.Result(new TrackerKeyResult([.. keys.Select(Record)]));
        return ExitCode.Ok;
    }

    private async Task<int> RevokeAsync(CommandContext context, ParseResult result)
    {
        if (!await DropAsync(result, result.GetValue(_key)!))
            throw new CliException(ExitCode.NotFound, "There is no such key; 'shoal tracker key list' shows them.");
        context.Output.Say("The key is revoked; a running tracker refuses it within a second.");
        context.Output.Result(new TrackerKeyResult([]));
        return ExitCode.Ok;
    }

    private async Task<(TrackerKey Made, string Key)> MakeAsync(
        ParseResult result, DateTimeOffset now, DateTimeOffset? expires)
    {
        if (_redis.Of(result) is not null)
        {
            await using SharedKeyRing shared = await OpenSharedAsync(result);
            return await shared.CreateAsync(_label.Of(result), now, expires);
        }
        Directory.CreateDirectory(Folder(result));
        return (KeyRing.Open(Folder(result)).Create(_label.Of(result), now, expires, out string key), key);
    }

    private async Task<IReadOnlyList<TrackerKey>> KeysAsync(ParseResult result)
    {
        if (_redis.Of(result) is null) return KeyRing.Open(Folder(result)).Keys;
        await using SharedKeyRing shared = await OpenSharedAsync(result);
        return shared.Keys;
    }

    private async Task<bool> DropAsync(ParseResult result, string key)
    {
        if (_redis.Of(result) is null) return KeyRing.Open(Folder(result)).Revoke(key);
        await using SharedKeyRing shared = await OpenSharedAsync(result);
        return await shared.RevokeAsync(key);
    }

    private string Folder(ParseResult result) => Path.GetFullPath(_data.Of(result)!);

    private Task<SharedKeyRing> OpenSharedAsync(ParseResult result) =>
        SharedKeyRing.OpenAsync(_redis.Of(result)!, RedisTimeout);

    private static TrackerKeyRecord Record(TrackerKey key) =>
        new(key.Id, key.Label, Text(key.Created), key.Expires is { } end ? Text(end) : null);

    private static string Expiry(TrackerKey key) => key.Expires is not { } end ? "never expires"
        : end <= DateTimeOffset.UtcNow ? $"expired {Text(end)}"
        : $"expires {Text(end)}";

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static bool TryTime(string text, out TimeSpan? value, out string expected)
    {
        bool isTime = Duration.TryParse(text, out TimeSpan time, out expected);
        value = time;
        return isTime;
    }
}
