using System.Text;

namespace PedestrianCamera.Tests;

public class Y4mReaderTests
{
    [Theory]
    [InlineData("C420jpeg", 4, 2)]
    [InlineData("C420mpeg2 XYSCSS=420MPEG2", 5, 3)]
    [InlineData("C420paldv It", 1, 1)]
    [InlineData("C420", 7, 2)]
    [InlineData("F25:1", 2, 2)]
    public void Frames_come_in_order_and_then_the_end(string tokens, int width, int height)
    {
        using var reader = new Y4mReader(TestStreams.Input(TestStreams.Y4m(3, width, height, tokens)));
        var frame = new Frame();
        for (int n = 1; n <= 3; n++)
        {
            Assert.True(reader.Read(frame));
            Assert.Equal((PixelLayout.I420, width, height, false), (frame.Layout, frame.Width, frame.Height, frame.FullRange));
            Assert.Equal(Frame.LengthOf(PixelLayout.I420, width, height), frame.Length);
            Assert.False(frame.Bytes.ContainsAnyExcept((byte)n));
        }
        Assert.False(reader.Read(frame));
    }

    [Fact]
    public void Full_range_is_said_by_XCOLORRANGE()
    {
        using var reader = new Y4mReader(TestStreams.Input(TestStreams.Y4m(1, tokens: "C420jpeg XCOLORRANGE=FULL")));
        var frame = new Frame();
        Assert.True(reader.Read(frame));
        Assert.True(frame.FullRange);
    }

    [Fact]
    public void Grey_gets_neutral_chroma()
    {
        byte[] file = [.. "YUV4MPEG2 W3 H1 Cmono\nFRAME\n"u8, 1, 2, 3];
        Assert.Equal([1, 2, 3, 128, 128, 128, 128], TestStreams.ReadAll(new Y4mReader(TestStreams.Input(file))).Single());
    }

    [Fact]
    public void Parameters_of_frames_are_passed_over()
    {
        byte[] file = [.. "YUV4MPEG2 W1 H1\nFRAME Ip XANY=thing\n"u8, 1, 2, 3];
        Assert.Equal([1, 2, 3], TestStreams.ReadAll(new Y4mReader(TestStreams.Input(file))).Single());
    }

    [Fact]
    public void A_second_file_after_the_first_may_have_another_size()
    {
        byte[] files = [.. TestStreams.Y4m(2, 2, 2), .. TestStreams.Y4m(1, 4, 4)];
        Assert.Equal([6, 6, 24], TestStreams.ReadAll(new Y4mReader(TestStreams.Input(files))).Select(frame => frame.Length));
    }

    [Theory]
    [InlineData("YUV4MPEG2 W4 H4 C444\n", "C444")]
    [InlineData("YUV4MPEG2 W4 H4 C420p10\n", "C420p10")]
    [InlineData("YUV4MPEG2 W4\n", "lacks")]
    [InlineData("YUV4MPEG2 W0 H4\n", "W0")]
    [InlineData("YUV4MPEG2 W-4 H4\n", "W-4")]
    [InlineData("YUV4MPEG2 W99999999999 H4\n", "W99999999999")]
    [InlineData("YUV4MPEG2 W30000 H30000\n", "30000×30000")]
    [InlineData("YUV4MPEG2 W4 H4", "ended in the middle")]
    [InlineData("RIFF....\n", "YUV4MPEG2")]
    [InlineData("YUV4MPEG2 W1 H1\nFRAMES\n", "FRAME expected")]
    [InlineData("YUV4MPEG2 W2 H2\nFRAME\nabc", "after 3 of 6")]
    public void What_cannot_be_read_is_said_in_one_line(string file, string said)
    {
        SourceException e = Assert.Throws<SourceException>(() => TestStreams.ReadAll(new Y4mReader(TestStreams.Input(Encoding.ASCII.GetBytes(file)))));
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("test: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_header_without_end_is_refused_before_it_fills_memory()
    {
        using var reader = new Y4mReader(new BufferedInput(new EndlessStream(), "test"));
        Assert.Contains("longer", Assert.Throws<SourceException>(() => reader.Read(new Frame())).Message, StringComparison.Ordinal);
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'W');
            return buffer.Length;
        }
    }
}
