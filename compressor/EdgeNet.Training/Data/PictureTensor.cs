using EdgeNet.Model;
using EdgeNet.Vision;

namespace EdgeNet.Training;

/// <summary>Fits pictures into a network's input exactly as inference does.</summary>
internal sealed class PictureTensor
{
    private readonly FitMethod _fit;
    private readonly ImageToTensor _toTensor;
    private readonly int _width, _height;

    public PictureTensor(Preprocessing preprocessing, int width, int height)
    {
        (_width, _height) = (width, height);
        _fit = preprocessing.Fit switch
        {
            ImageFit.CenterCrop => FitMethod.CentreCrop,
            ImageFit.Letterbox => FitMethod.Letterbox,
            _ => FitMethod.Stretch,
        };
        _toTensor = new ImageToTensor(
            preprocessing.Layout == ImageLayout.Nchw ? TensorLayout.Nchw : TensorLayout.Nhwc,
            preprocessing.Color switch { ColorOrder.Gray => ChannelOrder.Grey, ColorOrder.Bgr => ChannelOrder.Bgr, _ => ChannelOrder.Rgb },
            preprocessing.Mean.Span, preprocessing.StandardDeviation.Span);
    }

    /// <summary>Values of one picture.</summary>
    public int Length => _width * _height * _toTensor.Channels;

    /// <summary>Writes one picture and says where its boxes lie in it, in fractions of the input.</summary>
    public IReadOnlyList<GroundTruth> Write(Example example, Span<float> tensor)
    {
        Image fitted = PictureFit.Fit(example.Image, _width, _height, _fit, out PicturePlacement placement);
        _toTensor.Convert(fitted, tensor);
        // Stretching leaves fractions as they are.
        if (_fit == FitMethod.Stretch || ReferenceEquals(fitted, example.Image) || example.Boxes.Count == 0) return example.Boxes;
        (int width, int height) = (example.Image.Width, example.Image.Height);
        return VisibleBoxes.Move(example.Boxes, box => placement.FromPicture(box.Scaled(width, height)).Scaled(1f / _width, 1f / _height));
    }
}
