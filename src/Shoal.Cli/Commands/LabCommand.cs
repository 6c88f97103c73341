using System.CommandLine;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal lab</c>: experiments.</summary>
internal static class LabCommand
{
    /// <summary>Builds the command with those below it.</summary>
    public static Command Build(OptionFactory options, AttachAction attach) =>
        new("lab", "Swarms to watch: scenarios with measured results, and static swarms for classrooms.")
        {
            LabRunCommand.Build(options, attach),
            LabSetupCommand.Build(options, attach),
            LabStaticCommand.Build(options, attach),
            LabSimCommand.Build(options, attach),
        };
}
