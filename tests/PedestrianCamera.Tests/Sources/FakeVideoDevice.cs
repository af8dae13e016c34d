using System.Buffers.Binary;

namespace PedestrianCamera.Tests;

/// <summary>
/// A camera as the kernel's documentation describes it: calls in a wrong order are refused, buffers are filled in the order in which they were
/// queued, and a buffer that is not queued is never written.
/// </summary>
internal sealed class FakeVideoDevice : IVideoDevice
{
    private const uint BufferLength = 4096;

    private readonly object _gate = new();
    private readonly Queue<int> _queued = [];
    private readonly Queue<(byte[] Bytes, uint Flags)> _pictures = [];
    private readonly Dictionary<int, byte[]> _buffers = [];
    private uint _buffersGiven;
    private bool _open, _streaming, _formatSet, _unplugged;
    private int _interruptions;

    /// <summary>What is wrong with it: the result of a request, or of opening (0), or of mapping (1).</summary>
    public Dictionary<uint, int> Failing { get; } = [];

    public uint[] Offered { get; init; } = [V4l2.Mjpeg, V4l2.Yuyv];

    public uint Capabilities { get; init; } = V4l2.CanCapture | V4l2.CanStream;

    /// <summary>What the driver makes of what is asked for.</summary>
    public (uint Width, uint Height, uint BytesPerLine) Gives { get; init; } = (4, 2, 8);

    public uint GivesFormat { get; init; }

    public uint Quantization { get; init; }

    /// <summary>Every call is interrupted by a signal once.</summary>
    public bool Interrupts { get; init; }

    public List<string> Calls { get; } = [];

    public (uint Width, uint Height, uint Format) Asked { get; private set; }

    public (uint Numerator, uint Denominator) AskedRate { get; private set; }

    public bool IsClosed { get; private set; }

    public bool IsStreaming => _streaming;

    public void Deliver(byte[] bytes, uint flags = 0)
    {
        lock (_gate)
        {
            _pictures.Enqueue((bytes, flags));
            Monitor.PulseAll(_gate);
        }
    }

    public void Unplug()
    {
        lock (_gate)
        {
            _unplugged = true;
            Monitor.PulseAll(_gate);
        }
    }

    public int Open(string path)
    {
        if (Failing.TryGetValue(0, out int error)) return -error;
        _open = true;
        return 0;
    }

    public int Control(uint request, Span<byte> argument)
    {
        lock (_gate)
        {
            if (!_open || IsClosed) return -9;
            if (Interrupts && _interruptions++ % 2 == 0) return -Errno.Interrupted;
            if (_unplugged) return -Errno.NoDevice;
            Calls.Add(Name(request));
            if (Failing.TryGetValue(request, out int error)) return -error;
            return request switch
            {
                V4l2.QueryCapabilities when argument.Length == V4l2.Capability.Size => DoQueryCapabilities(argument),
                V4l2.EnumerateFormats when argument.Length == V4l2.FormatDescription.Size => DoEnumerate(argument),
                V4l2.SetFormat when argument.Length == V4l2.Format.Size => DoSetFormat(argument),
                V4l2.SetParameters when argument.Length == V4l2.Parameters.Size => DoSetParameters(argument),
                V4l2.RequestBuffers when argument.Length == V4l2.BuffersRequest.Size => DoRequest(argument),
                V4l2.QueryBuffer when argument.Length == V4l2.BufferInfo.Size => DoQuery(argument),
                V4l2.QueueBuffer when argument.Length == V4l2.BufferInfo.Size => DoQueue(argument),
                V4l2.DequeueBuffer when argument.Length == V4l2.BufferInfo.Size => DoDequeue(argument),
                V4l2.StreamOn or V4l2.StreamOff when argument.Length == 4 && Field(argument, 0) == V4l2.VideoCapture => DoStream(request == V4l2.StreamOn),
                _ => -Errno.NotTerminal,
            };
        }
    }

    public int Map(int index, uint offset, uint length)
    {
        if (Failing.TryGetValue(1, out int error)) return -error;
        if (index >= _buffersGiven || offset != (uint)index * BufferLength || length != BufferLength) return -Errno.Invalid;
        _buffers[index] = new byte[length];
        return 0;
    }

    public ReadOnlySpan<byte> Buffer(int index)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return _buffers[index];
    }

    public int Wait(int milliseconds)
    {
        lock (_gate)
        {
            if (Interrupts && _interruptions++ % 2 == 0) return -Errno.Interrupted;
            if (!_unplugged && !(_pictures.Count > 0 && _queued.Count > 0)) Monitor.Wait(_gate, milliseconds);
            if (_unplugged) return V4l2.PollError | V4l2.PollHangUp;
            return _pictures.Count > 0 && _queued.Count > 0 ? V4l2.PollIn : 0;
        }
    }

    public void Dispose() => IsClosed = true;

    private int DoQueryCapabilities(Span<byte> argument)
    {
        "fake\0"u8.CopyTo(argument);
        "Fake Camera\0"u8.CopyTo(argument[V4l2.Capability.Card..]);
        // The whole device can more than this node of it.
        Set(argument, V4l2.Capability.Capabilities, V4l2.HasDeviceCapabilities | V4l2.CanCapture | V4l2.CanStream);
        Set(argument, V4l2.Capability.DeviceCapabilities, Capabilities);
        return 0;
    }

    private int DoEnumerate(Span<byte> argument)
    {
        uint index = Field(argument, V4l2.FormatDescription.Index);
        if (index >= Offered.Length || Field(argument, V4l2.FormatDescription.Type) != V4l2.VideoCapture) return -Errno.Invalid;
        Set(argument, V4l2.FormatDescription.PixelFormat, Offered[index]);
        return 0;
    }

    private int DoSetFormat(Span<byte> argument)
    {
        if (_buffersGiven > 0) return -Errno.Busy;
        if (Field(argument, V4l2.Format.Type) != V4l2.VideoCapture) return -Errno.Invalid;
        Asked = (Field(argument, V4l2.Format.Width), Field(argument, V4l2.Format.Height), Field(argument, V4l2.Format.PixelFormat));
        Set(argument, V4l2.Format.Width, Gives.Width);
        Set(argument, V4l2.Format.Height, Gives.Height);
        Set(argument, V4l2.Format.BytesPerLine, Gives.BytesPerLine);
        Set(argument, V4l2.Format.Quantization, Quantization);
        if (GivesFormat != 0) Set(argument, V4l2.Format.PixelFormat, GivesFormat);
        _formatSet = true;
        return 0;
    }

    private int DoSetParameters(Span<byte> argument)
    {
        AskedRate = (Field(argument, V4l2.Parameters.Numerator), Field(argument, V4l2.Parameters.Denominator));
        return 0;
    }

    private int DoRequest(Span<byte> argument)
    {
        if (!_formatSet || Field(argument, V4l2.BuffersRequest.Type) != V4l2.VideoCapture || Field(argument, V4l2.BuffersRequest.Memory) != V4l2.MemoryMap) return -Errno.Invalid;
        // Drivers may give fewer.
        _buffersGiven = Math.Min(3, Field(argument, V4l2.BuffersRequest.Count));
        Set(argument, V4l2.BuffersRequest.Count, _buffersGiven);
        return 0;
    }

    private int DoQuery(Span<byte> argument)
    {
        if (!IsBuffer(argument)) return -Errno.Invalid;
        Set(argument, V4l2.BufferInfo.Length, BufferLength);
        Set(argument, V4l2.BufferInfo.Offset, Field(argument, V4l2.BufferInfo.Index) * BufferLength);
        return 0;
    }

    private int DoQueue(Span<byte> argument)
    {
        int index = (int)Field(argument, V4l2.BufferInfo.Index);
        if (!IsBuffer(argument) || _queued.Contains(index)) return -Errno.Invalid;
        _queued.Enqueue(index);
        return 0;
    }

    private int DoDequeue(Span<byte> argument)
    {
        if (!_streaming || Field(argument, V4l2.BufferInfo.Memory) != V4l2.MemoryMap) return -Errno.Invalid;
        if (_pictures.Count == 0 || _queued.Count == 0) return -Errno.Again;
        int index = _queued.Dequeue();
        (byte[] bytes, uint flags) = _pictures.Dequeue();
        Array.Fill(_buffers[index], (byte)0xEE);
        bytes.CopyTo(_buffers[index], 0);
        Set(argument, V4l2.BufferInfo.Index, (uint)index);
        Set(argument, V4l2.BufferInfo.BytesUsed, (uint)bytes.Length);
        Set(argument, V4l2.BufferInfo.Flags, flags);
        Calls.Add($"buffer {index}");
        return 0;
    }

    private int DoStream(bool on)
    {
        if (on && _queued.Count == 0) return -Errno.Invalid;
        if (!on) _queued.Clear();
        _streaming = on;
        return 0;
    }

    private bool IsBuffer(ReadOnlySpan<byte> argument) =>
        Field(argument, V4l2.BufferInfo.Index) < _buffersGiven && Field(argument, V4l2.BufferInfo.Type) == V4l2.VideoCapture && Field(argument, V4l2.BufferInfo.Memory) == V4l2.MemoryMap;

    private static string Name(uint request) => request switch
    {
        V4l2.QueryCapabilities => "QUERYCAP",
        V4l2.EnumerateFormats => "ENUM_FMT",
        V4l2.SetFormat => "S_FMT",
        V4l2.SetParameters => "S_PARM",
        V4l2.RequestBuffers => "REQBUFS",
        V4l2.QueryBuffer => "QUERYBUF",
        V4l2.QueueBuffer => "QBUF",
        V4l2.DequeueBuffer => "DQBUF",
        V4l2.StreamOn => "STREAMON",
        V4l2.StreamOff => "STREAMOFF",
        _ => $"{request:X8}",
    };

    private static uint Field(ReadOnlySpan<byte> structure, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(structure[offset..]);

    private static void Set(Span<byte> structure, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(structure[offset..], value);
}
