namespace EdgeNet.Training;

/// <summary>A random change of a picture that keeps what it shows.</summary>
public interface IAugmentation
{
    /// <summary>Makes the changed picture; its boxes and mask follow. What it is given stays as it is, or is returned itself where nothing changes.</summary>
    /// <param name="example">The picture so far. Its pixels are used again once the next step has made a picture of its own, so nobody keeps them.</param>
    /// <param name="rng">All the randomness there is.</param>
    Example Apply(Example example, Rng rng);
}
