namespace EdgeNet.Model.Format;

/// <summary>The encodings among which a writer chooses; Raw is always one of them.</summary>
[Flags]
public enum AllowedEncodings
{
    /// <summary>All sections as they are.</summary>
    Raw = 0,

    /// <summary><see cref="SectionEncoding.Huffman"/>, where it can.</summary>
    Huffman = 1 << SectionEncoding.Huffman,

    /// <summary><see cref="SectionEncoding.Sparse"/>.</summary>
    Sparse = 1 << SectionEncoding.Sparse,

    /// <summary><see cref="SectionEncoding.Rans"/>.</summary>
    Rans = 1 << SectionEncoding.Rans,

    /// <summary><see cref="SectionEncoding.Lz"/>.</summary>
    Lz = 1 << SectionEncoding.Lz,

    /// <summary>What version 1 had: the coding of Deep Compression.</summary>
    HuffmanFamily = Huffman | Sparse,

    /// <summary>Every encoding of this version.</summary>
    All = HuffmanFamily | Rans | Lz,
}
