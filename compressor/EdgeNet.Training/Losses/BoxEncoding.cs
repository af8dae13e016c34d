using System.Numerics;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Boxes as a detector with priors should put them out: the inverse of <see cref="BoxDecoding"/>.</summary>
public static class BoxEncoding
{
    /// <summary>
    /// TensorFlow's SSD: ty = scale · (cy − cy_p) ⁄ h_p, th = scale · log(h ⁄ h_p), and likewise across; what <see cref="BoxDecoding.CentreSize"/> undoes.
    /// </summary>
    /// <param name="boxes">[N], of width and height above 0, in the unit of the priors.</param>
    /// <param name="priors">[N, 4] as [cy, cx, h, w], see <see cref="PriorBoxes.TensorFlow"/>.</param>
    /// <param name="scales">Usually <see cref="CentreSizeScales.Default"/>.</param>
    /// <param name="codes">[N, 4] as [ty, tx, th, tw].</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void CentreSize<T>(ReadOnlySpan<Box> boxes, ReadOnlySpan<float> priors, CentreSizeScales scales, Span<T> codes)
        where T : IBinaryFloatingPointIeee754<T>
    {
        Lengths.Require(priors.Length, 4L * boxes.Length, nameof(priors));
        Lengths.Require(codes.Length, 4L * boxes.Length, nameof(codes));
        for (int i = 0; i < boxes.Length; i++)
        {
            Box box = boxes[i];
            ReadOnlySpan<float> prior = priors.Slice(4 * i, 4);
            codes[4 * i] = T.CreateTruncating(scales.Y * ((((double)box.YMin + box.YMax) / 2) - prior[0]) / prior[2]);
            codes[(4 * i) + 1] = T.CreateTruncating(scales.X * ((((double)box.XMin + box.XMax) / 2) - prior[1]) / prior[3]);
            codes[(4 * i) + 2] = T.CreateTruncating(scales.Height * Math.Log(((double)box.YMax - box.YMin) / prior[2]));
            codes[(4 * i) + 3] = T.CreateTruncating(scales.Width * Math.Log(((double)box.XMax - box.XMin) / prior[3]));
        }
    }
}
