using System.Text;
using EdgeNet.Model.Format;

namespace EdgeNet.Model.Tests.Format;

public class Crc32CTests
{
    public static TheoryData<byte[], uint> Vectors => new()
    {
        { [], 0 },
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },

        // RFC 3720, appendix B.4.
        { new byte[32], 0x8A9136AA },
        { Enumerable.Repeat((byte)0xFF, 32).ToArray(), 0x62A8AB43 },
        { Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 0x46DD794E },
        { Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray(), 0x113FDB5C },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void KnownVectors(byte[] bytes, uint expected)
    {
        Assert.Equal(expected, Crc32C.Compute(bytes));
        Assert.Equal(expected, Crc32C.AppendSoftware(0, bytes));
    }

    [Fact]
    public void PartsMakeTheWholeAndSoftwareAgrees()
    {
        byte[] bytes = new byte[300];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ReadOnlySpan<byte> whole = bytes.AsSpan(0, length);
            uint expected = Crc32C.Compute(whole);
            Assert.Equal(expected, Crc32C.AppendSoftware(0, whole));
            Assert.Equal(expected, Crc32C.Append(Crc32C.Compute(whole[..(length / 3)]), whole[(length / 3)..]));
        }
    }
}
