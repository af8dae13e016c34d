using System.IO.Compression;
using System.Text;

namespace EdgeNet.Vision;

/// <summary>Reads one PNG. Rows are inflated one at a time, so a bomb can fill two rows and the picture its header promises, never more.</summary>
internal sealed class PngDecoder(string source)
{
    /// <summary>Deflate cannot do better than 258 bytes for two bits, so fewer bytes than this cannot hold the pixels.</summary>
    private const long MaximumDeflateRatio = 1032;

    private PngHeader _header;
    private byte[] _palette = [];

    public Image Decode(ReadOnlySpan<byte> data)
    {
        ByteReader reader = new(data, source);
        if (!PngFile.Recognises(data))
            throw reader.Error(0, "no PNG signature at the start", "this is not a PNG file");
        reader.Take(PngFile.Signature.Length, "the signature");

        ReadHeader(ref reader);
        using MemoryStream compressed = new();
        int firstPixelByte = -1;
        while (true)
        {
            int offset = reader.Position;
            ReadOnlySpan<byte> body = ReadChunk(ref reader, out string type);
            if (type == "IEND")
                break;
            switch (type)
            {
                case "PLTE":
                    ReadPalette(reader, offset, body);
                    break;
                case "IDAT":
                    firstPixelByte = firstPixelByte < 0 ? offset : firstPixelByte;
                    compressed.Write(body);
                    break;
                default:
                    // An upper-case first letter says that the picture cannot be understood without the chunk.
                    if (char.IsAsciiLetterUpper(type[0]))
                        throw reader.Error(offset, $"critical chunk {type}, which this reader does not know", "save the picture as a plain PNG");
                    break;
            }
        }

        if (firstPixelByte < 0)
            throw reader.Error(reader.Position, "the file ended without an IDAT chunk", "the pixels are missing; copy the file again");
        if (_header.Colour == PngColour.Palette && _palette.Length == 0)
            throw reader.Error(firstPixelByte, "a palette picture without a PLTE chunk", "the file is damaged; copy it again");
        if (_header.InflatedLength() > compressed.Length * MaximumDeflateRatio)
        {
            throw reader.Error(
                16, $"{compressed.Length} bytes of pixel data cannot fill {_header.Width}×{_header.Height}", "the header is damaged; copy the file again");
        }

        compressed.Position = 0;
        return Inflate(compressed, firstPixelByte);
    }

    private void ReadHeader(ref ByteReader reader)
    {
        int offset = reader.Position;
        ReadOnlySpan<byte> body = ReadChunk(ref reader, out string type);
        if (type != "IHDR" || body.Length != 13)
            throw reader.Error(offset, $"chunk {type} of {body.Length} bytes, expected IHDR of 13", "the file is damaged; copy it again");

        ByteReader fields = new(body, source);
        long width = fields.UInt32BigEndian("the width");
        long height = fields.UInt32BigEndian("the height");
        reader.CheckSize(offset + 8, width, height);
        int bitDepth = fields.Byte("the bit depth");
        PngColour colour = (PngColour)fields.Byte("the colour type");
        (byte compression, byte filter, byte interlace) = (fields.Byte("the compression"), fields.Byte("the filter"), fields.Byte("the interlacing"));
        _header = new PngHeader((int)width, (int)height, bitDepth, colour, interlace == 1);
        if (!_header.IsKnownCombination)
            throw reader.Error(offset + 16, $"bit depth {bitDepth} with colour type {(int)colour}, which PNG does not have", "save the picture again");
        if (compression != 0 || filter != 0 || interlace > 1)
        {
            throw reader.Error(
                offset + 18, $"compression {compression}, filter {filter}, interlacing {interlace}, expected 0, 0 and 0 or 1", "save the picture again");
        }
    }

    private void ReadPalette(ByteReader reader, int offset, ReadOnlySpan<byte> body)
    {
        if (body.Length == 0 || body.Length % 3 != 0 || body.Length > 3 * 256)
            throw reader.Error(offset, $"a palette of {body.Length} bytes, expected 3 for each of 1 to 256 colours", "save the picture again");
        _palette = body.ToArray();
    }

    private static ReadOnlySpan<byte> ReadChunk(ref ByteReader reader, out string type)
    {
        int offset = reader.Position;
        uint length = reader.UInt32BigEndian("a chunk's length");
        ReadOnlySpan<byte> typeAndBody = reader.Take(4L + length, "a chunk");
        uint stored = reader.UInt32BigEndian("a chunk's checksum");
        uint computed = Crc32.Of(typeAndBody);
        if (stored != computed)
        {
            throw reader.Error(
                offset, $"a chunk of {length} bytes has checksum {computed:X8}, expected {stored:X8}", "the file is damaged; copy it again");
        }

        type = Encoding.Latin1.GetString(typeAndBody[..4]);
        return typeAndBody[4..];
    }

    private Image Inflate(MemoryStream compressed, int offset)
    {
        Image image = new(_header.Width, _header.Height, _header.Channels);
        try
        {
            using ZLibStream inflated = new(compressed, CompressionMode.Decompress);
            foreach (PngPass pass in _header.Passes())
                ReadPass(inflated, pass, image);

            // Also makes the stream check its own checksum.
            if (inflated.ReadByte() >= 0)
                throw new InvalidDataException("more pixels than the header says");
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException)
        {
            string problem = damage is EndOfStreamException ? "fewer pixels than the header says" : damage.Message.TrimEnd('.');
            throw new ImageFormatException($"{source}: byte {offset}: the pixel data cannot be read: {problem}; save the picture again", damage);
        }

        return image;
    }

    private void ReadPass(ZLibStream inflated, PngPass pass, Image image)
    {
        int columns = pass.Columns(image.Width);
        int rowBytes = _header.RowBytes(columns);
        byte[] current = new byte[rowBytes];
        byte[] above = new byte[rowBytes];
        for (int y = pass.StartY; y < image.Height; y += pass.StepY)
        {
            int filter = inflated.ReadByte();
            if (filter < 0)
                throw new EndOfStreamException();
            if (filter >= PngFilter.Count)
                throw new InvalidDataException($"row {y} has filter {filter}, expected 0 to 4");
            inflated.ReadExactly(current);
            PngFilter.Undo(filter, current, above, _header.FilterDistance);
            Spread(current, columns, pass, image.Row(y), y);
            (current, above) = (above, current);
        }
    }

    /// <summary>Puts one row of stored samples at its pixels of the picture.</summary>
    private void Spread(ReadOnlySpan<byte> row, int columns, PngPass pass, Span<byte> pixels, int y)
    {
        int channels = _header.Channels;
        for (int column = 0; column < columns; column++)
        {
            Span<byte> pixel = pixels.Slice((pass.StartX + (column * pass.StepX)) * channels, channels);
            if (_header.Colour == PngColour.Palette)
            {
                int entry = Sample(row, column) * 3;
                if (entry >= _palette.Length)
                    throw new InvalidDataException($"row {y} names colour {entry / 3} of a palette of {_palette.Length / 3}");
                _palette.AsSpan(entry, 3).CopyTo(pixel);
            }
            else
            {
                for (int channel = 0; channel < channels; channel++)
                    pixel[channel] = ToByte(Sample(row, (column * _header.Samples) + channel));
            }
        }
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        int depth = _header.BitDepth;
        if (depth == 8)
            return row[index];
        if (depth == 16)
            return (row[index * 2] << 8) | row[(index * 2) + 1];
        int perByte = 8 / depth;
        int shift = 8 - (depth * ((index % perByte) + 1));
        return (row[index / perByte] >> shift) & ((1 << depth) - 1);
    }

    private byte ToByte(int sample)
    {
        if (_header.BitDepth == 8)
            return (byte)sample;
        int maximum = (1 << _header.BitDepth) - 1;
        return (byte)(((sample * 255) + (maximum / 2)) / maximum);
    }
}
