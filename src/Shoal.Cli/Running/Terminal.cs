using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Shoal.Cli.Running;

/// <summary>What the standard streams are connected to.</summary>
internal static partial class Terminal
{
    private const int FallbackColumns = 80;

    /// <summary>True when standard error is a terminal on which lines can be redrawn.</summary>
    public static bool ErrorUnderstandsControl()
    {
        if (Console.IsErrorRedirected) return false;
        if (OperatingSystem.IsWindows()) return WindowsUnderstandsControl();
        return Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
    }

    /// <summary>Characters in a line; 80 when that cannot be told.</summary>
    public static int Columns()
    {
        try
        {
            int columns = Console.WindowWidth;
            if (columns > 0) return columns;
        }
        catch (IOException)
        {
            // No terminal: the next best source answers.
        }
        string? text = Environment.GetEnvironmentVariable("COLUMNS");
        return int.TryParse(text, CultureInfo.InvariantCulture, out int given) && given > 0 ? given : FallbackColumns;
    }

    /// <summary>
    /// True when the terminal of standard error is ours to draw on; false while the program runs in the background of
    /// a shell.
    /// </summary>
    public static bool IsInForeground() => OperatingSystem.IsWindows() || ForegroundGroup(2) == OwnGroup();

    /// <summary>Opens standard input as lines.</summary>
    /// <remarks>
    /// Not through <see cref="Console"/>, which would take over the terminal's settings. On a terminal the reader waits
    /// while the program is in the background, since reading there would stop the whole process (SIGTTIN).
    /// </remarks>
    [SuppressMessage("Reliability", "CA2000", Justification = "The reader owns the stream.")]
    public static TextReader OpenInput()
    {
        if (OperatingSystem.IsWindows()) return new StreamReader(Console.OpenStandardInput());
        FileStream stream = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        return new StreamReader(Console.IsInputRedirected ? stream : new ForegroundStream(stream, WaitForInput));
    }

    // Windows terminals take control sequences once they are switched on, which Spectre does as it looks.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool WindowsUnderstandsControl() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            .Profile.Capabilities.Ansi;

    [UnsupportedOSPlatform("windows")]
    private static void WaitForInput()
    {
        const short readable = 1;
        const int forever = -1;
        const int interrupted = 4;
        PollTarget target = new() { Descriptor = 0, Events = readable };
        while (true)
        {
            if (Poll(ref target, 1, forever) < 0)
            {
                if (Marshal.GetLastPInvokeError() == interrupted) continue;
                return;
            }
            if (ForegroundGroup(0) == OwnGroup()) return;
            // What was typed is for another program. Only looking again tells when we are in front.
            Poll(ref target, 0, milliseconds: 1000);
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollTarget target, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollTarget
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>Asks on standard error and reads a line whose characters are not shown.</summary>
    public static string ReadSecret(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new System.Text.StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
