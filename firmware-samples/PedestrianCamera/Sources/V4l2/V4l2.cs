namespace PedestrianCamera;

/// <summary>
/// Numbers of &lt;linux/videodev2.h&gt; on 64-bit machines: requests, flags, and where the fields lie that are used. Structures are spans of
/// bytes; a test compares all this with the compiler's.
/// </summary>
internal static class V4l2
{
    public const uint QueryCapabilities = 0x80685600, EnumerateFormats = 0xC0405602, SetFormat = 0xC0D05605, RequestBuffers = 0xC0145608;
    public const uint QueryBuffer = 0xC0585609, QueueBuffer = 0xC058560F, DequeueBuffer = 0xC0585611, StreamOn = 0x40045612, StreamOff = 0x40045613;
    public const uint SetParameters = 0xC0CC5616;

    public const uint VideoCapture = 1, MemoryMap = 1, FieldAny = 0;
    public const uint CanCapture = 0x0000_0001, CanStream = 0x0400_0000, HasDeviceCapabilities = 0x8000_0000;
    public const uint BufferError = 0x0000_0040;
    public const uint QuantizationDefault = 0, QuantizationFull = 1, ColorspaceJpeg = 7;
    public const uint Yuyv = 0x5659_5559, Mjpeg = 0x4750_4A4D, Jpeg = 0x4745_504A, Yuv420 = 0x3231_5559;

    public const int PollIn = 1, PollError = 8, PollHangUp = 16;

    /// <summary>struct v4l2_capability.</summary>
    public static class Capability
    {
        public const int Size = 104, Card = 16, CardLength = 32, Capabilities = 84, DeviceCapabilities = 88;
    }

    /// <summary>struct v4l2_fmtdesc.</summary>
    public static class FormatDescription
    {
        public const int Size = 64, Index = 0, Type = 4, PixelFormat = 44;
    }

    /// <summary>struct v4l2_format, with the struct v4l2_pix_format in it.</summary>
    public static class Format
    {
        public const int Size = 208, Type = 0, Width = 8, Height = 12, PixelFormat = 16, Field = 20, BytesPerLine = 24, Colorspace = 32, Quantization = 48;
    }

    /// <summary>struct v4l2_streamparm, with the struct v4l2_captureparm in it.</summary>
    public static class Parameters
    {
        public const int Size = 204, Type = 0, Numerator = 12, Denominator = 16;
    }

    /// <summary>struct v4l2_requestbuffers.</summary>
    public static class BuffersRequest
    {
        public const int Size = 20, Count = 0, Type = 4, Memory = 8;
    }

    /// <summary>struct v4l2_buffer.</summary>
    public static class BufferInfo
    {
        public const int Size = 88, Index = 0, Type = 4, BytesUsed = 8, Flags = 12, Memory = 60, Offset = 64, Length = 72;
    }
}

/// <summary>Error numbers of Linux that are told apart.</summary>
internal static class Errno
{
    public const int NoEntry = 2, Interrupted = 4, NoDeviceOrAddress = 6, Again = 11, NoAccess = 13, Busy = 16, NoDevice = 19, Invalid = 22, NotTerminal = 25, NotPermitted = 1;
}
