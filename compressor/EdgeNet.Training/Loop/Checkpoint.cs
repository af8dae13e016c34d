using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeNet.Model.Format;

namespace EdgeNet.Training;

/// <summary>A checkpoint cannot be read, or belongs to another run: one line says which file, and why.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>No message.</summary>
    public CheckpointException() { }

    /// <summary>One line.</summary>
    public CheckpointException(string message) : base(message) { }

    /// <summary>One line, and the cause.</summary>
    public CheckpointException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>
/// The state of a training run in a file: magic, length of a JSON header, the header, arrays of float32, CRC-32C of all that. It is written
/// beside its place and renamed, so that a kill or a full disk leaves the one before whole.
/// </summary>
internal static class Checkpoint
{
    private const int MostHeaderBytes = 64 << 20;

    private static ReadOnlySpan<byte> Magic => "EDGENETTRAINING1"u8;

    private sealed record Envelope(JsonElement State, int[] Lengths);

    private static JsonSerializerOptions JsonOptions { get; } = new()
    {
        // Losses may be NaN or infinite.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes a state and its arrays.</summary>
    /// <exception cref="IOException">The disk is full, or the place cannot be written; the file there before stays.</exception>
    public static void Write<TState>(string path, TState state, IReadOnlyList<float[]> arrays)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new Envelope(JsonSerializer.SerializeToElement(state, JsonOptions), [.. arrays.Select(array => array.Length)]), JsonOptions);
        AtomicFile.Write(path, stream =>
        {
            uint crc = 0;
            Span<byte> number = stackalloc byte[4];
            Put(Magic);
            BinaryPrimitives.WriteInt32LittleEndian(number, header.Length);
            Put(number);
            Put(header);
            foreach (float[] array in arrays) Put(MemoryMarshal.AsBytes<float>(array));
            BinaryPrimitives.WriteUInt32LittleEndian(number, crc);
            stream.Write(number);

            void Put(ReadOnlySpan<byte> bytes)
            {
                crc = Crc32C.Append(crc, bytes);
                stream.Write(bytes);
            }
        });
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="CheckpointException">It is no checkpoint, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (TState State, float[][] Arrays) Read<TState>(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file.Length < Magic.Length + 8 || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new CheckpointException($"{path}: no checkpoint of this version; remove it to train from the beginning");
        if (Crc32C.Compute(file.AsSpan(0, file.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - 4)))
            throw new CheckpointException($"{path}: the checksum is wrong, the file is damaged; remove it to train from the beginning");
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(Magic.Length));
        int at = Magic.Length + 4;
        if (length is < 0 or > MostHeaderBytes || length > file.Length - at - 4) throw new CheckpointException($"{path}: the header would have {length} bytes; remove the file to train from the beginning");
        try
        {
            Envelope envelope = JsonSerializer.Deserialize<Envelope>(file.AsSpan(at, length), JsonOptions) ?? throw new JsonException("it is null");
            at += length;
            if (envelope.Lengths.Any(count => count < 0) || envelope.Lengths.Sum(count => 4L * count) != file.Length - at - 4)
                throw new CheckpointException($"{path}: the arrays do not fill the file; remove it to train from the beginning");
            float[][] arrays = new float[envelope.Lengths.Length][];
            for (int i = 0; i < arrays.Length; i++)
            {
                arrays[i] = MemoryMarshal.Cast<byte, float>(file.AsSpan(at, 4 * envelope.Lengths[i])).ToArray();
                at += 4 * arrays[i].Length;
            }
            return (envelope.State.Deserialize<TState>(JsonOptions) ?? throw new JsonException("its state is null"), arrays);
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path}: the header is no checkpoint's ({e.Message}); remove the file to train from the beginning", e);
        }
    }
}
