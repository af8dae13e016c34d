using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>What becomes of boxes when the picture under them is moved or cut.</summary>
internal static class VisibleBoxes
{
    /// <summary>Below this share of its area inside the picture an object is not expected to be found.</summary>
    public const float IgnoredBelow = 0.5f;

    /// <summary>Below this share what is left is background.</summary>
    public const float DroppedBelow = 0.1f;

    /// <summary>Moves boxes and cuts them at the picture's edges.</summary>
    /// <param name="boxes">In fractions of the picture.</param>
    /// <param name="move">A box in fractions of the new picture, not cut.</param>
    public static GroundTruth[] Move(IReadOnlyList<GroundTruth> boxes, Func<Box, Box> move)
    {
        List<GroundTruth> visible = new(boxes.Count);
        foreach (GroundTruth truth in boxes)
        {
            Box moved = move(truth.Box), inside = moved.ClippedTo(1, 1);
            float share = moved.Area > 0 ? inside.Area / moved.Area : 0;
            if (share >= DroppedBelow) visible.Add(truth with { Box = inside, Ignore = truth.Ignore || share < IgnoredBelow });
        }
        return [.. visible];
    }
}
