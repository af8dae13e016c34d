using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class MjpegReaderTests
{
    [Fact]
    public void Pictures_end_at_their_own_end_and_not_at_a_thumbnails()
    {
        byte[] first = TestStreams.Jpeg(1, 2, 3), second = TestStreams.Jpeg(9);
        Assert.Equal([first, second], Read([.. first, .. second], out long skipped));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public void Stuffed_bytes_restarts_and_further_scans_belong_to_the_picture()
    {
        // FF 00 is an FF, FF D0…D7 a restart; DA begins another scan, as in progressive files.
        byte[] picture = TestStreams.Jpeg(5, 0xFF, 0x00, 0xD9, 0xFF, 0xD0, 7, 0xFF, 0xD7, 0xFF, 0xDA, 0, 2, 8, 0xFF, 0x00);
        Assert.Equal([picture], Read(picture, out long skipped));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public void Garbage_between_pictures_is_skipped_and_counted()
    {
        byte[] picture = TestStreams.Jpeg(1);
        byte[] stream = [1, 2, 0xFF, 0xD8, 3, 0xFF, .. picture, 0xFF, 0xFF, 0, .. picture, 7, 7];
        Assert.Equal([picture, picture], Read(stream, out long skipped));
        Assert.Equal(6 + 3 + 2, skipped);
    }

    [Fact]
    public void A_picture_that_is_cut_off_by_the_next_is_skipped()
    {
        byte[] picture = TestStreams.Jpeg(1, 2, 3);
        Assert.Equal([picture], Read([.. picture[..^4], .. picture], out long skipped));
        Assert.Equal(picture.Length - 4, skipped);
    }

    [Fact]
    public void A_segment_of_impossible_length_ends_the_picture()
    {
        byte[] picture = TestStreams.Jpeg(1);
        Assert.Equal([picture], Read([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 5, 5, .. picture], out long skipped));
        Assert.Equal(8, skipped);
    }

    [Fact]
    public void An_end_without_a_scan_is_no_picture() => Assert.Empty(Read([0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xD8, 0xFF, 0xDB, 0, 2, 0xFF, 0xD9], out _));

    [Fact]
    public void A_stream_that_ends_in_a_picture_says_so() =>
        Assert.Contains("middle of a JPEG", Assert.Throws<SourceException>(() => Read(TestStreams.Jpeg(1, 2)[..^1], out _)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_picture_without_end_stops_at_the_limit()
    {
        byte[] start = TestStreams.Jpeg()[..^2];
        byte[] picture = TestStreams.Jpeg(4);
        using var stream = new MemoryStream([.. start, .. new byte[Frame.MaximumJpeg], .. picture]);
        using var reader = new MjpegReader(new BufferedInput(stream, "test"));
        Assert.Equal(picture, TestStreams.ReadAll(reader).Single());
        Assert.Equal(start.Length + Frame.MaximumJpeg, reader.Skipped);
    }

    [InstalledFact("libturbojpeg")]
    public void Real_pictures_come_back_byte_for_byte_and_decode()
    {
        var random = new Random(4);
        List<byte[]> pictures = [];
        for (int n = 0; n < 6; n++)
        {
            var image = new Image(33 + n, 17, n % 2 == 0 ? 3 : 1);
            random.NextBytes(image.Pixels);
            pictures.Add(JpegFile.Encode(image, 95));
        }
        Assert.Equal(pictures, Read([.. pictures.SelectMany(picture => picture)], out long skipped));
        Assert.Equal(0, skipped);

        using var reader = new MjpegReader(TestStreams.Input(pictures[1]));
        var frame = new Frame();
        Assert.True(reader.Read(frame));
        frame.DecodeJpeg();
        Assert.Equal((PixelLayout.Rgb, 34, 17), (frame.Layout, frame.Width, frame.Height));
    }

    private static List<byte[]> Read(byte[] stream, out long skipped)
    {
        using var reader = new MjpegReader(TestStreams.Input(stream));
        List<byte[]> pictures = TestStreams.ReadAll(reader);
        skipped = reader.Skipped;
        return pictures;
    }
}
