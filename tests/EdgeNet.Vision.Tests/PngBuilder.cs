using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace EdgeNet.Vision.Tests;

/// <summary>
/// Writes PNGs of any colour type, depth and interlacing from samples, sharing no code with the reader: its own bit packing, its own
/// bit-by-bit CRC, its own filters.
/// </summary>
internal sealed class PngBuilder(int width, int height, int depth, int colour)
{
    public bool Interlaced { get; init; }

    public byte[]? Palette { get; init; }

    public byte[]? Transparency { get; init; }

    /// <summary>Filter of each row, by running number.</summary>
    public Func<int, int> Filter { get; init; } = static _ => 0;

    public static int SamplesOf(int colour) => colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <param name="sample">The sample at (x, y, channel).</param>
    public byte[] Build(Func<int, int, int, int> sample) => Assemble(Pixels(sample));

    public byte[] Assemble(byte[] inflated)
    {
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(inflated);

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, (byte)(Interlaced ? 1 : 0));
        byte[] body = compressed.ToArray();
        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", header),
            .. Palette is null ? [] : Chunk("PLTE", Palette),
            .. Transparency is null ? [] : Chunk("tRNS", Transparency),
            .. Chunk("IDAT", body[..(body.Length / 2)]), .. Chunk("IDAT", body[(body.Length / 2)..]),
            .. Chunk("IEND", []),
        ];
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. body];
        byte[] chunk = new byte[typed.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        typed.CopyTo(chunk, 4);
        uint crc = uint.MaxValue;
        foreach (byte value in typed)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), ~crc);
        return chunk;
    }

    private byte[] Pixels(Func<int, int, int, int> sample)
    {
        (int X, int Y, int StepX, int StepY)[] passes = Interlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)];
        List<byte> stream = [];
        int rowNumber = 0;
        foreach ((int startX, int startY, int stepX, int stepY) in passes)
        {
            byte[]? above = null;
            for (int y = startY; y < height && startX < width; y += stepY)
            {
                byte[] row = Row(sample, y, startX, stepX);
                int filter = Filter(rowNumber++);
                stream.Add((byte)filter);
                int distance = Math.Max(1, SamplesOf(colour) * depth / 8);
                for (int i = 0; i < row.Length; i++)
                {
                    int a = i < distance ? 0 : row[i - distance];
                    int b = above is null ? 0 : above[i];
                    int c = above is null || i < distance ? 0 : above[i - distance];
                    int nearest = new[] { a, b, c }.MinBy(v => Math.Abs(a + b - c - v));
                    stream.Add((byte)(row[i] - (filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => nearest })));
                }

                above = row;
            }
        }

        return [.. stream];
    }

    private byte[] Row(Func<int, int, int, int> sample, int y, int startX, int stepX)
    {
        StringBuilder bits = new();
        for (int x = startX; x < width; x += stepX)
        {
            for (int channel = 0; channel < SamplesOf(colour); channel++)
                bits.Append(Convert.ToString(sample(x, y, channel), 2).PadLeft(depth, '0'));
        }

        while (bits.Length % 8 != 0)
            bits.Append('0');
        string all = bits.ToString();
        return [.. Enumerable.Range(0, all.Length / 8).Select(i => Convert.ToByte(all.Substring(i * 8, 8), 2))];
    }
}
