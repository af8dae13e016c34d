namespace EdgeNet.Model.Format;

/// <summary>
/// What an encoder may know of the elements of a section: the extents of the first and the last axis of the tensor that they are, row-major.
/// It changes how small the section becomes, and nothing that a decoder needs. Zero: not known.
/// </summary>
/// <param name="First">The outermost extent: output channels of most weights.</param>
/// <param name="Last">The innermost extent: input channels, or columns of a table.</param>
public readonly record struct SectionAxes(int First, int Last)
{
    /// <summary>Those of a tensor's shape.</summary>
    public static SectionAxes Of(Shape shape) => shape.Rank == 0 ? default : new(shape[0], shape[shape.Rank - 1]);
}
