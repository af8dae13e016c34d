using EdgeNet.Model;
using EdgeNet.Vision;

namespace PedestrianCamera.Tests;

/// <summary>The detector inside the program, on a photo with two people that it was not trained with.</summary>
public class PersonDetectorTests
{
    private static readonly LiveSettings Settings = LiveSettingsCell.Of(new CameraSettings()).Current;

    [SharedFact]
    public void People_in_a_corner_are_found_in_parts_of_the_frame_where_they_are()
    {
        Frame whole = FrameOf(Photo());
        Detection[] expected = Sure(Detect(new DetectorSettings { Threads = 1 }, whole));
        Assert.NotEmpty(expected);

        // The photo in the lower right ninth of a frame; a third of a frame and its overlaps are what a part shows.
        Image photo = Photo(), scene = new(photo.Width * 3, photo.Height * 3, 3);
        scene.Pixels.AsSpan().Fill(128);
        for (int y = 0; y < photo.Height; y++) photo.Row(y).CopyTo(scene.Row((2 * photo.Height) + y)[(2 * photo.Width * 3)..]);
        Frame large = FrameOf(scene);
        Detection[] found = Sure(Detect(new DetectorSettings { Threads = 1, Tiles = 3 }, large));
        foreach (Detection person in expected)
        {
            var place = new Box((2 + person.Box.XMin) / 3, (2 + person.Box.YMin) / 3, (2 + person.Box.XMax) / 3, (2 + person.Box.YMax) / 3);
            Assert.True(found.Max(other => other.Box.IntersectionOverUnion(place)) > 0.5, $"nobody at {place}; there are {string.Join(", ", found)}");
        }
        Assert.True(found.Length > Sure(Detect(new DetectorSettings { Threads = 1 }, large)).Length);
    }

    [SharedFact]
    public void Only_people_of_the_region_and_of_the_least_height_count()
    {
        Frame frame = FrameOf(Photo());
        Detection person = Sure(Detect(new DetectorSettings { Threads = 1 }, frame))[0];
        Assert.DoesNotContain(Detect(new DetectorSettings { Threads = 1 }, frame, Settings with { MinHeight = person.Box.Height + 0.01f }), other => other.Box == person.Box);
        float feet = person.Box.YMax;
        Assert.DoesNotContain(Detect(new DetectorSettings { Threads = 1 }, frame, Settings with { Region = new Box(0, 0, 1, feet - 0.01f) }), other => other.Box == person.Box);
        Assert.Contains(Detect(new DetectorSettings { Threads = 1 }, frame, Settings with { Region = new Box(0, feet - 0.01f, 1, feet + 0.01f) }), other => other.Box == person.Box);
    }

    [Fact]
    public void Frames_of_any_size_and_any_number_of_parts_are_looked_at()
    {
        for (int tiles = 1; tiles <= 4; tiles++)
        {
            foreach ((int width, int height) in ((int, int)[])[(1, 1), (3, 2), (641, 479)])
                _ = Detect(new DetectorSettings { Threads = 1, Tiles = tiles }, FrameOf(new Image(width, height, 3)));
        }
    }

    private static Detection[] Detect(DetectorSettings settings, Frame frame, LiveSettings? live = null)
    {
        using var detector = new PersonDetector(ModelFile.Load(Path.Combine(SharedMaterial.Repository, "firmware-samples/models/pedestrian.edgenet")), settings);
        return [.. detector.Detect(frame, live ?? Settings)];
    }

    private static Detection[] Sure(Detection[] found) => [.. found.Where(one => one.Score > 0.6f)];

    private static Image Photo() => ImageFile.Load(Directory.GetFiles(SharedMaterial.Path("data/pennfudan/images")).Order(StringComparer.Ordinal).First());

    private static Frame FrameOf(Image picture)
    {
        var frame = new Frame();
        frame.CopyFrom(picture);
        return frame;
    }
}
