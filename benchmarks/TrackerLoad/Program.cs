using System.Globalization;
using System.Runtime.InteropServices;
using Shoal.Clients;
using Shoal.TrackerLoad;

if (args is ["echo", var port, var peers])
{
    EchoServer.Run(int.Parse(port, CultureInfo.InvariantCulture), int.Parse(peers, CultureInfo.InvariantCulture));
    return 0;
}

if (!LoadOptions.TryParse(args, out LoadOptions options, out string problem))
{
    Console.Error.WriteLine(problem);
    return args is ["--help"] or ["-h"] ? 0 : 2;
}
if (!OperatingSystem.IsLinux()
    || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
{
    Console.Error.WriteLine("The load tester needs 64-bit Linux.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // The first one cleans up; a second one ends at once.
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

try
{
    var figures = new List<LoadFigures>();
    foreach (string scenario in options.Chosen)
    {
        IReadOnlyList<LoadFigures> some = await LoadRun.RunAsync(options.For(scenario), stop.Token);
        if (some.Count > 0) LoadReport.Print(Console.Out, some);
        figures.AddRange(some);
    }
    if (options.JsonFile is { } file) LoadReport.WriteJson(file, figures);
    return figures.Any(f => f.Wrong > 0 && f.Server != "opentracker") ? 1 : 0;
}
catch (Exception e) when (e is InvalidOperationException or TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
