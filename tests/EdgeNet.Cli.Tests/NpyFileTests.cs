using System.Runtime.InteropServices;
using System.Text;
using EdgeNet.Model;

namespace EdgeNet.Cli.Tests;

public class NpyFileTests
{
    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 3 })]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 2, 0, 3 })]
    [InlineData(new[] { 1, 2, 3, 4 })]
    public void Every_type_and_shape_comes_back(int[] extents)
    {
        var shape = new Shape(extents);
        foreach (NpyType type in Enum.GetValues<NpyType>())
        {
            byte[] bytes = new byte[shape.ElementCount * type.Size()];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(type == NpyType.Bool ? i % 2 : i);
            byte[] file = Write(new NpyArray(type, shape, bytes));
            NpyArray back = Read(file);
            Assert.Equal((type, shape), (back.Type, back.Shape));
            Assert.Equal(bytes, back.Bytes.ToArray());
            Assert.Equal(bytes.Length, file.Length - (file.Length - bytes.Length) / 64 * 64);
        }
    }

    [Fact]
    public void Files_look_as_NumPy_writes_them()
    {
        // numpy.save of numpy.array([1.0, -2.5], dtype='float32'), NumPy 1.26.
        byte[] file = [.. new byte[] { 0x93 }, .. Encoding.ASCII.GetBytes("NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".PadRight(126, ' ') + "\n"), 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0];
        Assert.Equal(file, Write(NpyArray.Of(new Shape([2]), 1f, -2.5f)));
    }

    [Theory]
    [InlineData(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")]
    [InlineData(1, "{ 'shape' : ( 2 , ) , 'fortran_order':True,'descr':'=f4'}\n")]
    public void Versions_and_spacing_do_not_matter(int version, string header)
    {
        Assert.Equal([1, 2], MemoryMarshal.Cast<byte, float>(Read(Raw(version, header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])).Bytes.Span).ToArray());
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", "ascontiguousarray")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (4,), }", "'>f4'")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "'<c8'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }", "descr")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", "takes 20")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "takes 12")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "'-1'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (,), }", "''")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "99999999999")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536), }", "more than")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 4), }", "rank 9")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", "shape")]
    [InlineData("{'descr': '<f4', 'shape': (4,), }", "fortran_order")]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (16,), }", "neither 0 nor 1")]
    public void Other_kinds_are_refused(string header, string why)
    {
        byte[] data = new byte[16];
        data[3] = 2;
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => Read(Raw(1, header, data))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = Write(NpyArray.Of(new Shape([2, 2]), 1, 2, 3, 4));
        for (int length = 0; length < file.Length; length++) Assert.Throws<InvalidDataException>(() => Read(file[..length]));
        Assert.Throws<InvalidDataException>(() => Read([.. file, 0]));
    }

    [Fact]
    public void No_single_damaged_byte_of_the_header_does_more_than_be_refused()
    {
        byte[] file = Write(NpyArray.Of(new Shape([2, 2]), 1, 2, 3, 4));
        for (int at = 0; at < 128; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. file];
                damaged[at] = (byte)value;
                try
                {
                    Assert.Equal(16, Read(damaged).Bytes.Length);
                }
                catch (InvalidDataException)
                {
                }
            }
        }
    }

    [Fact]
    public void Elements_convert_where_nothing_is_lost()
    {
        NpyArray wide = NpyArray.Of(new Shape([3]), 1L, -5, 127);
        Assert.Equal([1, -5, 127], MemoryMarshal.Cast<byte, sbyte>(wide.To(ElementType.Int8).Span).ToArray());
        Assert.Equal([1, -5, 127], MemoryMarshal.Cast<byte, int>(wide.To(ElementType.Int32).Span).ToArray());
        Assert.Equal([1, -5, 127], MemoryMarshal.Cast<byte, float>(wide.To(ElementType.Float32).Span).ToArray());
        var doubles = new NpyArray(NpyType.Float64, new Shape([3]), MemoryMarshal.AsBytes<double>([0.5, double.NaN, double.PositiveInfinity]).ToArray());
        Assert.Equal([0.5f, float.NaN, float.PositiveInfinity], MemoryMarshal.Cast<byte, float>(doubles.To(ElementType.Float32).Span).ToArray());
        var halves = new NpyArray(NpyType.Float16, new Shape([1]), MemoryMarshal.AsBytes<Half>([(Half)3]).ToArray());
        Assert.Equal([3L], MemoryMarshal.Cast<byte, long>(halves.To(ElementType.Int64).Span).ToArray());
    }

    [Fact]
    public void Elements_that_would_change_are_refused()
    {
        Refuse(NpyArray.Of(new Shape([2]), 1L, 128), ElementType.Int8, "element 1 is 128");
        Refuse(NpyArray.Of(new Shape([1]), -1), ElementType.UInt8, "-1");
        Refuse(NpyArray.Of(new Shape([1]), 2), ElementType.Bool, "2");
        Refuse(NpyArray.Of(new Shape([1]), 0.5f), ElementType.Int64, "0.5");
        Refuse(NpyArray.Of(new Shape([1]), float.NaN), ElementType.Int32, "NaN");
        Refuse(NpyArray.Of(new Shape([1]), float.PositiveInfinity), ElementType.Int64, "Infinity");
        Refuse(NpyArray.Of(new Shape([1]), (1L << 24) + 1), ElementType.Float32, "16777217");
        Refuse(NpyArray.Of(new Shape([1]), long.MaxValue), ElementType.Float32, "9223372036854775807");
        Refuse(new NpyArray(NpyType.Float64, new Shape([1]), BitConverter.GetBytes(0.1)), ElementType.Float32, "0.1");
        Refuse(new NpyArray(NpyType.Float64, new Shape([1]), BitConverter.GetBytes(1e300)), ElementType.Float32, "1E+300");

        static void Refuse(NpyArray array, ElementType to, string why) =>
            Assert.Contains(why, Assert.Throws<InvalidDataException>(() => array.To(to)).Message, StringComparison.Ordinal);
    }

    private static byte[] Write(NpyArray array)
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, array);
        return stream.ToArray();
    }

    private static NpyArray Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return NpyFile.Read(stream, "test.npy");
    }

    private static byte[] Raw(int version, string header, byte[] data)
    {
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. data];
    }
}
