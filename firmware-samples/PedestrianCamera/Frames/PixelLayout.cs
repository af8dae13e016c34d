namespace PedestrianCamera;

/// <summary>How the bytes of a frame lie.</summary>
internal enum PixelLayout
{
    /// <summary>Red, green, blue, interleaved.</summary>
    Rgb,

    /// <summary>A plane of luma, then two planes of chroma of half the width and height, rounded up (FOURCC I420).</summary>
    I420,

    /// <summary>Two pixels in four bytes: luma, blue chroma, luma, red chroma (FOURCC YUYV). The width is even.</summary>
    Yuyv,

    /// <summary>A JPEG file; sizes are known once it is decoded.</summary>
    Jpeg,
}
