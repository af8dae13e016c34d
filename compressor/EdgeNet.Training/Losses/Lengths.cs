namespace EdgeNet.Training;

/// <summary>Refuses spans that are not as long as their shape says, before anything is read.</summary>
internal static class Lengths
{
    public static void Require(long length, long expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"{length} values; expected {expected}.", name);
    }
}
