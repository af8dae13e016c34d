using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>A frame as the page shows it, before boxes are drawn.</summary>
/// <param name="Picture">In RGB, scaled to the page's width; the receiver's own.</param>
/// <param name="People">Who is in it.</param>
/// <param name="Settings">By which it was looked at: region and line are drawn.</param>
/// <param name="Time">When it arrived.</param>
internal sealed record ScenePicture(Image Picture, IReadOnlyList<Person> People, LiveSettings Settings, DateTimeOffset Time);
