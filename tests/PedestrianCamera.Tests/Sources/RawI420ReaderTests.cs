namespace PedestrianCamera.Tests;

public class RawI420ReaderTests
{
    [Fact]
    public void Padding_of_rows_is_dropped()
    {
        // Rows of 4 and 2 pixels in 6 and 5 bytes.
        byte[] picture =
        [
            1, 2, 3, 4, 0, 0,
            5, 6, 7, 8, 0, 0,
            9, 10, 0, 0, 0,
            11, 12, 0, 0, 0,
        ];
        using var reader = new RawI420Reader(TestStreams.Input([.. picture, .. picture]), new RawI420Layout(4, 2, 6, 5));
        Assert.Equal(2, TestStreams.ReadAll(reader).Count(frame => frame.SequenceEqual(Enumerable.Range(1, 12).Select(n => (byte)n))));
    }

    [Theory]
    [InlineData(640, 640, 320)]
    [InlineData(2028, 2048, 1024)]
    [InlineData(4056, 4096, 2048)]
    public void Rpicam_pads_rows_to_64_bytes(int width, int luma, int chroma) =>
        Assert.Equal(new RawI420Layout(width, 480, luma, chroma), RawI420Layout.Rpicam(width, 480));

    [Theory]
    [InlineData(640, 640, 320)]
    [InlineData(642, 644, 324)]
    [InlineData(2, 4, 4)]
    public void GStreamer_pads_rows_to_4_bytes(int width, int luma, int chroma) =>
        Assert.Equal(new RawI420Layout(width, 480, luma, chroma), RawI420Layout.Gstreamer(width, 480));

    [Fact]
    public void Half_a_picture_is_a_failure_and_none_the_end()
    {
        var layout = new RawI420Layout(2, 2, 2, 1);
        Assert.Throws<SourceException>(() => TestStreams.ReadAll(new RawI420Reader(TestStreams.Input(1, 2, 3, 4, 5), layout)));
        Assert.Empty(TestStreams.ReadAll(new RawI420Reader(TestStreams.Input(), layout)));
    }
}
