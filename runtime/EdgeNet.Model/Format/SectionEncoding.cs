namespace EdgeNet.Model.Format;

/// <summary>How the bytes of a section are stored. The numbers are part of the format.</summary>
public enum SectionEncoding
{
    /// <summary>As they are.</summary>
    Raw = 0,

    /// <summary>Canonical Huffman code over bytes; for elements of one byte.</summary>
    Huffman = 1,

    /// <summary>Relative indices of the elements that are not background, Huffman-coded beside the elements.</summary>
    Sparse = 2,

    /// <summary>Asymmetric numeral systems over bytes, with frequencies for groups of rows, columns or bytes of an element. From version 2.</summary>
    Rans = 3,

    /// <summary>Repetitions under an adaptive coder; for tables and for short sections. From version 2.</summary>
    Lz = 4,
}
