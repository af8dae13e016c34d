using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

public sealed class FilterPicturesTests
{
    [Fact]
    public void Zero_is_grey_and_all_filters_have_one_scale()
    {
        Image[] pictures = Pictures(new FilterSnapshot("conv", 1, 2, 1, 2, 1, [0, 2, -2, 1]));
        Assert.Equal([128, 255], pictures[0].Pixels);
        Assert.Equal([0, 191], pictures[1].Pixels);
    }

    [Fact]
    public void Three_channels_are_colours()
    {
        Image picture = Assert.Single(Pictures(new FilterSnapshot("conv", 1, 1, 1, 1, 3, [1, -1, 0])));
        Assert.Equal(3, picture.Channels);
        Assert.Equal([255, 0, 128], picture.Pixels);
    }

    [Fact]
    public void Other_numbers_of_channels_are_averaged() =>
        Assert.Equal([255, 0], Assert.Single(Pictures(new FilterSnapshot("conv", 1, 1, 2, 1, 2, [1, 3, -2, -2]))).Pixels);

    [Fact]
    public void Nothing_but_zeros_is_grey_and_what_is_no_number_is_black()
    {
        Assert.Equal([128], Assert.Single(Pictures(new FilterSnapshot("conv", 1, 1, 1, 1, 1, [0]))).Pixels);
        Assert.Equal([0, 255], Assert.Single(Pictures(new FilterSnapshot("conv", 1, 1, 2, 1, 1, [float.NaN, 1]))).Pixels);
    }

    private static Image[] Pictures(FilterSnapshot filters) =>
        [.. FilterPictures.DataUris(filters).Select(uri => PngFile.Decode(Convert.FromBase64String(uri["data:image/png;base64,".Length..])))];
}
