using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

public class PageStreamTests
{
    /// <summary>Who waits for a picture that never comes would wait for ever.</summary>
    private const int MostMilliseconds = 60_000;

    [LibturbojpegFact(Timeout = MostMilliseconds)]
    public async Task Pictures_come_with_boxes_line_and_region_drawn_in()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        page.Cell.Current = RunningPage.FirstSettings with { Line = new CountingLine(0.75f, 0.1f, 0.75f, 0.9f), Region = new Box(0.5f, 0, 1, 1) };
        using IDisposable scene = page.Play();
        using HttpResponseMessage response = await page.GetAsync("picture.jpg");
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType!.ToString());
        Image picture = JpegFile.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((320, 240), (picture.Width, picture.Height));
        // The line is yellow, the region's left side white, all the rest of the scene grey and at most 160.
        (byte red, byte green, byte blue) = PixelOf(picture, 240, 60);
        Assert.True(red > 200 && green > 150 && blue < 110, $"the line is {red}, {green}, {blue}");
        (red, green, blue) = PixelOf(picture, 160, 5);
        Assert.True(Math.Min(red, Math.Min(green, blue)) > 170, $"the region's side is {red}, {green}, {blue}");
    }

    [LibturbojpegFact(Timeout = MostMilliseconds)]
    public async Task Of_ten_viewers_five_that_never_read_hold_up_neither_the_detector_nor_the_others()
    {
        // Nobody is cut off: whoever waited for the five would wait for a minute, and the test would end.
        await using RunningPage page = await RunningPage.StartAsync(limits: new ViewerLimits { Patience = TimeSpan.FromMinutes(1) });
        List<Socket> stuck = [];
        List<PageStream> readers = [];
        for (int i = 0; i < 5; i++)
        {
            stuck.Add(Ask(page));
            readers.Add(await PageStream.OpenAsync(page.Client));
        }
        await RunningPage.UntilAsync(() => page.Page.Viewers == 10, "ten viewers");

        // Noise: a picture of 100 KB fills what the sockets of the five take.
        const int pictures = 300;
        Image noise = Noise();
        var publishing = Task.Run(() =>
        {
            for (int i = 0; i < pictures; i++)
            {
                page.Feed.Publish(new ScenePicture(new Image(noise.Width, noise.Height, 3, [.. noise.Pixels]), [], page.Cell.Current, DateTimeOffset.UnixEpoch));
                Thread.Sleep(2);
            }
        });
        // Each reader sees numbers that only grow, and the newest of all in the end.
        await Task.WhenAll(readers.Select(async reader =>
        {
            long last = 0;
            while (last < pictures)
            {
                EncodedPicture picture = await reader.NextAsync();
                Assert.True(picture.Number >= last);
                last = picture.Number;
            }
        }));
        await publishing;
        Assert.Equal(10, page.Page.Viewers);
        foreach (PageStream reader in readers) reader.Dispose();
        foreach (Socket socket in stuck) socket.Dispose();
        await RunningPage.UntilAsync(() => !page.Feed.IsWatched, "nobody looking");
    }

    [LibturbojpegFact(Timeout = MostMilliseconds)]
    public async Task A_viewer_that_takes_nothing_is_cut_off()
    {
        await using RunningPage page = await RunningPage.StartAsync(limits: new ViewerLimits { Patience = TimeSpan.FromMilliseconds(300) });
        using Socket stuck = Ask(page);
        await RunningPage.UntilAsync(() => page.Feed.IsWatched, "a viewer");
        Image noise = Noise();
        await RunningPage.UntilAsync(
            () =>
            {
                page.Feed.Publish(new ScenePicture(new Image(noise.Width, noise.Height, 3, [.. noise.Pixels]), [], page.Cell.Current, DateTimeOffset.UnixEpoch));
                return !page.Feed.IsWatched;
            },
            "cut off");
        // The connection is closed: what had come can be read, and then there is an end.
        byte[] bytes = new byte[1 << 16];
        stuck.ReceiveTimeout = 10000;
        try
        {
            while (stuck.Receive(bytes) > 0)
            {
            }
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task The_viewer_after_the_last_place_is_told_so_in_one_line()
    {
        await using RunningPage page = await RunningPage.StartAsync(limits: new ViewerLimits { Most = 2 });
        using Socket first = Ask(page);
        using (Ask(page))
        {
            await RunningPage.UntilAsync(() => page.Page.Viewers == 2, "two viewers");
            foreach (string path in new[] { "stream.mjpeg", "picture.jpg" })
            {
                using HttpResponseMessage response = await page.GetAsync(path);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                Assert.Equal("2 viewers look already; close one and try again", await RunningPage.LineAsync(response));
            }
        }
        await RunningPage.UntilAsync(() => page.Page.Viewers == 1, "a free place");
        using PageStream next = await PageStream.OpenAsync(page.Client);
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task While_nobody_looks_the_feed_is_not_watched()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        Assert.False(page.Feed.IsWatched);
        using (IDisposable scene = page.Play())
        {
            using (PageStream reader = await PageStream.OpenAsync(page.Client))
            {
                await reader.NextAsync();
                Assert.True(page.Feed.IsWatched);
            }
            await RunningPage.UntilAsync(() => !page.Feed.IsWatched, "nobody looking");
            using HttpResponseMessage response = await page.GetAsync("picture.jpg");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await RunningPage.UntilAsync(() => !page.Feed.IsWatched, "nobody looking");
        }
        Assert.Equal(0, page.Page.Viewers);
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task A_picture_of_before_is_not_shown_as_one_of_now()
    {
        await using RunningPage page = await RunningPage.StartAsync();
        page.Feed.Publish(RunningPage.Scene(1, page.Cell.Current));
        using PageStream reader = await PageStream.OpenAsync(page.Client);
        using IDisposable scene = page.Play();
        Assert.True((await reader.NextAsync()).Number > 1);
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task Where_no_new_picture_comes_the_last_is_sent_again_so_that_lost_viewers_are_noticed()
    {
        await using RunningPage page = await RunningPage.StartAsync(limits: new ViewerLimits { RepeatAfter = TimeSpan.FromMilliseconds(50) });
        using PageStream reader = await PageStream.OpenAsync(page.Client);
        EncodedPicture last;
        using (page.Play()) last = await reader.NextAsync();
        int repeated = 0;
        while (repeated < 2)
        {
            EncodedPicture next = await reader.NextAsync();
            repeated = next.Number == last.Number ? repeated + 1 : 0;
            last = next;
        }
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task Where_no_picture_comes_at_all_that_is_said_in_one_line()
    {
        await using RunningPage page = await RunningPage.StartAsync(limits: new ViewerLimits { FirstPicture = TimeSpan.FromMilliseconds(50) });
        using HttpResponseMessage response = await page.GetAsync("picture.jpg");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("no picture came", await RunningPage.LineAsync(response), StringComparison.Ordinal);
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task Without_libturbojpeg_pictures_are_PNG_and_the_page_says_what_to_install()
    {
        await using RunningPage page = await RunningPage.StartAsync(jpeg: false);
        using IDisposable scene = page.Play();
        using PageStream reader = await PageStream.OpenAsync(page.Client);
        EncodedPicture picture = await reader.NextAsync();
        Assert.Equal("image/png", picture.ContentType);
        Assert.Equal(320, PngFile.Decode(picture.Bytes).Width);
        Assert.Contains("apt-get install -y libturbojpeg0", await page.Client.GetStringAsync("state.json"), StringComparison.Ordinal);
    }

    [Fact(Timeout = MostMilliseconds)]
    public async Task When_the_page_stops_its_viewers_see_the_end()
    {
        RunningPage page = await RunningPage.StartAsync();
        using PageStream reader = await PageStream.OpenAsync(page.Client);
        Task reading = reader.ReadToEndAsync();
        await page.Page.DisposeAsync();
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(10)));
        Assert.True(reading.IsCompleted);
        Assert.False(page.Feed.IsWatched);
        page.Client.Dispose();
    }

    /// <summary>Asks for pictures and takes none.</summary>
    private static Socket Ask(RunningPage page)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.Connect(page.Page.EndPoint);
        socket.Send(Encoding.ASCII.GetBytes("GET /stream.mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        return socket;
    }

    private static Image Noise()
    {
        Image noise = new(320, 240, 3);
        new Random(1).NextBytes(noise.Pixels);
        return noise;
    }

    private static (byte, byte, byte) PixelOf(Image picture, int x, int y)
    {
        Span<byte> pixel = picture.Row(y).Slice(x * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }
}
