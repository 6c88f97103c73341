using BenchmarkDotNet.Running;
using Shoal.Micro;

bool quick = args.Contains("--quick");
string[] rest = [.. args.Where(a => a != "--quick")];
BenchmarkSwitcher.FromAssembly(typeof(MicroConfig).Assembly).Run(rest, new MicroConfig(quick));
