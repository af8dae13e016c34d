namespace PedestrianCamera.Tests;

public class SourceProgramTests
{
    [Fact]
    public void A_Raspberry_Pi_camera_is_read_raw_unless_told_otherwise()
    {
        SourceProgram raw = SourceProgram.Rpicam(new SourceSettings { Width = 641, Height = 480, Fps = 15, Arguments = ["--hflip"] });
        Assert.Equal(["rpicam-vid", "libcamera-vid"], raw.Names);
        Assert.Equal("-t 0 -n --width 640 --height 480 --framerate 15 --flush --codec yuv420 --hflip -o -", string.Join(' ', raw.Arguments));
        Assert.IsType<RawI420Reader>(raw.Reader(TestStreams.Input()));

        SourceProgram jpeg = SourceProgram.Rpicam(new SourceSettings { Arguments = ["--codec", "mjpeg"] });
        Assert.Single(jpeg.Arguments, "--codec");
        Assert.IsType<MjpegReader>(jpeg.Reader(TestStreams.Input()));
        Assert.Contains("h264", Assert.Throws<SourceException>(() => SourceProgram.Rpicam(new SourceSettings { Arguments = ["--codec", "h264"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GStreamer_reads_a_Jetsons_camera_or_what_it_is_told()
    {
        Assert.Equal(
            "-q nvarguscamerasrc ! video/x-raw(memory:NVMM),framerate=30/1 ! nvvidconv ! video/x-raw,format=I420,width=640,height=480 ! fdsink",
            string.Join(' ', SourceProgram.Gstreamer(new SourceSettings()).Arguments));
        Assert.Equal(
            ["-q", "filesrc", "location=a b.mp4", "!", "decodebin", "!", "videoconvert", "!", "videoscale", "!", "videorate", "max-rate=8", "!", "video/x-raw,format=I420,width=320,height=240", "!", "fdsink"],
            SourceProgram.Gstreamer(new SourceSettings { Path = " filesrc  location=\"a b.mp4\" ! decodebin", Width = 320, Height = 240, Fps = 7.5 }).Arguments);
    }

    [Fact]
    public void Ffmpeg_keeps_the_pace_and_the_end_of_files_only()
    {
        var file = new SourceSettings { Kind = SourceKind.Ffmpeg, Path = "a.mp4" };
        Assert.Contains("-re", SourceProgram.Ffmpeg(file).Arguments);
        Assert.True(SourceProgram.Ffmpeg(file).HasEnd);
        SourceProgram looped = SourceProgram.Ffmpeg(file with { Loop = true, Realtime = false });
        Assert.DoesNotContain("-re", looped.Arguments);
        Assert.Contains("-stream_loop", looped.Arguments);
        Assert.False(looped.HasEnd);
        SourceProgram stream = SourceProgram.Ffmpeg(file with { Path = "rtsp://camera/1", Loop = true, Arguments = ["-rtsp_transport", "tcp"] });
        Assert.False(stream.HasEnd);
        Assert.DoesNotContain("-re", stream.Arguments);
        Assert.DoesNotContain("-stream_loop", stream.Arguments);
        Assert.Contains("-rtsp_transport tcp -i rtsp://camera/1", string.Join(' ', stream.Arguments), StringComparison.Ordinal);
        Assert.Throws<SourceException>(() => SourceProgram.Ffmpeg(new SourceSettings()));
    }

    [Fact]
    public void What_has_an_end_and_what_is_a_camera_follows_from_the_settings()
    {
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.V4l2 }) is { IsCamera: true, HasEnd: false, KeepsAll: false });
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.Rpicam }) is { IsCamera: true, HasEnd: false });
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.Ffmpeg, Path = "rtsp://a" }) is { IsCamera: true, HasEnd: false });
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.Ffmpeg, Path = "a.mp4", Realtime = false }) is { IsCamera: false, HasEnd: true, KeepsAll: true });
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.Folder, Path = ".", Loop = true }) is { IsCamera: false, HasEnd: false, KeepsAll: false });
        Assert.True(OpenableSource.Of(new SourceSettings { Kind = SourceKind.Stdin }) is { IsCamera: false, HasEnd: true, OpensOnce: true, KeepsAll: false });
        Assert.Equal(TimeSpan.FromSeconds(24), OpenableSource.Of(new SourceSettings { Kind = SourceKind.Folder, Path = ".", Fps = 0.05 }).Frozen);
    }
}
