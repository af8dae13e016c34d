namespace PedestrianCamera;

/// <summary>A picture as it goes over the wire; shared by all viewers, changed by none.</summary>
/// <param name="Number">That of the feed: a picture that is sent again has the same.</param>
/// <param name="ContentType">image/jpeg, or image/png where libturbojpeg is missing.</param>
/// <param name="Bytes">The file.</param>
internal sealed record EncodedPicture(long Number, string ContentType, byte[] Bytes);
