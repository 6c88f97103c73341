using System.CommandLine;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Commands;

/// <summary>Gives a command what it does.</summary>
internal delegate void AttachAction(Command command, Func<CommandContext, ParseResult, Task<int>> action);

/// <summary>All commands with all their options.</summary>
internal static class CommandTree
{
    private const string Description =
        "Shoal moves files between many machines at wire speed, over standard BitTorrent.\n"
        + "Every option has an environment twin: SHOAL_PORT for --port.";

    /// <summary>Builds the tree.</summary>
    public static RootCommand Build(OptionFactory options, OutputSettings output, AttachAction attach)
    {
        RootCommand root = new(Description)
        {
            ShareCommand.Build(options, attach),
            GetCommand.Build(options, attach),
            SeedCommand.Build(options, attach),
            CreateCommand.Build(options, attach),
            InspectCommand.Build(options, attach),
            VerifyCommand.Build(options, attach),
            TrackerCommand.Build(options, attach),
            DemoCommand.Build(options, attach),
        };
        root.Subcommands.Add(CompletionsCommand.Build(attach, root));
        output.AddTo(root);
        return root;
    }
}
