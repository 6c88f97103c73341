using System.CommandLine;

namespace Shoal.Cli.Settings;

/// <summary>The option for the folder that holds the authorities of this user's private swarms.</summary>
internal sealed class SwarmFolder
{
    private readonly Setting<string?> _folder;

    /// <summary>Makes the option.</summary>
    public SwarmFolder(OptionFactory options) => _folder = options.Value<string?>(
        "--swarms", "DIR", "Folder of your swarms; default: in your configuration.", OptionFactory.Text, null);

    /// <summary>The option, for a command.</summary>
    public Option Option => _folder.Option;

    /// <summary>The folder as a full path.</summary>
    public string Read(CommandContext context, ParseResult result) =>
        Path.GetFullPath(_folder.Of(result) ?? Default(context.Host));

    // Where programs keep what a user configured (XDG base directory specification), and on Windows in the profile.
    private static string Default(CliHost host)
    {
        string? configured = host.Environment("XDG_CONFIG_HOME");
        if (string.IsNullOrEmpty(configured) && OperatingSystem.IsWindows())
            configured = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        if (string.IsNullOrEmpty(configured))
            configured = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return Path.Combine(configured, "shoal", "swarms");
    }
}
