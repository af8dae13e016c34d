using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// Kernels on the layers of MobileNet, one thread:
//   dotnet run --project bench/EdgeNet.Bench -c Release -- --filter '*Pointwise*'
// In this process, because the projects that BenchmarkDotNet generates elsewhere do not see this repository's settings.
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
