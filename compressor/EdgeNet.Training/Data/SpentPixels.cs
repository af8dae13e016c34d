namespace EdgeNet.Training;

/// <summary>
/// Pixels of pictures that nobody looks at any more, kept by each thread for its next pictures: at a hundred pictures a second, arrays of this
/// size cost the collector more than filling them costs us.
/// </summary>
internal static class SpentPixels
{
    private const int Kept = 6;

    [ThreadStatic]
    private static List<byte[]>? t_spent;

    /// <summary>Pixels that hold anything.</summary>
    public static byte[] Take(int length)
    {
        List<byte[]> spent = t_spent ??= new(Kept + 1);
        int place = spent.FindLastIndex(pixels => pixels.Length == length);
        if (place < 0) return GC.AllocateUninitializedArray<byte>(length);
        byte[] found = spent[place];
        spent.RemoveAt(place);
        return found;
    }

    /// <summary>Gives up pixels; whoever still reads them reads another picture soon.</summary>
    public static void Give(byte[] pixels)
    {
        List<byte[]> spent = t_spent ??= new(Kept + 1);
        spent.Add(pixels);
        if (spent.Count > Kept) spent.RemoveAt(0);
    }
}
