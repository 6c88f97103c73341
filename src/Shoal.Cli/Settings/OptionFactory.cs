using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Shoal.Cli.Help;
using Shoal.Cli.Parsing;

namespace Shoal.Cli.Settings;

/// <summary>
/// Makes options that are all alike: each has an environment twin, and each error is one sentence that names the
/// option or the variable, and its value.
/// </summary>
internal sealed class OptionFactory
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\r'];

    private readonly Func<string, string?> _environment;
    private readonly string _heading;

    /// <summary>Makes options that stand under the heading of the command's own.</summary>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    public OptionFactory(Func<string, string?> environment)
        : this(environment, new HelpHeadings(), HelpHeadings.Own)
    {
    }

    private OptionFactory(Func<string, string?> environment, HelpHeadings headings, string heading) =>
        (_environment, Headings, _heading) = (environment, headings, heading);

    /// <summary>Where in the help the options stand that were made here.</summary>
    public HelpHeadings Headings { get; }

    /// <summary>Makes options that stand under another heading of the help.</summary>
    public OptionFactory Under(string heading) => new(_environment, Headings, heading);

    /// <summary>The environment twin of an option: <c>SHOAL_NO_DHT</c> for <c>--no-dht</c>.</summary>
    public static string TwinOf(string option) =>
        "SHOAL_" + option.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>An option without a value. Its twin takes 1, true, yes or on, and 0, false, no or off.</summary>
    public Setting<bool> Flag(string name, string description, params string[] aliases)
    {
        Option<bool> option = new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };
        if (Given(name) is { } text) option.DefaultValueFactory = result => ReadFlag(result, name, text);
        Headings.Put(option, _heading);
        return new Setting<bool>(option, Fallback: false);
    }

    /// <summary>An option with one value.</summary>
    public Setting<T> Value<T>(
        string name, string placeholder, string description, Parser<T> parser, T fallback, params string[] aliases)
    {
        Option<T> option = new(name, aliases)
        {
            Description = description,
            HelpName = placeholder,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, name, result.Tokens[0].Value, parser),
        };
        if (Given(name) is { } text) option.DefaultValueFactory = result => Read(result, TwinOf(name), text, parser);
        Headings.Put(option, _heading);
        return new Setting<T>(option, fallback);
    }

    /// <summary>An option that may be given many times. Its twin has the values with blanks between.</summary>
    public Setting<ImmutableArray<T>> Many<T>(string name, string placeholder, string description, Parser<T> parser)
    {
        Option<ImmutableArray<T>> option = new(name)
        {
            Description = description,
            HelpName = placeholder,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => ReadMany(result, name, result.Tokens.Select(t => t.Value), parser),
        };
        if (Given(name) is { } text)
            option.DefaultValueFactory = result => ReadMany(
                result, TwinOf(name), text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries), parser);
        Headings.Put(option, _heading);
        return new Setting<ImmutableArray<T>>(option, Fallback: []);
    }

    /// <summary>An option of which only some words are allowed, and of those some are not built yet.</summary>
    public Setting<string> Choice(
        string name, string description, string fallback, ImmutableArray<string> choices, params string[] unavailable)
    {
        string list = string.Join('|', choices);
        Setting<string> setting = Value(name, list, description, ParseChoice, fallback);
        setting.Option.Validators.Add(result => RefuseUnavailable(result, name, unavailable));
        setting.Option.CompletionSources.Add([.. choices]);
        return setting;

        bool ParseChoice(string text, out string value, out string expected)
        {
            expected = $"one of {string.Join(", ", choices)}";
            value = text;
            return choices.Contains(text) || unavailable.Contains(text);
        }
    }

    /// <summary>An option that other versions have: a usage error here, not shown in the help.</summary>
    public Option Unavailable(string name, bool hasValue)
    {
        Option<string> option = new(name)
        {
            Hidden = true,
            Arity = hasValue ? ArgumentArity.ZeroOrOne : ArgumentArity.Zero,
            CustomParser = result => Refuse(result, name),
        };
        option.Validators.Add(result => Refuse(result, result.Implicit ? TwinOf(name) : name));
        if (Given(name) is not null) option.DefaultValueFactory = result => Refuse(result, TwinOf(name))!;
        return option;
    }

    /// <summary>Takes any text but none.</summary>
    public static bool Text(string text, out string value, out string expected)
    {
        expected = "a text";
        value = text;
        return text.Length > 0;
    }

    private string? Given(string option) => _environment(TwinOf(option)) is { Length: > 0 } text ? text : null;

    private static string? Refuse(SymbolResult result, string name)
    {
        if (!result.Errors.Any()) result.AddError($"{name} is not available in this version.");
        return null;
    }

    private void RefuseUnavailable(OptionResult result, string name, string[] unavailable)
    {
        bool isTyped = result.Tokens.Count > 0;
        string? value = isTyped ? result.Tokens[0].Value : Given(name);
        if (unavailable.Contains(value))
            result.AddError($"{(isTyped ? name : TwinOf(name))} {value} is not available in this version.");
    }

    private static bool ReadFlag(ArgumentResult result, string name, string text)
    {
        switch (text.ToUpperInvariant())
        {
            case "1" or "TRUE" or "YES" or "ON":
                return true;
            case "0" or "FALSE" or "NO" or "OFF":
                return false;
            default:
                result.AddError($"{TwinOf(name)} '{text}' is neither 1 nor 0.");
                return false;
        }
    }

    private static T Read<T>(ArgumentResult result, string source, string text, Parser<T> parser)
    {
        if (parser(text, out T? value, out string expected)) return value;
        result.AddError($"{source} '{text}' is not {expected}.");
        // Never seen: a command line with an error is not run.
        return default!;
    }

    private static ImmutableArray<T> ReadMany<T>(
        ArgumentResult result, string source, IEnumerable<string> texts, Parser<T> parser)
    {
        ImmutableArray<T>.Builder values = ImmutableArray.CreateBuilder<T>();
        foreach (string text in texts)
        {
            if (!parser(text, out T? value, out string expected))
            {
                result.AddError($"{source} '{text}' is not {expected}.");
                return [];
            }
            values.Add(value);
        }
        return values.ToImmutable();
    }
}
