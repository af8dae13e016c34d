using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Filters of a first layer as pictures: 0 is middle grey, and all filters of a snapshot have one scale.</summary>
internal static class FilterPictures
{
    /// <summary>Weights beyond this quantile of the magnitudes are as dark or light as can be, so that one outlier does not pale the rest.</summary>
    private const double Quantile = 0.995;

    /// <summary>Data URIs of PNG pictures, one a filter, in colour where there are three channels. Other numbers of channels are averaged.</summary>
    public static IEnumerable<string> DataUris(FilterSnapshot filters)
    {
        int pixels = filters.Height * filters.Width, channels = filters.Channels, shown = channels == 3 ? 3 : 1;
        float[] weights = new float[filters.Outputs * pixels * shown];
        for (int i = 0; i < weights.Length; i++)
        {
            if (channels == 3) weights[i] = filters.Weights[i];
            else
                for (int c = 0; c < channels; c++) weights[i] += filters.Weights[(i * channels) + c] / channels;
        }
        float[] magnitudes = [.. weights.Where(float.IsFinite).Select(Math.Abs).Order()];
        float scale = magnitudes.Length == 0 ? 0 : magnitudes[(int)(Quantile * (magnitudes.Length - 1))];
        for (int o = 0; o < filters.Outputs; o++)
        {
            byte[] picture = [.. weights.AsSpan(o * pixels * shown, pixels * shown).ToArray().Select(weight => Grey(weight, scale))];
            yield return $"data:image/png;base64,{Convert.ToBase64String(PngFile.Encode(new Image(filters.Width, filters.Height, shown, picture)))}";
        }
    }

    // What is not a number is black.
    private static byte Grey(float weight, float scale) => float.IsNaN(weight) ? (byte)0
        : scale == 0 ? (byte)128
        : (byte)Math.Round(127.5 + (127.5 * Math.Clamp(weight / (double)scale, -1, 1)));
}
