namespace PedestrianCamera.Tests;

public class V4l2SourceTests
{
    private static readonly SourceSettings s_settings = new() { Path = "/dev/video0", Width = 640, Height = 480, Fps = 15 };

    [Fact]
    public void Calls_are_those_of_the_documentation_in_its_order()
    {
        var camera = new FakeVideoDevice();
        var source = new V4l2Source(s_settings, camera);
        Assert.Equal(
            ["QUERYCAP", "ENUM_FMT", "ENUM_FMT", "ENUM_FMT", "S_FMT", "S_PARM", "REQBUFS", "QUERYBUF", "QBUF", "QUERYBUF", "QBUF", "QUERYBUF", "QBUF", "STREAMON"],
            camera.Calls);
        Assert.Equal((640u, 480u, V4l2.Yuyv), camera.Asked);
        Assert.Equal((1000u, 15000u), camera.AskedRate);
        source.Dispose();
        Assert.Equal("STREAMOFF", camera.Calls[^1]);
        Assert.True(camera.IsClosed);
    }

    [Fact]
    public void Pictures_come_in_order_and_buffers_are_given_back()
    {
        var camera = new FakeVideoDevice();
        using var source = new V4l2Source(s_settings, camera);
        var frame = new Frame();
        for (byte n = 1; n <= 10; n++)
        {
            camera.Deliver([.. Enumerable.Repeat(n, 16)]);
            Assert.True(source.Read(frame));
            Assert.Equal((PixelLayout.Yuyv, 4, 2, 16), (frame.Layout, frame.Width, frame.Height, frame.Length));
            Assert.False(frame.Bytes.ContainsAnyExcept(n));
        }
        Assert.Equal(["buffer 0", "buffer 1", "buffer 2", "buffer 0"], camera.Calls.Where(call => call.StartsWith("buffer", StringComparison.Ordinal)).Take(4));
    }

    [Fact]
    public void Padding_of_rows_is_dropped_in_both_raw_formats()
    {
        var frame = new Frame();
        var packed = new FakeVideoDevice { Gives = (2, 2, 7) };
        using (var source = new V4l2Source(s_settings, packed))
        {
            packed.Deliver([1, 2, 3, 4, 0, 0, 0, 5, 6, 7, 8]);
            Assert.True(source.Read(frame));
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], frame.Bytes.ToArray());
        }

        var planar = new FakeVideoDevice { Gives = (2, 2, 4), Offered = [V4l2.Yuv420], Quantization = V4l2.QuantizationFull };
        using (var source = new V4l2Source(s_settings, planar))
        {
            planar.Deliver([1, 2, 0, 0, 3, 4, 0, 0, 5, 0, 6, 0]);
            Assert.True(source.Read(frame));
            Assert.Equal((PixelLayout.I420, true), (frame.Layout, frame.FullRange));
            Assert.Equal([1, 2, 3, 4, 5, 6], frame.Bytes.ToArray());
        }
    }

    [Fact]
    public void Damaged_short_and_empty_buffers_are_passed_over()
    {
        var camera = new FakeVideoDevice();
        using var source = new V4l2Source(s_settings, camera);
        camera.Deliver([.. Enumerable.Repeat((byte)1, 16)], V4l2.BufferError);
        camera.Deliver([.. Enumerable.Repeat((byte)2, 15)]);
        camera.Deliver([]);
        camera.Deliver([.. Enumerable.Repeat((byte)4, 16)]);
        var frame = new Frame();
        Assert.True(source.Read(frame));
        Assert.Equal(4, frame.Bytes[0]);
    }

    [InstalledFact("libturbojpeg")]
    public void Large_pictures_are_asked_for_as_JPEG()
    {
        var camera = new FakeVideoDevice { Gives = (1280, 720, 0) };
        using var source = new V4l2Source(s_settings with { Width = 1280, Height = 720 }, camera);
        Assert.Equal((1280u, 720u, V4l2.Mjpeg), camera.Asked);
        camera.Deliver([1, 2, 3]);
        camera.Deliver(TestStreams.Jpeg(7));
        var frame = new Frame();
        Assert.True(source.Read(frame));
        Assert.Equal(PixelLayout.Jpeg, frame.Layout);
        Assert.Equal(TestStreams.Jpeg(7), frame.Bytes.ToArray());
    }

    [Fact]
    public void Signals_interrupt_nothing()
    {
        var camera = new FakeVideoDevice { Interrupts = true };
        using var source = new V4l2Source(s_settings, camera);
        camera.Deliver(new byte[16]);
        Assert.True(source.Read(new Frame()));
    }

    [Fact]
    public async Task A_camera_that_is_unplugged_is_lost()
    {
        var camera = new FakeVideoDevice();
        using var source = new V4l2Source(s_settings, camera);
        var reading = Task.Run(() => Assert.Throws<SourceException>(() => source.Read(new Frame())));
        camera.Unplug();
        Assert.Contains("unplugged", (await reading.WaitAsync(TimeSpan.FromSeconds(20))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_ends_a_read_that_waits()
    {
        var camera = new FakeVideoDevice();
        var source = new V4l2Source(s_settings, camera);
        var reading = Task.Run(() => Assert.Throws<SourceException>(() => source.Read(new Frame())));
        source.Dispose();
        Assert.Contains("closed", (await reading.WaitAsync(TimeSpan.FromSeconds(20))).Message, StringComparison.Ordinal);
        Assert.False(camera.IsStreaming);
        source.Dispose();
    }

    [Theory]
    [InlineData(0u, Errno.NoEntry, "no such device")]
    [InlineData(0u, Errno.NoAccess, "group video")]
    [InlineData(0u, Errno.Busy, "busy")]
    [InlineData(V4l2.QueryCapabilities, Errno.NotTerminal, "not a video device")]
    [InlineData(V4l2.SetFormat, Errno.Busy, "busy")]
    [InlineData(V4l2.RequestBuffers, Errno.Busy, "busy")]
    [InlineData(V4l2.StreamOn, 28, "error 28")]
    [InlineData(V4l2.EnumerateFormats, Errno.Invalid, "no formats")]
    [InlineData(1u, 12, "error 12")]
    public void What_fails_is_said_in_one_line_and_the_device_is_closed(uint request, int error, string said)
    {
        var camera = new FakeVideoDevice();
        camera.Failing[request] = error;
        AssertRefused(camera, said);
    }

    [Fact]
    public void What_is_no_camera_is_refused()
    {
        AssertRefused(new FakeVideoDevice { Capabilities = V4l2.CanStream }, "Fake Camera does not capture");
        AssertRefused(new FakeVideoDevice { Capabilities = V4l2.CanCapture }, "cannot stream");
        AssertRefused(new FakeVideoDevice { Offered = [0x34363248] }, "offers H264");
        AssertRefused(new FakeVideoDevice { GivesFormat = 0x34363248 }, "gives H264 where YUYV");
        AssertRefused(new FakeVideoDevice { Gives = (0, 2, 8) }, "0×2");
        AssertRefused(new FakeVideoDevice { Gives = (uint.MaxValue, 2, 8) }, "4294967295×2");
        AssertRefused(new FakeVideoDevice { Gives = (4, 2, uint.MaxValue) }, "rows of 4294967295");
        AssertRefused(new FakeVideoDevice { Gives = (3, 2, 3), Offered = [V4l2.Yuv420] }, "even");
    }

    [Fact]
    public void A_rate_that_is_refused_is_let_pass()
    {
        var camera = new FakeVideoDevice();
        camera.Failing[V4l2.SetParameters] = Errno.Invalid;
        using var source = new V4l2Source(s_settings, camera);
        Assert.True(camera.IsStreaming);
    }

    [LinuxFact]
    public void The_kernel_itself_refuses_what_is_no_camera()
    {
        Assert.Contains("not a video device", Assert.Throws<SourceException>(() => new V4l2Source(s_settings with { Path = "/dev/null" }, new LinuxVideoDevice())).Message, StringComparison.Ordinal);
        Assert.Contains("no such device", Assert.Throws<SourceException>(() => new V4l2Source(s_settings with { Path = "/dev/no-video" }, new LinuxVideoDevice())).Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void The_system_calls_open_map_and_wait()
    {
        // Any file can be mapped and waited for; only that it is no camera tells it apart.
        using var folder = new TemporaryFolder();
        byte[] bytes = [.. Enumerable.Range(0, 5000).Select(n => (byte)n)];
        using var device = new LinuxVideoDevice();
        Assert.Equal(0, device.Open(folder.File("device", bytes)));
        Assert.Equal(0, device.Map(3, 4096, 904));
        Assert.Equal(bytes[4096..], device.Buffer(3).ToArray());
        Assert.Equal(V4l2.PollIn, device.Wait(1000));
        Assert.Equal(-Errno.NotTerminal, device.Control(V4l2.QueryCapabilities, new byte[V4l2.Capability.Size]));
        Assert.Equal(-Errno.Invalid, device.Map(4, 1, 10));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute()
        {
            if (!OperatingSystem.IsLinux()) Skip = "Video4Linux is of Linux";
        }
    }

    private static void AssertRefused(FakeVideoDevice camera, string said)
    {
        string message = Assert.Throws<SourceException>(() => new V4l2Source(s_settings, camera)).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.StartsWith("/dev/video0: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.True(camera.IsClosed);
    }
}
