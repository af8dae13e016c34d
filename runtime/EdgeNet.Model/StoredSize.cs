using EdgeNet.Model.Format;

namespace EdgeNet.Model;

/// <summary>What a constant takes in a file.</summary>
/// <param name="Encoding">How its codes are stored.</param>
/// <param name="Stored">Bytes of its codes.</param>
/// <param name="Tables">Bytes of its scales, zero points and codebook.</param>
public readonly record struct StoredSize(SectionEncoding Encoding, long Stored, long Tables)
{
    /// <summary>All bytes but its part of the header.</summary>
    public long Total => Stored + Tables;
}
