namespace EdgeNet.Kernels;

/// <summary>A box by its corners.</summary>
internal readonly record struct BoxCorners(float YMin, float XMin, float YMax, float XMax)
{
    private float Area => (YMax - YMin) * (XMax - XMin);

    /// <summary>Intersection over union in fp32; zero where a box has no area.</summary>
    public float Iou(BoxCorners other)
    {
        if (Area <= 0 || other.Area <= 0) return 0;
        float height = MathF.Max(MathF.Min(YMax, other.YMax) - MathF.Max(YMin, other.YMin), 0);
        float width = MathF.Max(MathF.Min(XMax, other.XMax) - MathF.Max(XMin, other.XMin), 0);
        float intersection = height * width;
        return intersection / (Area + other.Area - intersection);
    }
}
