using System.Buffers.Binary;
using System.Text;
using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// A USB camera through Video4Linux, by streaming into mapped buffers: the order of calls is that of the kernel's documentation ("Video Capture
/// Interface", "Streaming I/O (Memory Mapping)"). What the driver gives is taken, and nothing that it says is believed before it is checked.
/// </summary>
internal sealed class V4l2Source : IFrameSource
{
    /// <summary>How long a wait for a picture may last before it is looked whether the source was disposed.</summary>
    private const int SliceMilliseconds = 100;

    private const int Buffers = 4;

    /// <summary>Pixels up to which raw pictures fit through USB 2 at full rate.</summary>
    private const int RawPixels = 640 * 480;

    private readonly object _gate = new();
    private readonly IVideoDevice _device;
    private readonly string _path;
    private readonly byte[] _format = new byte[V4l2.Format.Size];
    private readonly int[] _lengths;
    private volatile bool _disposed;

    /// <summary>Opens a camera and starts it.</summary>
    /// <param name="settings">Its device, and the size and rate that are asked for.</param>
    /// <param name="device">Owned.</param>
    /// <exception cref="SourceException">It is not there, not a camera, busy, forbidden, or gives no pictures that are read.</exception>
    public V4l2Source(SourceSettings settings, IVideoDevice device)
    {
        (_device, _path) = (device, settings.Path ?? "/dev/video0");
        try
        {
            Check(device.Open(_path), "opened");
            CheckCapabilities();
            ChooseFormat(settings);
            AskForRate(settings.Fps);
            _lengths = MapBuffers();
            Check(Control(V4l2.StreamOn, Number(V4l2.VideoCapture)), "started");
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public bool Read(Frame frame)
    {
        while (true)
        {
            // The lock is given back between slices, so that Dispose unmaps nothing that is being copied.
            lock (_gate)
            {
                if (_disposed) throw new SourceException($"{_path}: closed");
                int happened = _device.Wait(SliceMilliseconds);
                if (happened is 0 or -Errno.Interrupted) continue;
                Check(happened, "waited for");
                if (TryDequeue(frame, out bool empty)) return true;
                if (empty && (happened & V4l2.PollIn) == 0) throw Lost("it reports an error");
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        lock (_gate)
        {
            // Of a camera that is gone this fails, and nothing is to be done about it.
            _ = Control(V4l2.StreamOff, Number(V4l2.VideoCapture));
            _device.Dispose();
        }
    }

    private void CheckCapabilities()
    {
        byte[] capability = new byte[V4l2.Capability.Size];
        int result = Control(V4l2.QueryCapabilities, capability);
        if (result is -Errno.NotTerminal or -Errno.Invalid) throw new SourceException($"{_path}: not a video device; expected a camera, as /dev/video0 (v4l2-ctl --list-devices)");
        Check(result, "asked what it is");
        uint can = Field(capability, V4l2.Capability.Capabilities);
        if ((can & V4l2.HasDeviceCapabilities) != 0) can = Field(capability, V4l2.Capability.DeviceCapabilities);
        ReadOnlySpan<byte> card = capability.AsSpan(V4l2.Capability.Card, V4l2.Capability.CardLength);
        string name = new([.. Encoding.UTF8.GetString(card[..(card.IndexOf((byte)0) is var end and >= 0 ? end : card.Length)]).Where(letter => !char.IsControl(letter))]);
        if ((can & V4l2.CanCapture) == 0) throw new SourceException($"{_path}: {name} does not capture pictures; cameras often have two devices, try the other (v4l2-ctl --list-devices)");
        if ((can & V4l2.CanStream) == 0) throw new SourceException($"{_path}: {name} cannot stream into memory, which is the only way read here");
    }

    private void ChooseFormat(SourceSettings settings)
    {
        HashSet<uint> offered = [];
        byte[] description = new byte[V4l2.FormatDescription.Size];
        // The driver ends the list; the bound is for one that does not.
        for (uint index = 0; index < 64; index++)
        {
            Array.Clear(description);
            Set(description, V4l2.FormatDescription.Index, index);
            Set(description, V4l2.FormatDescription.Type, V4l2.VideoCapture);
            if (Control(V4l2.EnumerateFormats, description) < 0) break;
            offered.Add(Field(description, V4l2.FormatDescription.PixelFormat));
        }

        bool raw = (long)settings.Width * settings.Height <= RawPixels || !JpegFile.IsAvailable;
        uint[] wanted = raw ? [V4l2.Yuyv, V4l2.Yuv420, V4l2.Mjpeg, V4l2.Jpeg] : [V4l2.Mjpeg, V4l2.Jpeg, V4l2.Yuyv, V4l2.Yuv420];
        uint format = wanted.FirstOrDefault(offered.Contains);
        if (format == 0) throw new SourceException($"{_path}: offers {(offered.Count == 0 ? "no formats" : string.Join(", ", offered.Select(Name)))}; expected YUYV, YU12, MJPG or JPEG");

        Set(_format, V4l2.Format.Type, V4l2.VideoCapture);
        Set(_format, V4l2.Format.Width, (uint)Math.Max(1, settings.Width));
        Set(_format, V4l2.Format.Height, (uint)Math.Max(1, settings.Height));
        Set(_format, V4l2.Format.PixelFormat, format);
        Set(_format, V4l2.Format.Field, V4l2.FieldAny);
        Check(Control(V4l2.SetFormat, _format), "set to a format");

        uint given = Field(_format, V4l2.Format.PixelFormat);
        if (!wanted.Contains(given)) throw new SourceException($"{_path}: gives {Name(given)} where {Name(format)} was asked for");
        (uint width, uint height) = (Field(_format, V4l2.Format.Width), Field(_format, V4l2.Format.Height));
        if (width is 0 or > 16384 || height is 0 or > 16384 || (long)width * height > Frame.MaximumPixels) throw new SourceException($"{_path}: gives pictures of {width}×{height}");
        if (Field(_format, V4l2.Format.BytesPerLine) > 1 << 20) throw new SourceException($"{_path}: gives rows of {Field(_format, V4l2.Format.BytesPerLine)} bytes");
        if (given == V4l2.Yuv420 && ((width | height) & 1) != 0) throw new SourceException($"{_path}: gives YU12 of {width}×{height}; expected even sizes");
    }

    /// <summary>Some drivers have one rate only and refuse; that is no reason not to look.</summary>
    private void AskForRate(double framesPerSecond)
    {
        if (!(framesPerSecond > 0)) return;
        byte[] parameters = new byte[V4l2.Parameters.Size];
        Set(parameters, V4l2.Parameters.Type, V4l2.VideoCapture);
        Set(parameters, V4l2.Parameters.Numerator, 1000);
        Set(parameters, V4l2.Parameters.Denominator, (uint)Math.Clamp(Math.Round(framesPerSecond * 1000), 1, 1_000_000));
        _ = Control(V4l2.SetParameters, parameters);
    }

    private int[] MapBuffers()
    {
        byte[] request = new byte[V4l2.BuffersRequest.Size];
        Set(request, V4l2.BuffersRequest.Count, Buffers);
        Set(request, V4l2.BuffersRequest.Type, V4l2.VideoCapture);
        Set(request, V4l2.BuffersRequest.Memory, V4l2.MemoryMap);
        Check(Control(V4l2.RequestBuffers, request), "given buffers");
        uint count = Field(request, V4l2.BuffersRequest.Count);
        if (count is 0 or > 32) throw new SourceException($"{_path}: gives {count} buffers; expected {Buffers}");

        int[] lengths = new int[count];
        for (int index = 0; index < lengths.Length; index++)
        {
            byte[] buffer = NewBuffer(index);
            Check(Control(V4l2.QueryBuffer, buffer), "asked for its buffers");
            uint length = Field(buffer, V4l2.BufferInfo.Length);
            if (length is 0 or > 256 << 20) throw new SourceException($"{_path}: has a buffer of {length} bytes");
            Check(_device.Map(index, Field(buffer, V4l2.BufferInfo.Offset), length), "mapped");
            lengths[index] = (int)length;
            Check(Control(V4l2.QueueBuffer, NewBuffer(index)), "given a buffer");
        }
        return lengths;
    }

    /// <summary>Copies a picture out of a buffer and gives the buffer back.</summary>
    /// <param name="frame">To fill.</param>
    /// <param name="empty">Whether there was no buffer after all.</param>
    /// <returns>Whether it was a whole picture.</returns>
    private bool TryDequeue(Frame frame, out bool empty)
    {
        byte[] buffer = NewBuffer(0);
        int result = Control(V4l2.DequeueBuffer, buffer);
        empty = result == -Errno.Again;
        if (empty) return false;
        Check(result, "read");
        uint index = Field(buffer, V4l2.BufferInfo.Index);
        if (index >= _lengths.Length) throw new SourceException($"{_path}: hands over buffer {index} of {_lengths.Length}");
        bool damaged = (Field(buffer, V4l2.BufferInfo.Flags) & V4l2.BufferError) != 0;
        int used = (int)Math.Min(Field(buffer, V4l2.BufferInfo.BytesUsed), (uint)_lengths[index]);
        bool whole = !damaged && TryCopy(_device.Buffer((int)index)[..used], frame);
        Check(Control(V4l2.QueueBuffer, NewBuffer((int)index)), "given a buffer back");
        return whole;
    }

    private bool TryCopy(ReadOnlySpan<byte> bytes, Frame frame)
    {
        uint format = Field(_format, V4l2.Format.PixelFormat);
        if (format is V4l2.Mjpeg or V4l2.Jpeg)
        {
            if (bytes.Length > Frame.MaximumJpeg || !bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF])) return false;
            bytes.CopyTo(frame.ResizeJpeg(bytes.Length));
            return true;
        }

        // Frames of YUYV are even; the pixel that an odd width would add is there in the driver's rows, too.
        (int width, int height) = ((int)Field(_format, V4l2.Format.Width), (int)Field(_format, V4l2.Format.Height));
        bool yuyv = format == V4l2.Yuyv;
        int row = yuyv ? (width + 1) / 2 * 4 : width;
        long stride = Math.Max((long)row, Field(_format, V4l2.Format.BytesPerLine));
        long needed = yuyv ? (stride * (height - 1)) + row : (stride * height) + (2 * (stride / 2) * (height / 2)) - ((stride - width) / 2);
        if (bytes.Length < needed) return false;
        Span<byte> pixels = frame.Resize(yuyv ? PixelLayout.Yuyv : PixelLayout.I420, yuyv ? (width + 1) & ~1 : width, height);
        uint quantization = Field(_format, V4l2.Format.Quantization);
        frame.FullRange = quantization == V4l2.QuantizationFull || (quantization == V4l2.QuantizationDefault && Field(_format, V4l2.Format.Colorspace) == V4l2.ColorspaceJpeg);
        CopyRows(ref bytes, ref pixels, row, (int)stride, height);
        if (!yuyv) CopyRows(ref bytes, ref pixels, row / 2, (int)stride / 2, height);
        return true;
    }

    private static void CopyRows(ref ReadOnlySpan<byte> from, ref Span<byte> to, int row, int stride, int rows)
    {
        for (int y = 0; y < rows; y++)
        {
            from[..row].CopyTo(to);
            from = from[Math.Min(stride, from.Length)..];
            to = to[row..];
        }
    }

    private static byte[] NewBuffer(int index)
    {
        byte[] buffer = new byte[V4l2.BufferInfo.Size];
        Set(buffer, V4l2.BufferInfo.Index, (uint)index);
        Set(buffer, V4l2.BufferInfo.Type, V4l2.VideoCapture);
        Set(buffer, V4l2.BufferInfo.Memory, V4l2.MemoryMap);
        return buffer;
    }

    private int Control(uint request, Span<byte> argument)
    {
        int result;
        do result = _device.Control(request, argument);
        while (result == -Errno.Interrupted);
        return result;
    }

    private void Check(int result, string done)
    {
        if (result >= 0) return;
        throw -result switch
        {
            Errno.NoEntry => new SourceException($"{_path}: no such device; plug the camera in, or set source.path (v4l2-ctl --list-devices)"),
            Errno.NoAccess or Errno.NotPermitted => new SourceException($"{_path}: permission denied; add the user to group video: usermod -aG video <user>"),
            Errno.Busy => new SourceException($"{_path}: busy; another program uses the camera, end it (fuser {_path})"),
            Errno.NoDevice or Errno.NoDeviceOrAddress => Lost("it is gone; was it unplugged?"),
            _ => new SourceException($"{_path}: cannot be {done} (error {-result} of the kernel)"),
        };
    }

    private SourceException Lost(string what) => new($"{_path}: {what}");

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[4];
        Set(bytes, 0, value);
        return bytes;
    }

    private static uint Field(ReadOnlySpan<byte> structure, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(structure[offset..]);

    private static void Set(Span<byte> structure, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(structure[offset..], value);

    private static string Name(uint format) =>
        string.Concat(Enumerable.Range(0, 4).Select(i => (char)((format >> (8 * i)) & 0x7F)).Select(letter => char.IsControl(letter) ? '?' : letter));
}
