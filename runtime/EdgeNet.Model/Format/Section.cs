namespace EdgeNet.Model.Format;

/// <summary>Bytes as a file stores them, decoded when they are asked for.</summary>
/// <param name="Encoding">How they are stored.</param>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="Stored">The stored bytes.</param>
/// <param name="Length">Bytes once decoded.</param>
internal readonly record struct Section(SectionEncoding Encoding, int ElementSize, ReadOnlyMemory<byte> Stored, int Length)
{
    /// <summary>Bytes stored as they are.</summary>
    public static Section Raw(ReadOnlyMemory<byte> bytes) => new(SectionEncoding.Raw, 1, bytes, bytes.Length);

    /// <summary>The decoded bytes: the stored ones themselves where they are raw, and otherwise new ones.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (Encoding == SectionEncoding.Raw) return Stored;
            byte[] decoded = new byte[Length];
            CopyTo(decoded);
            return decoded;
        }
    }

    /// <summary>Decodes into memory of exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ModelFormatException">The stored bytes do not decode to that.</exception>
    public void CopyTo(Span<byte> destination) => SectionCodec.Decode(Encoding, ElementSize, Stored.Span, destination);
}
