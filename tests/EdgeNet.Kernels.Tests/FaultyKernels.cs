namespace EdgeNet.Kernels.Tests;

/// <summary>A mistake that a kernel can make.</summary>
public enum Fault
{
    None,
    ForgetsLastTap,
    ForgetsBias,
    ForgetsResidual,
    ForgetsClamp,
    HidesNaN,
    SwapsLastRows,
    RoundsHalfUp,
    ForgetsWeightZeroPoint,
    SaturatesAt16Bits,
}

/// <summary>The contract of <see cref="PointwiseKernel"/> written plainly, on a tile of 3 × 4, with one mistake at a time.</summary>
internal static unsafe class FaultyKernels
{
    private const int Rows = 3, Columns = 4, VectorColumns = 2, Group = 2, Offset = 128;

    // A micro-kernel has no room for more arguments than it gets.
    [ThreadStatic]
    private static Fault s_fault;

    public static PointwiseKernel F32(Fault fault)
    {
        s_fault = fault;
        return new("faulty-f32", Rows, Columns, VectorColumns, 1, 0, &TileF32);
    }

    public static PointwiseKernel S8(Fault fault)
    {
        s_fault = fault;
        return new("faulty-s8", Rows, Columns, VectorColumns, Group, Offset, &TileS8);
    }

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> TileF32(int rows, int vectors) => (rows, vectors) switch
    {
        (1, 1) => &F32<N1, N1>,
        (2, 1) => &F32<N2, N1>,
        (_, 1) => &F32<N3, N1>,
        (1, _) => &F32<N1, N2>,
        (2, _) => &F32<N2, N2>,
        _ => &F32<N3, N2>,
    };

    private static delegate*<PointwiseBlock*, nint*, byte*, byte*, byte*, int*, void> TileS8(int rows, int vectors) => (rows, vectors) switch
    {
        (1, 1) => &S8<N1, N1>,
        (2, 1) => &S8<N2, N1>,
        (_, 1) => &S8<N3, N1>,
        (1, _) => &S8<N1, N2>,
        (2, _) => &S8<N2, N2>,
        _ => &S8<N3, N2>,
    };

    private static void F32<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        for (int row = 0; row < TRows.Value; row++)
        {
            for (int column = 0; column < TVectors.Value * VectorColumns; column++)
            {
                float* weights = (float*)panel + Columns + column;
                float sum = s_fault == Fault.ForgetsBias ? 0 : ((float*)panel)[column];
                for (int tap = 0; tap < Taps(block); tap++)
                {
                    float* x = (float*)rows[tap * Rows + From(row, TRows.Value)];
                    for (int k = 0; k < block->Depth; k++, weights += Columns) sum += x[k] * *weights;
                }
                if (residual != null && s_fault != Fault.ForgetsResidual) sum += ((float*)(residual + row * block->ResidualStride))[column];
                if (s_fault == Fault.HidesNaN) sum = sum > block->Minimum ? sum : block->Minimum;
                if (s_fault != Fault.ForgetsClamp) sum = sum < block->Minimum ? block->Minimum : sum > block->Maximum ? block->Maximum : sum;
                ((float*)(output + row * block->OutputStride))[column] = sum;
            }
        }
    }

    private static void S8<TRows, TVectors>(PointwiseBlock* block, nint* rows, byte* panel, byte* output, byte* residual, int* sums)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        int groups = (block->Depth + Group - 1) / Group;
        for (int row = 0; row < TRows.Value; row++)
        {
            for (int column = 0; column < TVectors.Value * VectorColumns; column++)
            {
                int sum = s_fault == Fault.ForgetsBias ? 0 : ((int*)panel)[column];
                for (int tap = 0; tap < Taps(block); tap++)
                {
                    sbyte* x = (sbyte*)rows[tap * Rows + From(row, TRows.Value)];
                    sbyte* weights = (sbyte*)panel + 3 * Columns * sizeof(int) + (tap * groups * Columns + column) * Group;
                    for (int k = 0; k < block->Depth; k += Group)
                    {
                        int pair = (x[k] + Offset) * weights[k * Columns] + (k + 1 < block->Depth ? (x[k + 1] + Offset) * weights[k * Columns + 1] : 0);
                        sum += s_fault == Fault.SaturatesAt16Bits ? Math.Clamp(pair, short.MinValue, short.MaxValue) : pair;
                    }
                }
                if (sums != null && s_fault != Fault.ForgetsWeightZeroPoint) sum -= ((int*)panel)[2 * Columns + column] * sums[row];
                float value = sum * ((float*)panel)[Columns + column];
                if (s_fault == Fault.RoundsHalfUp) value = MathF.Floor(value + 0.5f);
                float low = s_fault == Fault.ForgetsClamp ? -128 - block->OutputZeroPoint : block->Minimum;
                value = Math.Clamp(value, low, block->Maximum);
                ((sbyte*)(output + row * block->OutputStride))[column] = (sbyte)((int)MathF.Round(value, MidpointRounding.ToEven) + block->OutputZeroPoint);
            }
        }
    }

    private static int Taps(PointwiseBlock* block) => s_fault == Fault.ForgetsLastTap ? block->Taps - 1 : block->Taps;

    private static int From(int row, int rows) => s_fault == Fault.SwapsLastRows && rows == Rows && row > 0 ? Rows - row : row;
}
