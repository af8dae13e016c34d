namespace PedestrianCamera.Tests;

/// <summary>Our numbers of Video4Linux are the header's, on 64-bit machines.</summary>
public class V4l2LayoutTests
{
    /// <summary>An expression of C, what the program holds, and what &lt;linux/videodev2.h&gt; says.</summary>
    private static readonly (string C, long Ours, long Expected)[] s_numbers =
    [
        ("VIDIOC_QUERYCAP", V4l2.QueryCapabilities, 0x80685600),
        ("VIDIOC_ENUM_FMT", V4l2.EnumerateFormats, 0xC0405602),
        ("VIDIOC_S_FMT", V4l2.SetFormat, 0xC0D05605),
        ("VIDIOC_REQBUFS", V4l2.RequestBuffers, 0xC0145608),
        ("VIDIOC_QUERYBUF", V4l2.QueryBuffer, 0xC0585609),
        ("VIDIOC_QBUF", V4l2.QueueBuffer, 0xC058560F),
        ("VIDIOC_DQBUF", V4l2.DequeueBuffer, 0xC0585611),
        ("VIDIOC_STREAMON", V4l2.StreamOn, 0x40045612),
        ("VIDIOC_STREAMOFF", V4l2.StreamOff, 0x40045613),
        ("VIDIOC_S_PARM", V4l2.SetParameters, 0xC0CC5616),
        ("V4L2_BUF_TYPE_VIDEO_CAPTURE", V4l2.VideoCapture, 1),
        ("V4L2_MEMORY_MMAP", V4l2.MemoryMap, 1),
        ("V4L2_FIELD_ANY", V4l2.FieldAny, 0),
        ("V4L2_CAP_VIDEO_CAPTURE", V4l2.CanCapture, 1),
        ("V4L2_CAP_STREAMING", V4l2.CanStream, 0x04000000),
        ("V4L2_CAP_DEVICE_CAPS", V4l2.HasDeviceCapabilities, 0x80000000),
        ("V4L2_BUF_FLAG_ERROR", V4l2.BufferError, 0x40),
        ("V4L2_QUANTIZATION_DEFAULT", V4l2.QuantizationDefault, 0),
        ("V4L2_QUANTIZATION_FULL_RANGE", V4l2.QuantizationFull, 1),
        ("V4L2_COLORSPACE_JPEG", V4l2.ColorspaceJpeg, 7),
        ("V4L2_PIX_FMT_YUYV", V4l2.Yuyv, 0x56595559),
        ("V4L2_PIX_FMT_MJPEG", V4l2.Mjpeg, 0x47504A4D),
        ("V4L2_PIX_FMT_JPEG", V4l2.Jpeg, 0x4745504A),
        ("V4L2_PIX_FMT_YUV420", V4l2.Yuv420, 0x32315559),
        ("sizeof(struct v4l2_capability)", V4l2.Capability.Size, 104),
        ("offsetof(struct v4l2_capability, card)", V4l2.Capability.Card, 16),
        ("sizeof(((struct v4l2_capability *)0)->card)", V4l2.Capability.CardLength, 32),
        ("offsetof(struct v4l2_capability, capabilities)", V4l2.Capability.Capabilities, 84),
        ("offsetof(struct v4l2_capability, device_caps)", V4l2.Capability.DeviceCapabilities, 88),
        ("sizeof(struct v4l2_fmtdesc)", V4l2.FormatDescription.Size, 64),
        ("offsetof(struct v4l2_fmtdesc, index)", V4l2.FormatDescription.Index, 0),
        ("offsetof(struct v4l2_fmtdesc, type)", V4l2.FormatDescription.Type, 4),
        ("offsetof(struct v4l2_fmtdesc, pixelformat)", V4l2.FormatDescription.PixelFormat, 44),
        ("sizeof(struct v4l2_format)", V4l2.Format.Size, 208),
        ("offsetof(struct v4l2_format, type)", V4l2.Format.Type, 0),
        ("offsetof(struct v4l2_format, fmt.pix.width)", V4l2.Format.Width, 8),
        ("offsetof(struct v4l2_format, fmt.pix.height)", V4l2.Format.Height, 12),
        ("offsetof(struct v4l2_format, fmt.pix.pixelformat)", V4l2.Format.PixelFormat, 16),
        ("offsetof(struct v4l2_format, fmt.pix.field)", V4l2.Format.Field, 20),
        ("offsetof(struct v4l2_format, fmt.pix.bytesperline)", V4l2.Format.BytesPerLine, 24),
        ("offsetof(struct v4l2_format, fmt.pix.colorspace)", V4l2.Format.Colorspace, 32),
        ("offsetof(struct v4l2_format, fmt.pix.quantization)", V4l2.Format.Quantization, 48),
        ("sizeof(struct v4l2_streamparm)", V4l2.Parameters.Size, 204),
        ("offsetof(struct v4l2_streamparm, type)", V4l2.Parameters.Type, 0),
        ("offsetof(struct v4l2_streamparm, parm.capture.timeperframe.numerator)", V4l2.Parameters.Numerator, 12),
        ("offsetof(struct v4l2_streamparm, parm.capture.timeperframe.denominator)", V4l2.Parameters.Denominator, 16),
        ("sizeof(struct v4l2_requestbuffers)", V4l2.BuffersRequest.Size, 20),
        ("offsetof(struct v4l2_requestbuffers, count)", V4l2.BuffersRequest.Count, 0),
        ("offsetof(struct v4l2_requestbuffers, type)", V4l2.BuffersRequest.Type, 4),
        ("offsetof(struct v4l2_requestbuffers, memory)", V4l2.BuffersRequest.Memory, 8),
        ("sizeof(struct v4l2_buffer)", V4l2.BufferInfo.Size, 88),
        ("offsetof(struct v4l2_buffer, index)", V4l2.BufferInfo.Index, 0),
        ("offsetof(struct v4l2_buffer, type)", V4l2.BufferInfo.Type, 4),
        ("offsetof(struct v4l2_buffer, bytesused)", V4l2.BufferInfo.BytesUsed, 8),
        ("offsetof(struct v4l2_buffer, flags)", V4l2.BufferInfo.Flags, 12),
        ("offsetof(struct v4l2_buffer, memory)", V4l2.BufferInfo.Memory, 60),
        ("offsetof(struct v4l2_buffer, m.offset)", V4l2.BufferInfo.Offset, 64),
        ("offsetof(struct v4l2_buffer, length)", V4l2.BufferInfo.Length, 72),
        ("POLLIN", V4l2.PollIn, 1),
        ("POLLERR", V4l2.PollError, 8),
        ("POLLHUP", V4l2.PollHangUp, 16),
        ("ENOENT", Errno.NoEntry, 2),
        ("EPERM", Errno.NotPermitted, 1),
        ("EINTR", Errno.Interrupted, 4),
        ("ENXIO", Errno.NoDeviceOrAddress, 6),
        ("EAGAIN", Errno.Again, 11),
        ("EACCES", Errno.NoAccess, 13),
        ("EBUSY", Errno.Busy, 16),
        ("ENODEV", Errno.NoDevice, 19),
        ("EINVAL", Errno.Invalid, 22),
        ("ENOTTY", Errno.NotTerminal, 25),
    ];

    [Fact]
    public void Our_numbers_are_those_that_were_read_from_the_header() =>
        Assert.All(s_numbers, number => Assert.True(number.Ours == number.Expected, $"{number.C}: {number.Ours:X}, expected {number.Expected:X}"));

    [CompilerFact]
    public void The_compilers_numbers_are_the_same()
    {
        ulong[] made = CHeader.Evaluate(["errno.h", "poll.h", "linux/videodev2.h"], s_numbers.Select(number => $"(unsigned int)({number.C})"));
        Assert.Equal(s_numbers.Length, made.Length);
        foreach (((string c, _, long expected), ulong value) in s_numbers.Zip(made)) Assert.True(value == (ulong)expected, $"{c}: {value} by the compiler, expected {expected}");
    }
}
