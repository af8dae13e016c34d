using System.Buffers.Binary;
using System.IO.Compression;

namespace EdgeNet.Vision;

/// <summary>Writes one PNG.</summary>
internal static class PngEncoder
{
    public static byte[] Encode(Image image)
    {
        using MemoryStream file = new();
        file.Write(PngFile.Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = (byte)(image.Channels == 3 ? PngColour.Rgb : PngColour.Grey);
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Deflate(image));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        byte[] typeAndBody = [.. type, .. body];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        file.Write(number);
        file.Write(typeAndBody);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(typeAndBody));
        file.Write(number);
    }

    private static byte[] Deflate(Image image)
    {
        using MemoryStream compressed = new();
        using (ZLibStream deflate = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            int rowBytes = image.Width * image.Channels;
            ReadOnlySpan<byte> above = new byte[rowBytes];
            byte[] candidate = new byte[rowBytes];
            byte[] best = new byte[rowBytes];
            for (int y = 0; y < image.Height; y++)
            {
                ReadOnlySpan<byte> row = image.Row(y);
                int bestType = 0;
                long bestCost = long.MaxValue;
                for (int type = 0; type < PngFilter.Count; type++)
                {
                    PngFilter.Apply(type, row, above, image.Channels, candidate);
                    long cost = SumOfDifferences(candidate);
                    if (cost < bestCost)
                    {
                        (bestType, bestCost) = (type, cost);
                        (best, candidate) = (candidate, best);
                    }
                }

                deflate.WriteByte((byte)bestType);
                deflate.Write(best);
                above = row;
            }
        }

        return compressed.ToArray();
    }

    /// <summary>The specification's heuristic (section 12.8): bytes near zero, taken as signed, deflate best.</summary>
    private static long SumOfDifferences(ReadOnlySpan<byte> filtered)
    {
        long sum = 0;
        foreach (byte value in filtered)
            sum += value < 128 ? value : 256 - value;
        return sum;
    }
}
