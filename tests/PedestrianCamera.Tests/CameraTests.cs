using EdgeNet.Model;

namespace PedestrianCamera.Tests;

/// <summary>The loop, with a detector that finds one person in every picture.</summary>
public sealed class CameraTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly NewestFrame _frames = new();
    private readonly RecordingSink _events = new();
    private readonly CancellationTokenSource _stopping = new();

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public void Between_the_frames_of_a_slow_source_people_are_still_there_and_without_frames_they_go()
    {
        (int Present, bool? Lamp)[] seen = Run(
            new SourceSettings { Fps = 0.5 },
            Publish,
            () => _time.Advance(3),
            () => _time.Advance(2));
        Assert.Equal([(0, null), (1, true), (1, true), (0, false)], seen);
        Assert.Equal([CameraEventKind.PersonCame, CameraEventKind.LampOn, CameraEventKind.LampOff], Enumerable.Order(_events.Kinds));
    }

    [Fact]
    public void Pictures_that_cannot_be_decoded_do_not_keep_the_lamp_on()
    {
        (int Present, bool? Lamp)[] seen = Run(new SourceSettings(), Publish, Damaged, Damaged, Damaged);
        Assert.Equal((1, true), seen[1]);
        Assert.Equal((0, false), seen[^1]);

        void Damaged()
        {
            _time.Advance(0.6);
            _frames.Filling.ResizeJpeg(16).Fill(7);
            Publish(_frames);
        }
    }

    private void Publish()
    {
        _frames.Filling.Resize(PixelLayout.Rgb, 32, 32);
        Publish(_frames);
    }

    private void Publish(NewestFrame frames)
    {
        frames.Filling.Arrived = _time.GetTimestamp();
        frames.Publish();
    }

    /// <summary>Runs a turn of the loop after each step, and gives what the page would show before the first and after each.</summary>
    private (int Present, bool? Lamp)[] Run(SourceSettings source, params Action[] steps)
    {
        var settings = new CameraSettings { Source = source, Tracking = new TrackingSettings { Confirm = 1 }, Lamp = new LampSettings { HoldSeconds = 0 } };
        var statistics = new Statistics(_time);
        using var detector = new PersonDetector(OnePerson(), new DetectorSettings { Threads = 1 });
        using var lamp = new LampControl(() => new Lamp(), _events, _time);
        List<(int, bool?)> seen = [];
        var camera = new Camera(settings, _frames, detector, LiveSettingsCell.Of(settings), lamp, _events, statistics, new PictureFeed(), _time)
        {
            OnTurn = () =>
            {
                Measurements now = statistics.Now(0, 0, "");
                seen.Add((now.Present, now.LampOn));
                if (seen.Count <= steps.Length) steps[seen.Count - 1]();
                else _stopping.Cancel();
            },
        };
        camera.Run(long.MaxValue, _stopping.Token);
        return [.. seen];
    }

    private static Graph OnePerson()
    {
        var builder = new GraphBuilder
        {
            Card = new ModelCard(
                Preprocessing: new Preprocessing(ImageLayout.Nhwc, ColorOrder.Rgb, [0], [255], ImageFit.Stretch),
                Labels: ["background", "person"],
                Detector: new Detector(BoxCoding.TensorFlowSsd, ["boxes"], ["scores"], "priors", [10, 10, 5, 5])),
        };
        builder.Input("picture", new TensorType(ElementType.Float32, [1, 32, 32, 3]));
        foreach ((string name, int[] shape, float[] values) in ((string, int[], float[])[])[
            ("boxes", [1, 1, 4], [0, 0, 0, 0]), ("scores", [1, 1, 2], [0.1f, 0.9f]), ("priors", [1, 4], [0.5f, 0.5f, 0.5f, 0.25f])])
            builder.Output(name, builder.Constant(Constant.Of(new Shape(shape), values)));
        return builder.Build();
    }

    private sealed class Lamp : ILamp
    {
        public void Switch(bool on)
        {
        }

        public void Dispose()
        {
        }
    }
}
