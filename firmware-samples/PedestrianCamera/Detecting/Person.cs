using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>Somebody who is followed from frame to frame.</summary>
/// <param name="Number">From 1 since the program started.</param>
/// <param name="Box">Where, in parts of the picture, 0…1.</param>
/// <param name="Score">The detector's, of the last frame in which the person was seen.</param>
/// <param name="Seen">Whether in this frame; otherwise the box is where the person should be.</param>
internal readonly record struct Person(int Number, Box Box, float Score, bool Seen);
