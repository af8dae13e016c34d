using FsCheck;
using FsCheck.Fluent;

namespace PedestrianCamera.Tests;

/// <summary>Whatever bytes come, readers end, and throw nothing but <see cref="SourceException"/>.</summary>
public class ReaderPropertyTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithReplay(20_261_121, 1).WithMaxTest(400);

    // Bytes that mean something to one of the formats come often.
    private static readonly byte[][] s_words =
    [
        [0xFF, 0xD8], [0xFF, 0xD8, 0xFF], [0xFF, 0xD9], [0xFF, 0xDA, 0, 2], [0xFF, 0xE1, 0, 9], [0xFF, 0xE0, 0xFF, 0xFF], [0xFF, 0], [0xFF], [0, 1],
        [.. "YUV4MPEG2 W2 H2\n"u8], [.. "YUV4MPEG2"u8], [.. " W3"u8], [.. " H70000"u8], [.. " C420"u8], [.. "\n"u8], [.. "FRAME\n"u8], [.. "FRAME "u8], [1, 2, 3, 4, 5, 6],
        TestStreams.Jpeg(3), TestStreams.Y4m(1),
    ];

    [Fact]
    public void Readers_never_hang_and_throw_only_their_own_exception() => Prop.ForAll(Bytes().ToArbitrary(), bytes =>
    {
        foreach (IFrameSource reader in (IFrameSource[])
        [
            new Y4mReader(TestStreams.Input(bytes)), new MjpegReader(TestStreams.Input(bytes)), new StdinSource(TestStreams.Input(bytes)),
            new RawI420Reader(TestStreams.Input(bytes), RawI420Layout.Rpicam(6, 2)),
        ])
        {
            var frame = new Frame();
            int frames = 0;
            try
            {
                while (reader.Read(frame))
                {
                    // Every frame takes bytes, so that there cannot be more of them.
                    Assert.InRange(++frames, 1, bytes.Length);
                    Assert.NotEqual(0, frame.Length);
                }
            }
            catch (SourceException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }).Check(s_config);

    [Fact]
    public void Every_byte_of_an_MJPEG_stream_is_in_a_picture_or_counted_as_skipped() => Prop.ForAll(Bytes().ToArbitrary(), bytes =>
    {
        using var reader = new MjpegReader(TestStreams.Input(bytes));
        try
        {
            int taken = TestStreams.ReadAll(reader).Sum(picture => picture.Length);
            Assert.Equal(bytes.Length, taken + reader.Skipped);
        }
        catch (SourceException)
        {
            // Ended in a picture.
        }
    }).Check(s_config);

    private static Gen<byte[]> Bytes()
    {
        Gen<byte[]> noise = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(9);
        return Gen.OneOf(noise, Gen.Elements(s_words), Gen.Elements(s_words)).ListOf().Select(pieces => (byte[])[.. pieces.SelectMany(piece => piece)]);
    }
}
