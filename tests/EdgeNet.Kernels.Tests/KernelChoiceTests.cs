namespace EdgeNet.Kernels.Tests;

public sealed class KernelChoiceTests
{
    private static readonly DepthwiseShape Layer = new() { InputHeight = 5, InputWidth = 5, Channels = 8, KernelHeight = 3, KernelWidth = 3 };

    [Fact]
    public void Without_a_word_the_first_kernel_that_accepts_the_layer_is_chosen()
    {
        Assert.Same(KernelTable.PointwiseF32 is [var real, ..] ? real : null, KernelChoice.PointwiseF32(null));
        Assert.Same(KernelTable.PointwiseS8 is [var coded, ..] ? coded : null, KernelChoice.PointwiseS8(null));
        Assert.Same(KernelTable.DepthwiseF32.FirstOrDefault(kernel => kernel.Accepts(in Layer)), KernelChoice.DepthwiseF32(in Layer, null));
        Assert.Same(KernelTable.DepthwiseS8.FirstOrDefault(kernel => kernel.Accepts(in Layer)), KernelChoice.DepthwiseS8(in Layer, null));
    }

    [Fact]
    public void A_name_or_a_part_of_it_chooses()
    {
        foreach (PointwiseKernel kernel in KernelTable.PointwiseF32) Assert.Same(kernel, KernelChoice.PointwiseF32(kernel.Name));
        foreach (PointwiseKernel kernel in KernelTable.PointwiseS8) Assert.Same(kernel, KernelChoice.PointwiseS8($" {kernel.Name[4..]} , scalar"));
        foreach (SparsePointwiseKernel kernel in KernelTable.SparsePointwiseF32) Assert.Same(kernel, KernelChoice.SparsePointwiseF32(kernel.Name));
        foreach (DepthwiseKernel kernel in KernelTable.DepthwiseF32.Where(kernel => kernel.Accepts(in Layer)))
            Assert.Same(kernel, KernelChoice.DepthwiseF32(in Layer, kernel.Name));
    }

    [Fact]
    public void A_part_that_fits_another_list_leaves_this_one_as_it_is()
    {
        foreach (PointwiseKernel kernel in KernelTable.PointwiseF32)
        {
            Assert.Same(KernelChoice.DepthwiseF32(in Layer, null), KernelChoice.DepthwiseF32(in Layer, kernel.Name));
            Assert.Null(KernelChoice.DepthwiseF32(in Layer, $"scalar,{kernel.Name}"));
        }
    }

    [Fact]
    public void Scalar_chooses_none()
    {
        Assert.Null(KernelChoice.PointwiseF32("scalar"));
        Assert.Null(KernelChoice.SparsePointwiseF32("scalar"));
        Assert.Null(KernelChoice.PointwiseS8("scalar"));
        Assert.Null(KernelChoice.DepthwiseF32(in Layer, "scalar"));
        Assert.Null(KernelChoice.DepthwiseS8(in Layer, "scalar"));
    }

    [Fact]
    public void A_kernel_of_another_processor_is_an_error_that_names_those_there_are()
    {
        string message = Assert.Throws<KernelChoiceException>(() => KernelChoice.PointwiseF32("scalar,sve9")).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains("'sve9'", message, StringComparison.Ordinal);
        Assert.All(KernelTable.Names, name => Assert.Contains(name, message, StringComparison.Ordinal));
    }
}
