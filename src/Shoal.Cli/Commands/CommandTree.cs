using System.CommandLine;
using System.CommandLine.Help;
using Shoal.Cli.Help;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Commands;

/// <summary>Gives a command what it does.</summary>
internal delegate void AttachAction(Command command, Func<CommandContext, ParseResult, Task<int>> action);

/// <summary>All commands with all their options.</summary>
internal static class CommandTree
{
    private const string Description = "Shoal moves files between many machines at wire speed, over standard "
        + "BitTorrent.";

    /// <summary>Builds the tree.</summary>
    /// <param name="options">Makes the options.</param>
    /// <param name="output">The options that every command has.</param>
    /// <param name="attach">Gives each command what it does.</param>
    /// <param name="columns">Characters in a line of help.</param>
    public static RootCommand Build(
        OptionFactory options, OutputSettings output, AttachAction attach, Func<int> columns)
    {
        RootCommand root = new(Description)
        {
            ShareCommand.Build(options, attach),
            GetCommand.Build(options, attach),
            SeedCommand.Build(options, attach),
            CreateCommand.Build(options, attach),
            InspectCommand.Build(options, attach),
            VerifyCommand.Build(options, attach),
            FilesCommand.Build(options, attach),
            TrackerCommand.Build(options, attach),
            SwarmCommand.Build(options, attach),
            DemoCommand.Build(options, attach),
            LabCommand.Build(options, attach),
        };
        root.Subcommands.Add(CompletionsCommand.Build(attach, root));
        output.AddTo(root);
        Describe(root, options.Headings, columns);
        return root;
    }

    // The parser brings these two with texts of its own.
    private static void Describe(RootCommand root, HelpHeadings headings, Func<int> columns)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new HelpPrinter(headings, columns);
                help.Description = "Show this help.";
            }
            if (option is VersionOption) option.Description = "Show the version.";
        }
    }
}
