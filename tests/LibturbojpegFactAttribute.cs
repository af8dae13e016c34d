using EdgeNet.Vision;

namespace EdgeNet.Tests;

/// <summary>A test that needs libturbojpeg and says so where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LibturbojpegFactAttribute : FactAttribute
{
    public LibturbojpegFactAttribute()
    {
        if (!JpegFile.IsAvailable)
            Skip = "libturbojpeg is not installed; run: apt-get install -y libturbojpeg0";
    }
}
