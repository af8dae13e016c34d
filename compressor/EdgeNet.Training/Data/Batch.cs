using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Pictures on their way into a network. Its arrays are filled again once the next batch is asked for.</summary>
public sealed class Batch
{
    internal Batch(int size, int pictureLength)
    {
        Input = new float[checked(size * pictureLength)];
        Labels = new int[size];
        Boxes = new IReadOnlyList<GroundTruth>[size];
        Indices = new int[size];
    }

    /// <summary>The place of this batch in its epoch, from 0.</summary>
    public int Number { get; internal set; }

    /// <summary>The pictures that are there: fewer than rows only in the last batch of an evaluation, or where one could not be read in one.</summary>
    public int Count { get; internal set; }

    /// <summary>[batch size, channels, height, width] or [batch size, height, width, channels] by the preprocessing; 0 in rows from <see cref="Count"/> on.</summary>
    public float[] Input { get; }

    /// <summary>Class index for each row; −1 where there is none, and from <see cref="Count"/> on.</summary>
    public int[] Labels { get; }

    /// <summary>For each row its boxes in fractions of the input; none from <see cref="Count"/> on.</summary>
    public IReadOnlyList<GroundTruth>[] Boxes { get; }

    /// <summary>For each row the picture's index in the source; −1 from <see cref="Count"/> on.</summary>
    public int[] Indices { get; }
}
