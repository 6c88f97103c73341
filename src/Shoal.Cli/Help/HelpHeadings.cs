using System.CommandLine;

namespace Shoal.Cli.Help;

/// <summary>Under which heading of the help each option stands.</summary>
internal sealed class HelpHeadings
{
    /// <summary>Heading of options that belong to one command and to no group.</summary>
    public const string Own = "Options";

    /// <summary>Heading of options about files and folders.</summary>
    public const string Content = "Content";

    /// <summary>Heading of options about peers, trackers and addresses.</summary>
    public const string Network = "Network";

    /// <summary>Heading of options that every command has.</summary>
    public const string Output = "Output";

    private readonly Dictionary<Option, string> _headings = [];

    /// <summary>Puts an option under a heading.</summary>
    public void Put(Option option, string heading) => _headings[option] = heading;

    /// <summary>The heading of an option; those that the parser adds itself stand with the output.</summary>
    public string Of(Option option) => _headings.GetValueOrDefault(option, Output);
}
