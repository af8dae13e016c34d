using System.Diagnostics;
using System.Globalization;
using EdgeNet.Kernels;

namespace EdgeNet.Device;

/// <summary>
/// What a person runs first on a new board: every kernel that its processor can run against the scalar reference, then whole models against
/// what they gave elsewhere.
/// </summary>
/// <param name="output">Where the findings go, a line each.</param>
internal sealed class SelfTest(TextWriter output)
{
    private const int MostFailuresShown = 5;

    private int _kernels, _shapes, _models, _failures;

    /// <summary>All of the cases instead of a tenth.</summary>
    public bool Full { get; init; }

    /// <summary>Names every case before it is run: the last one is to blame when the program is killed.</summary>
    public bool Verbose { get; init; }

    /// <summary>Runs it.</summary>
    /// <returns>Whether all is well.</returns>
    public bool Run()
    {
        long start = Stopwatch.GetTimestamp();
        output.WriteLine($"processor features: {(CpuFeatures.Names.Count > 0 ? string.Join(' ', CpuFeatures.Names) : "none that this build has kernels for (x64: publish with -p:IlcInstructionSet=x86-x64-v3)")}");
        output.WriteLine(GuardedBuffer.IsGuarded ? "tensors lie at inaccessible pages: an access beyond one ends the program" : "this system has no inaccessible pages: accesses beyond tensors go unseen");
        foreach (KernelParity kernel in KernelParity.All()) Check(kernel);
        if (_kernels == 0) output.WriteLine("no fast kernels for this processor: the scalar reference runs");
        CheckModel("mini MobileNet int8", exact: true, ModelParity.CheckCodes);
        CheckModel("mini MobileNet fp32", exact: false, ModelParity.CheckReals);
        string done = string.Create(CultureInfo.InvariantCulture,
            $"{_kernels} kernels, {_shapes} shapes, {_models} models in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        output.WriteLine(_failures == 0 ? $"passed: {done}" : $"FAILED: {_failures} of {done}");
        return _failures == 0;
    }

    /// <summary>Runs the cases of one kernel.</summary>
    public void Check(KernelParity kernel)
    {
        int cases = kernel.Cases * (Full ? KernelParity.AllCases : 1), failures = 0;
        double worst = 0;
        for (int number = 0; number < cases; number++)
        {
            if (Verbose) Say($"{kernel.Name} case {number}: {kernel.Describe(number)}");
            Outcome outcome = kernel.Check(number);
            worst = Math.Max(worst, outcome.Deviation);
            if (outcome.Failure is null) continue;
            if (++failures <= MostFailuresShown) Say($"FAILED {kernel.Name} case {number}: {outcome.Failure}: {kernel.Describe(number)}");
        }
        _kernels++;
        _shapes += cases;
        _failures += failures;
        Say(Line(kernel.Name, $"{cases} shapes", kernel.IsExact, worst, failures));
    }

    private void CheckModel(string name, bool exact, Func<int, Outcome> check)
    {
        int[] threads = Full ? [1, 2, 3, 4] : Environment.ProcessorCount == 1 ? [1] : [1, Environment.ProcessorCount];
        int failures = 0;
        double worst = 0;
        foreach (int count in threads)
        {
            Outcome outcome = check(count);
            worst = Math.Max(worst, outcome.Deviation);
            if (outcome.Failure is null) continue;
            failures++;
            Say($"FAILED {name}: {outcome.Failure}");
        }
        _models++;
        _failures += failures;
        Say(Line(name, $"threads {string.Join(' ', threads)}", exact, worst, failures));
    }

    private static string Line(string name, string what, bool exact, double worst, int failures)
    {
        string found = failures > 0 ? $"{failures} FAILED" : exact ? "bit for bit" : string.Create(CultureInfo.InvariantCulture, $"worst {worst:0.000} of what is allowed");
        return $"{name,-36} {what,-14} {found}";
    }

    /// <summary>At once, so that what is printed tells how far it came.</summary>
    private void Say(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
