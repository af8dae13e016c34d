using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class PictureFolderSourceTests
{
    [Fact]
    public void Pictures_come_by_name_fitted_and_bad_ones_are_said_once()
    {
        using var folder = new TemporaryFolder();
        folder.File("b.ppm", PpmFile.Encode(Plain(100, 50, 3, 2)));
        folder.File("a.PGM", PpmFile.Encode(Plain(5, 7, 1, 1)));
        folder.File("c.png", [1, 2, 3]);
        folder.File("notes.txt", [1]);
        List<string> notes = [];
        using var source = new PictureFolderSource(Settings(folder) with { Width = 40, Height = 40, Loop = true }, notes.Add);
        var frame = new Frame();
        for (int round = 0; round < 3; round++)
        {
            Assert.True(source.Read(frame));
            Assert.Equal((PixelLayout.Rgb, 5, 7, 1), (frame.Layout, frame.Width, frame.Height, (int)frame.Bytes[^1]));
            Assert.True(source.Read(frame));
            Assert.Equal((40, 20, 2), (frame.Width, frame.Height, (int)frame.Bytes[0]));
        }
        Assert.Contains("c.png", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_loop_a_folder_has_an_end()
    {
        using var folder = new TemporaryFolder();
        folder.File("a.ppm", PpmFile.Encode(Plain(2, 2, 3, 9)));
        using var source = new PictureFolderSource(Settings(folder));
        Assert.Single(TestStreams.ReadAll(source));
    }

    [Fact]
    public void A_folder_without_pictures_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no pictures", Assert.Throws<SourceException>(() => new PictureFolderSource(Settings(folder))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be listed", Assert.Throws<SourceException>(() => new PictureFolderSource(new SourceSettings { Path = Path.Combine(folder.Path, "none") })).Message, StringComparison.Ordinal);
        folder.File("a.png", [0]);
        using var source = new PictureFolderSource(Settings(folder) with { Loop = true });
        Assert.Contains("none of its 1 pictures", Assert.Throws<SourceException>(() => source.Read(new Frame())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_ends_the_wait_for_the_next_picture()
    {
        using var folder = new TemporaryFolder();
        folder.File("a.ppm", PpmFile.Encode(Plain(2, 2, 3, 9)));
        var source = new PictureFolderSource(new SourceSettings { Path = folder.Path, Loop = true, Fps = 0.001 });
        Assert.True(source.Read(new Frame()));
        var reading = Task.Run(() => Assert.Throws<SourceException>(() => source.Read(new Frame())));
        source.Dispose();
        await reading.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static SourceSettings Settings(TemporaryFolder folder) => new() { Kind = SourceKind.Folder, Path = folder.Path, Realtime = false };

    private static Image Plain(int width, int height, int channels, byte value)
    {
        var image = new Image(width, height, channels);
        image.Pixels.AsSpan().Fill(value);
        return image;
    }
}
