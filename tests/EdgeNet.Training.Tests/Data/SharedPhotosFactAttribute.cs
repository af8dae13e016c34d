using EdgeNet.Vision;

namespace EdgeNet.Training.Tests;

/// <summary>A test that decodes photos of the shared material.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedPhotosFactAttribute : FactAttribute
{
    public SharedPhotosFactAttribute()
    {
        if (SharedMaterial.Folder is null) Skip = "the shared models and data are not beside the repository";
        else if (!JpegFile.IsAvailable) Skip = "libturbojpeg is not installed; run: apt-get install -y libturbojpeg0";
    }
}
