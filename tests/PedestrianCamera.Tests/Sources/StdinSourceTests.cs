using System.Text;

namespace PedestrianCamera.Tests;

public class StdinSourceTests
{
    [Fact]
    public void Y4M_and_JPEG_are_told_apart_by_their_first_bytes()
    {
        Assert.Equal(2, TestStreams.ReadAll(new StdinSource(TestStreams.Input(TestStreams.Y4m(2)))).Count);
        Assert.Equal(TestStreams.Jpeg(1), TestStreams.ReadAll(new StdinSource(TestStreams.Input(TestStreams.Jpeg(1)))).Single());
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("GIF89a", "47494638")]
    [InlineData("Y", "59")]
    public void Anything_else_is_refused_in_one_line(string stream, string said) =>
        Assert.Contains(said, Assert.Throws<SourceException>(() => new StdinSource(TestStreams.Input(Encoding.ASCII.GetBytes(stream))).Read(new Frame())).Message, StringComparison.Ordinal);
}
