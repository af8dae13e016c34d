using EdgeNet.Device;

namespace EdgeNet.Kernels.Tests;

/// <summary>The short run of <c>edgenet-device selftest</c> for every kernel of this processor, and proof that it finds what is wrong.</summary>
public sealed class ParityTests
{
    /// <summary>Every list of the table; a processor without fast kernels has nothing to compare.</summary>
    public static TheoryData<string> Kernels() => [.. KernelParity.All().Select(kernel => kernel.Name).DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_agrees_with_the_reference(string name)
    {
        if (KernelParity.All().FirstOrDefault(one => one.Name == name) is not { } kernel) return;
        for (int number = 0; number < kernel.Cases; number++)
        {
            Outcome outcome = kernel.Check(number);
            Assert.True(outcome.Failure is null, $"{name} case {number}: {outcome.Failure}: {kernel.Describe(number)}");
        }
    }

    [Fact]
    public void Every_kernel_of_the_table_is_compared()
    {
        HashSet<string> compared = [.. KernelParity.All().Select(kernel => kernel.Name)];
        Assert.Superset(new HashSet<string>([.. KernelTable.Names, .. KernelTable.SparsePointwiseF32.Select(kernel => kernel.Name)]), compared);
    }

    [Fact]
    public void A_right_kernel_passes()
    {
        Assert.Empty(FailuresF32(Fault.None));
        Assert.Empty(FailuresS8(Fault.None));
    }

    [Theory]
    [InlineData(Fault.ForgetsLastTap)]
    [InlineData(Fault.ForgetsBias)]
    [InlineData(Fault.ForgetsClamp)]
    [InlineData(Fault.SwapsLastRows)]
    public void A_fault_is_found_in_both_types(Fault fault)
    {
        Assert.NotEmpty(FailuresF32(fault));
        Assert.NotEmpty(FailuresS8(fault));
    }

    [Theory]
    [InlineData(Fault.ForgetsResidual)]
    [InlineData(Fault.HidesNaN)]
    public void A_fault_of_reals_is_found(Fault fault) => Assert.NotEmpty(FailuresF32(fault));

    [Theory]
    [InlineData(Fault.RoundsHalfUp)]
    [InlineData(Fault.ForgetsWeightZeroPoint)]
    [InlineData(Fault.SaturatesAt16Bits)]
    public void A_fault_of_codes_is_found(Fault fault) => Assert.NotEmpty(FailuresS8(fault));

    [Fact]
    public void A_failure_is_reported_with_every_parameter_and_fails_the_run()
    {
        using var output = new StringWriter();
        new SelfTest(output).Check(new ConvolutionParityF32(FaultyKernels.F32(Fault.ForgetsLastTap)));
        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.All(lines[..^1], line => Assert.Matches(@"^FAILED faulty-f32 case \d+: pixel \d+ channel \d+ is .*, expected .*: \d+x\d+x\d+x\d+ to .* kernel .* stride .* dilation .* padding .* ring .* clamp ", line));
        Assert.EndsWith("FAILED", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_ends_at_inaccessible_pages()
    {
        if (!GuardedBuffer.IsGuarded) return;
        using var buffer = new GuardedBuffer(100);
        nint first = buffer.Place(100, atEnd: false), end = buffer.Place(100, atEnd: true) + 100;
        Assert.Equal(buffer.Capacity, end - first);
        Assert.Equal("---p", Protection(first - 1));
        Assert.Equal("rw-p", Protection(first));
        Assert.Equal("rw-p", Protection(end - 1));
        Assert.Equal("---p", Protection(end));
    }

    private static string Protection(nint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] parts = line.Split(' ', 3), range = parts[0].Split('-');
            if (Convert.ToUInt64(range[0], 16) <= (ulong)address && (ulong)address < Convert.ToUInt64(range[1], 16)) return parts[1];
        }
        return "none";
    }

    private static List<string> FailuresF32(Fault fault) => Failures(new ConvolutionParityF32(FaultyKernels.F32(fault)));

    private static List<string> FailuresS8(Fault fault) => Failures(new ConvolutionParityS8(FaultyKernels.S8(fault)));

    private static List<string> Failures(KernelParity kernel) =>
        [.. Enumerable.Range(0, kernel.Cases).Select(number => kernel.Check(number).Failure).OfType<string>()];
}
