using EdgeNet.Kernels;
using EdgeNet.Model;

namespace EdgeNet.Runtime;

/// <summary>Chains of layers, computed strip by strip.</summary>
internal static partial class Lowering
{
    /// <summary>Pixels that one call of a kernel should compute, where rows are short.</summary>
    private const int StripPixels = 112;

    /// <summary>Rows of a layer: begin..end, from an image to where row 0 of the output is or would be.</summary>
    private delegate void RowKernel(in ImageView input, nint output, int outputRowBytes, int begin, int end, nint scratch);

    private static Work ChainWork(Chain chain, Binding binding)
    {
        int count = chain.Stages.Count;
        Tensor y = binding.Bind(chain.Last.Output);
        Strip[] strips = Strip.Of(chain.Stages, Math.Max(1, (StripPixels + y.Shape[2] - 1) / y.Shape[2]));
        ImageView input = binding.Bind(chain.First.Main.Inputs[0]).AsImage(), output = y.AsImage();
        var kernels = new RowKernel[count];
        var names = new List<string>();
        int scratchBytes = 0;
        long weightBytes = 0;
        for (int i = 0; i < count; i++) kernels[i] = Rows(chain.Stages[i], binding, names, ref scratchBytes, ref weightBytes);
        Action<int, int>[] posts = Posts(chain.Last, y, binding);

        // After the kernels' own scratch: how far each stage has come, and the rings.
        int[] ringOffsets = new int[count];
        int progress = AlignedBuffer.RoundUp(scratchBytes), used = progress + AlignedBuffer.RoundUp(count * sizeof(int));
        for (int i = 0; i < count - 1; i++)
        {
            ringOffsets[i] = used;
            used = AlignedBuffer.RoundUp(checked(used + (int)strips[i].RingBytes));
        }
        int height = output.RowCapacity, rowElements = y.Shape[2] * y.Shape[3];
        return new Work(height, (begin, end, scratch, continues) =>
        {
            Span<int> done = AlignedBuffer.At<int>(scratch + progress, count), wanted = stackalloc int[count];
            if (!continues)
            {
                done[^1] = begin;
                for (int i = count - 1; i > 0; i--) done[i - 1] = Math.Max(0, strips[i].Window.Begin(done[i]));
            }
            for (int row = begin; row < end; row += strips[^1].Rows)
            {
                wanted[^1] = Math.Min(end, row + strips[^1].Rows);
                for (int i = count - 1; i > 0; i--) wanted[i - 1] = Math.Min(strips[i - 1].Height, strips[i].Window.End(wanted[i] - 1));
                ImageView from = input;
                for (int i = 0; i < count - 1; i++)
                {
                    nint ring = scratch + ringOffsets[i];
                    ComputeInto(kernels[i], strips[i], in from, ring, done[i], wanted[i], scratch);
                    done[i] = wanted[i];
                    from = new ImageView(ring, strips[i].RowBytes / chain.Stages[i].Output.Type.Shape[2], strips[i].RowBytes, strips[i].Rows);
                }
                ComputeFrom(kernels[^1], strips[^1], in from, output.Address, output.RowBytes, done[^1], wanted[^1], scratch);
                done[^1] = wanted[^1];
                foreach (Action<int, int> post in posts) post(row * rowElements, wanted[^1] * rowElements);
            }
        })
        {
            Name = string.Join(" → ", names),
            ScratchBytes = used,
            WeightBytes = weightBytes,
            Cost = chain.Stages.Sum(stage => stage.Main.MultiplyAdds) / 8,
            Grain = strips[^1].Rows,
        };
    }

    /// <summary>Rows into a ring: what runs over its end goes on at its start.</summary>
    private static void ComputeInto(RowKernel kernel, in Strip strip, in ImageView input, nint ring, int begin, int end, nint scratch)
    {
        while (begin < end)
        {
            int at = begin % strip.Rows, rows = Math.Min(end - begin, strip.Rows - at);
            ComputeFrom(kernel, in strip, in input, ring + (nint)(at - begin) * strip.RowBytes, strip.RowBytes, begin, begin + rows, scratch);
            begin += rows;
        }
    }

    /// <summary>Rows from a ring. To a pointwise layer each run of rows looks like an image of its own, which is what it computes fastest.</summary>
    private static void ComputeFrom(RowKernel kernel, in Strip strip, in ImageView input, nint output, int rowBytes, int begin, int end, nint scratch)
    {
        if (!strip.Window.IsPointwise || input.RowCapacity >= strip.Height)
        {
            kernel(in input, output, rowBytes, begin, end, scratch);
            return;
        }
        while (begin < end)
        {
            int at = begin % input.RowCapacity, rows = Math.Min(end - begin, input.RowCapacity - at);
            ImageView run = input with { Address = input.Address + (nint)(at - begin) * input.RowBytes, RowCapacity = int.MaxValue };
            kernel(in run, output, rowBytes, begin, begin + rows, scratch);
            begin += rows;
        }
    }

    private static RowKernel Rows(StepGroup group, Binding binding, List<string> names, ref int scratchBytes, ref long weightBytes)
    {
        int width = group.Output.Type.Shape[2];
        if (group.Main.Op is DepthwiseConv2D)
        {
            PackedDepthwise depthwise = PackDepthwise(group, binding);
            names.Add(depthwise.Kernel.Name);
            scratchBytes = Math.Max(scratchBytes, depthwise.ScratchBytes);
            weightBytes += depthwise.WeightBytes;
            return (in ImageView input, nint output, int rowBytes, int begin, int end, nint scratch) =>
                depthwise.Run(in input, output + (nint)begin * rowBytes, rowBytes, begin, end, scratch);
        }
        PixelLayer packed = PackConvolution(group, binding);
        names.Add(packed.Kernel);
        scratchBytes = Math.Max(scratchBytes, packed.ScratchBytes);
        weightBytes += packed.WeightBytes;
        ImageView residual = group.Residual is null ? default : binding.Bind(group.Residual).AsImage();
        return (in ImageView input, nint output, int rowBytes, int begin, int end, nint scratch) => packed.Run(
            in input, output, rowBytes / width, residual.Address, residual.PixelBytes, begin * width, end * width, 0, packed.Panels, scratch);
    }
}
