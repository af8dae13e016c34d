using System.Runtime.InteropServices;

namespace EdgeNet.Vision;

/// <summary>libjpeg-turbo's TurboJPEG API, version 2. The only unsafe code of this library.</summary>
internal static unsafe partial class TurboJpeg
{
    public const int PixelsRgb = 0;
    public const int PixelsGrey = 6;
    public const int Subsample420 = 2;
    public const int SubsampleGrey = 3;
    public const int ColoursGrey = 2;
    public const int ColoursCmyk = 3;

    /// <summary>Compress into the buffer given, never one the library allocates.</summary>
    private const int NoReallocation = 1024;

    /// <summary>Stop at 500 progressive scans: a small file could ask for days of work.</summary>
    private const int LimitScans = 32768;

    private const string Library = "libturbojpeg.so.0";

    private static readonly Lazy<bool> s_isInstalled = new(() => NativeLibrary.TryLoad(Library, typeof(TurboJpeg).Assembly, null, out _));

    /// <summary>Whether the library can be loaded on this machine.</summary>
    public static bool IsInstalled => s_isInstalled.Value;

    /// <summary>A compressor or decompressor of the library, destroyed when disposed.</summary>
    public readonly ref struct Instance
    {
        private readonly nint _handle;

        private Instance(nint handle)
        {
            if (handle == 0)
                throw new InvalidOperationException("TurboJPEG could not make an instance; the machine is out of memory.");
            _handle = handle;
        }

        public static Instance ForReading() => new(InitDecompress());

        public static Instance ForWriting() => new(InitCompress());

        /// <summary>Reads sizes and colours. False: see <see cref="LastError"/>.</summary>
        public bool TryReadHeader(ReadOnlySpan<byte> data, out int width, out int height, out int colours)
        {
            fixed (byte* start = data)
                return DecompressHeader(_handle, start, (nuint)data.Length, out width, out height, out _, out colours) == 0;
        }

        /// <summary>Fills <paramref name="pixels"/>, which is exactly width × height × samples long. False: see <see cref="LastError"/>.</summary>
        public bool TryDecompress(ReadOnlySpan<byte> data, Span<byte> pixels, int width, int height, int pixelFormat)
        {
            int pitch = width * SamplesOf(pixelFormat);
            ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, (long)pitch * height);
            fixed (byte* start = data, target = pixels)
                return Decompress(_handle, start, (nuint)data.Length, target, width, pitch, height, pixelFormat, LimitScans) == 0;
        }

        public byte[]? TryCompress(ReadOnlySpan<byte> pixels, int width, int height, int pixelFormat, int subsampling, int quality)
        {
            int pitch = width * SamplesOf(pixelFormat);
            ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, (long)pitch * height);
            nuint length = BufferSize(width, height, subsampling);
            if (length == nuint.MaxValue)
                return null;
            byte[] file = new byte[checked((int)length)];
            fixed (byte* source = pixels, start = file)
            {
                byte* target = start;
                if (Compress(_handle, source, width, pitch, height, pixelFormat, &target, &length, subsampling, quality, NoReallocation) != 0)
                    return null;
            }

            return file[..(int)length];
        }

        /// <summary>What went wrong last, and whether pixels were made all the same.</summary>
        public (string Message, bool IsWarning) LastError() =>
            (Marshal.PtrToStringUTF8(ErrorText(_handle)) ?? "unknown error", ErrorCode(_handle) == 0);

        public void Dispose() => _ = Destroy(_handle);

        private static int SamplesOf(int pixelFormat) => pixelFormat == PixelsGrey ? 1 : 3;
    }

    // "unsigned long" is as wide as a pointer on every Linux, hence nuint.
    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    private static partial nint InitCompress();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static partial int DecompressHeader(
        nint handle, byte* data, nuint length, out int width, out int height, out int subsampling, out int colours);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(
        nint handle, byte* data, nuint length, byte* pixels, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    private static partial nuint BufferSize(int width, int height, int subsampling);

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    private static partial int Compress(
        nint handle, byte* pixels, int width, int pitch, int height, int pixelFormat, byte** data, nuint* length, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint ErrorText(nint handle);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    private static partial int ErrorCode(nint handle);
}
