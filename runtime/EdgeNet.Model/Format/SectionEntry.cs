namespace EdgeNet.Model.Format;

/// <summary>What a file's header says of one section. Its place is not said: it follows from the lengths of those before it.</summary>
/// <param name="Encoding">How the bytes are stored.</param>
/// <param name="ElementSize">Bytes of an element: 1, 2 or 4.</param>
/// <param name="StoredLength">Bytes in the file.</param>
/// <param name="DecodedLength">Bytes once decoded.</param>
/// <param name="Crc32C">The CRC-32C of the stored bytes in a file of version 1; later files have one for all.</param>
public readonly record struct SectionEntry(
    SectionEncoding Encoding, int ElementSize, long StoredLength, long DecodedLength, uint? Crc32C = null);
