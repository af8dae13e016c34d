using System.Buffers.Binary;

namespace EdgeNet.Model.Format;

/// <summary>Elements of 1, 2 or 4 bytes, little-endian in the file and compared as bits.</summary>
internal static class ElementBytes
{
    public static bool IsSize(int elementSize) => elementSize is 1 or 2 or 4;

    /// <summary>For what a program passes, not for what a file says.</summary>
    public static void CheckArguments(int byteLength, int elementSize, uint background = 0)
    {
        if (!IsSize(elementSize))
        {
            throw new ArgumentOutOfRangeException(nameof(elementSize), elementSize, "Elements are of 1, 2 or 4 bytes.");
        }

        if (byteLength % elementSize != 0)
        {
            throw new ArgumentException($"{byteLength} bytes are not a whole number of elements of {elementSize} bytes.", nameof(byteLength));
        }

        if (background >> ((8 * elementSize) - 1) > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(background), background, $"Does not fit {elementSize} bytes.");
        }
    }

    /// <summary>The value whose bytes in this machine's memory are those of <paramref name="value"/> in the file.</summary>
    public static ushort ToMemoryOrder(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    /// <inheritdoc cref="ToMemoryOrder(ushort)"/>
    public static uint ToMemoryOrder(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
