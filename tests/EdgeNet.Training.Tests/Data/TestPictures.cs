using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

/// <summary>Synthetic pictures and sources.</summary>
internal static class TestPictures
{
    public static Preprocessing Plain(ImageLayout layout = ImageLayout.Nchw, ImageFit fit = ImageFit.Stretch) =>
        new(layout, ColorOrder.Rgb, [0f], [255f], fit);

    public static Image Random(int width, int height, int seed, int channels = 3)
    {
        Image image = new(width, height, channels);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>A dark picture with one bright red rectangle.</summary>
    public static Image Rectangle(int width, int height, int x, int y, int wide, int high)
    {
        Image image = new(width, height, 3);
        Array.Fill<byte>(image.Pixels, 30);
        for (int row = y; row < y + high; row++)
        {
            for (int column = x; column < x + wide; column++) new byte[] { 230, 30, 30 }.CopyTo(image.Row(row)[(3 * column)..]);
        }
        return image;
    }

    public static MemorySource Source(int count, int width = 8, int height = 6) =>
        new([.. Enumerable.Range(0, count).Select(i => new Example($"picture {i}", Random(width, height, i), i % 3))]);
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgenet-data-").FullName;

    public string this[string name]
    {
        get
        {
            string path = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            return path;
        }
    }

    public string Picture(string name, Image image)
    {
        ImageFile.Save(this[name], image);
        return this[name];
    }

    public string Text(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
