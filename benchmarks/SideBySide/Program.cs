using Shoal.Clients;
using Shoal.SideBySide;

if (!BenchmarkOptions.TryParse(args, out BenchmarkOptions options, out string problem))
{
    Console.Error.WriteLine(problem);
    return args is ["--help"] or ["-h"] ? 0 : 2;
}

ClientPackages.NeedForBenchmarks();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    // The first one cleans up; a second one ends at once.
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};

try
{
    IReadOnlyList<Section> sections = await Benchmark.RunAsync(options, stop.Token);
    var report = new Report(await Machine.DescribeAsync(stop.Token), sections);
    report.Print(Console.Out);
    if (options.JsonFile is { } file) report.WriteJson(file);
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or TimeoutException or OperationCanceledException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
