namespace PedestrianCamera;

/// <summary>
/// JPEG files one after the other, as `ffmpeg -f mjpeg` and `rpicam-vid --codec mjpeg` write them. Where a picture ends is found by walking its
/// markers (ITU-T T.81, annex B): segments by their lengths, so that a thumbnail in one ends nothing, and coded data by what is not stuffed.
/// Between pictures, and where one is damaged, everything up to the next start of a picture is skipped.
/// </summary>
/// <param name="input">Owned.</param>
internal sealed class MjpegReader(BufferedInput input) : IFrameSource
{
    private const int Damaged = -1;

    // Marker codes of T.81, table B.1.
    private const int StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, Temporary = 0x01, Restart0 = 0xD0, Restart7 = 0xD7;

    private byte[] _picture = new byte[64 << 10];
    private int _length;

    /// <summary>Bytes that belonged to no whole picture.</summary>
    public long Skipped { get; private set; }

    public bool Read(Frame frame)
    {
        while (FindStart())
        {
            if (TakePicture())
            {
                _picture.AsSpan(0, _length).CopyTo(frame.ResizeJpeg(_length));
                return true;
            }
            Skipped += _length;
        }
        return false;
    }

    public void Dispose() => input.Dispose();

    /// <summary>Skips to FF D8 FF, and takes it.</summary>
    private bool FindStart()
    {
        _length = 0;
        while (input.Await(3))
        {
            ReadOnlySpan<byte> ahead = input.Ahead;
            int at = ahead.IndexOf((ReadOnlySpan<byte>)[0xFF, StartOfImage, 0xFF]);
            if (at >= 0)
            {
                Skipped += at;
                input.Skip(at);
                Take(3);
                return true;
            }
            Skipped += ahead.Length - 2;
            input.Skip(ahead.Length - 2);
        }
        Skipped += input.Ahead.Length;
        input.Skip(input.Ahead.Length);
        return false;
    }

    /// <summary>Takes the rest of a picture of which FF D8 FF is taken; false where it is damaged.</summary>
    private bool TakePicture()
    {
        bool scanned = false;
        int marker = TakeCode();
        while (true)
        {
            switch (marker)
            {
                case EndOfImage:
                    return scanned;
                case StartOfImage:
                    // The picture before was cut off; this is the next.
                    Skipped += _length - 2;
                    (_picture[0], _picture[1], _length, scanned) = (0xFF, StartOfImage, 2, false);
                    marker = TakeMarker();
                    break;
                case Temporary or (>= Restart0 and <= Restart7):
                    marker = TakeMarker();
                    break;
                case 0 or Damaged:
                    return false;
                default:
                    if (!TakeSegment()) return false;
                    scanned |= marker == StartOfScan;
                    marker = marker == StartOfScan ? TakeCodedData() : TakeMarker();
                    break;
            }
        }
    }

    private bool TakeSegment()
    {
        AwaitInside(2);
        int length = (input.Ahead[0] << 8) | input.Ahead[1];
        if (length < 2) return false;
        // What does not fit ends here, so that a picture without end cannot take all memory.
        if (_length + length > Frame.MaximumJpeg) return false;
        while (length > 0)
        {
            AwaitInside(1);
            int part = Math.Min(length, input.Ahead.Length);
            Take(part);
            length -= part;
        }
        return true;
    }

    /// <summary>Takes coded data and the marker after it.</summary>
    private int TakeCodedData()
    {
        while (_length < Frame.MaximumJpeg)
        {
            AwaitInside(1);
            int at = input.Ahead.IndexOf((byte)0xFF);
            if (at < 0)
            {
                Take(Math.Min(input.Ahead.Length, Frame.MaximumJpeg - _length));
                continue;
            }
            Take(Math.Min(at + 1, Frame.MaximumJpeg - _length));
            int code = TakeCode();
            if (code is not (0 or (>= Restart0 and <= Restart7))) return code;
        }
        return Damaged;
    }

    private int TakeMarker()
    {
        AwaitInside(1);
        if (input.Ahead[0] != 0xFF || _length >= Frame.MaximumJpeg) return Damaged;
        Take(1);
        return TakeCode();
    }

    /// <summary>Takes what follows an FF: any more of them, and the code.</summary>
    private int TakeCode()
    {
        while (_length < Frame.MaximumJpeg)
        {
            AwaitInside(1);
            int code = input.Ahead[0];
            Take(1);
            if (code != 0xFF) return code;
        }
        return Damaged;
    }

    private void AwaitInside(int count)
    {
        if (!input.Await(count)) throw new SourceException($"{input.Name}: ended in the middle of a JPEG picture, after {_length} bytes of it");
    }

    private void Take(int count)
    {
        if (_length + count > _picture.Length) Array.Resize(ref _picture, Math.Max(_length + count, 2 * _picture.Length));
        input.Ahead[..count].CopyTo(_picture.AsSpan(_length));
        input.Skip(count);
        _length += count;
    }
}
