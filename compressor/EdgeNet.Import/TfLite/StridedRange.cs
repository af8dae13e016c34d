using EdgeNet.Model;

namespace EdgeNet.Import.TfLite;

/// <summary>What STRIDED_SLICE means for one shape: a box along every axis, and the shape that its masks make of it.</summary>
/// <param name="Starts">First index per axis of the operand.</param>
/// <param name="Sizes">Indices per axis.</param>
/// <param name="Steps">From one index to the next.</param>
/// <param name="Shape">The result's shape: shrunk axes left out, new ones put in.</param>
internal sealed record StridedRange(int[] Starts, int[] Sizes, int[] Steps, int[] Shape)
{
    public static StridedRange Resolve(
        OperatorCall call, Shape shape, int[] begins, int[] ends, int[] strides,
        int beginMask, int endMask, int ellipsisMask, int newAxisMask, int shrinkMask, bool endIsOffset)
    {
        int entries = begins.Length;
        bool At(int mask, int entry) => (mask >> entry & 1) != 0;
        int ellipsis = Enumerable.Range(0, entries).FirstOrDefault(entry => At(ellipsisMask, entry), entries);
        int named = Enumerable.Range(0, entries).Count(entry => entry != ellipsis && !At(newAxisMask, entry));
        if (named > shape.Rank || (ellipsisMask & (ellipsisMask - 1)) != 0)
            throw call.Malformed($"it names {named} axes of shape {shape} with ellipsis mask {ellipsisMask}");

        int[] starts = new int[shape.Rank], sizes = shape.ToArray(), steps = [.. shape.Select(_ => 1)];
        var result = new List<int>();
        int axis = 0;
        for (int entry = 0; entry < entries; entry++)
        {
            if (entry == ellipsis)
            {
                for (int end = axis + shape.Rank - named; axis < end; axis++) result.Add(shape[axis]);
            }
            else if (At(newAxisMask, entry))
            {
                result.Add(1);
            }
            else
            {
                int extent = shape[axis], stride = strides[entry];
                if (stride == 0) throw call.Malformed("a stride of 0");
                // The places where an index that runs off stops: before the first or behind the last.
                int lowest = stride > 0 ? 0 : -1, highest = stride > 0 ? extent : extent - 1;
                long Bounded(long index) => Math.Clamp(index < 0 ? index + extent : index, lowest, highest);
                long begin = At(beginMask, entry) ? (stride > 0 ? lowest : highest) : Bounded(begins[entry]);
                if (At(shrinkMask, entry))
                {
                    long only = At(beginMask, entry) ? begin : begins[entry] < 0 ? begins[entry] + (long)extent : begins[entry];
                    if (only < 0 || only >= extent) throw call.Malformed($"index {begins[entry]} lies outside axis {axis} of shape {shape}");
                    (starts[axis], sizes[axis]) = ((int)only, 1);
                }
                else
                {
                    long end = At(endMask, entry) ? (stride > 0 ? highest : lowest)
                        : endIsOffset ? Math.Clamp(begin + ends[entry], lowest, highest)
                        : Bounded(ends[entry]);
                    long size = Math.Max(0, stride > 0 ? (end - begin + stride - 1) / stride : (begin - end - stride - 1L) / -(long)stride);
                    (starts[axis], sizes[axis], steps[axis]) = (size == 0 ? 0 : (int)begin, (int)size, size <= 1 ? 1 : stride);
                    result.Add((int)size);
                }
                axis++;
            }
        }
        for (; axis < shape.Rank; axis++) result.Add(shape[axis]);
        return new StridedRange(starts, sizes, steps, [.. result]);
    }
}
