using EdgeNet.Vision;

namespace PedestrianCamera;

/// <summary>
/// Follows people from frame to frame: each goes on at constant velocity, and what is found belongs to who overlaps it most. Boxes that the
/// detector is less sure of may continue a person, but begin none (Zhang et al., ByteTrack, 2022).
/// </summary>
internal sealed class Tracker(TrackingSettings settings)
{
    /// <summary>How much of the difference between where somebody is and should be moves the place, the size and the velocity (alpha-beta filter).</summary>
    private const float PlaceGain = 0.7f, SizeGain = 0.4f, VelocityGain = 0.3f;

    /// <summary>Velocity is measured over no fewer seconds: frames that a network delivers in a burst are stamped closer together than they were taken.</summary>
    private const float LeastSeconds = 0.02f;

    private readonly List<Track> _tracks = [];
    private readonly List<(float Overlap, int Track, int Found)> _pairs = [];
    private int _last;
    private double _time;

    /// <summary>People counted since the start.</summary>
    public int Counted => _last;

    /// <summary>Takes a frame.</summary>
    /// <param name="found">Boxes in parts of the picture.</param>
    /// <param name="score">The score above which a box begins a person.</param>
    /// <param name="time">Seconds, on any clock that only goes forward.</param>
    /// <param name="came">Gets those who are counted from this frame on.</param>
    /// <param name="left">Gets those who were counted and are given up, with the seconds since they came.</param>
    /// <param name="present">Gets all who were counted and are not given up, those who came included, by number.</param>
    public void Update(ReadOnlySpan<Detection> found, float score, double time, List<Person> came, List<(Person Person, double Seconds)> left, List<Person> present)
    {
        float elapsed = (float)Math.Max(0, time - _time);
        _time = time;
        foreach (Track track in _tracks) track.Predict(elapsed);
        Span<bool> taken = found.Length <= 256 ? stackalloc bool[found.Length] : new bool[found.Length];
        Match(found, taken, one => one.Score >= score);
        Match(found, taken, one => one.Score < score);
        for (int i = 0; i < found.Length; i++)
        {
            if (!taken[i] && found[i].Score >= score) _tracks.Add(new Track(found[i], time));
        }
        for (int i = _tracks.Count - 1; i >= 0; i--)
        {
            Track track = _tracks[i];
            // Who has not been seen often enough must be seen in every frame.
            bool given = track.Number == 0 ? !track.Seen : time - track.LastSeen > settings.ForgetSeconds;
            if (!given) continue;
            if (track.Number > 0) left.Add((track.Person, track.LastSeen - track.Came));
            _tracks.RemoveAt(i);
        }
        foreach (Track track in _tracks)
        {
            if (track.Number == 0 && track.Hits >= settings.Confirm)
            {
                track.Number = ++_last;
                came.Add(track.Person);
            }
            if (track.Number > 0) present.Add(track.Person);
        }
        present.Sort(static (a, b) => a.Number.CompareTo(b.Number));
    }

    /// <summary>Gives free boxes to free tracks, the largest overlap first.</summary>
    private void Match(ReadOnlySpan<Detection> found, Span<bool> taken, Predicate<Detection> counts)
    {
        _pairs.Clear();
        for (int t = 0; t < _tracks.Count; t++)
        {
            if (_tracks[t].Seen) continue;
            for (int f = 0; f < found.Length; f++)
            {
                if (taken[f] || !counts(found[f])) continue;
                float overlap = _tracks[t].Overlap(found[f].Box);
                if (overlap >= settings.Overlap) _pairs.Add((overlap, t, f));
            }
        }
        _pairs.Sort(static (a, b) => a.Overlap != b.Overlap ? b.Overlap.CompareTo(a.Overlap) : (a.Track, a.Found).CompareTo((b.Track, b.Found)));
        foreach ((_, int t, int f) in _pairs)
        {
            if (_tracks[t].Seen || taken[f]) continue;
            taken[f] = true;
            _tracks[t].Correct(found[f], _time);
        }
    }

    private sealed class Track
    {
        private float _x, _y, _width, _height, _speedX, _speedY, _score;

        // Seconds since the track was last corrected: a velocity is only known over them.
        private float _since;
        private Box _last;

        public Track(Detection first, double time)
        {
            (_x, _y, _width, _height, _score) = (X(first.Box), Y(first.Box), first.Box.Width, first.Box.Height, first.Score);
            (Came, LastSeen, Seen, Hits, _last) = (time, time, true, 1, first.Box);
        }

        public int Number { get; set; }

        public int Hits { get; private set; }

        public bool Seen { get; private set; }

        public double Came { get; }

        public double LastSeen { get; private set; }

        public Box Box => Box.FromCentre(_x, _y, _width, _height);

        public Person Person => new(Number, Box.ClippedTo(1, 1), _score, Seen);

        public void Predict(float elapsed)
        {
            (_x, _y, _since) = (_x + (_speedX * elapsed), _y + (_speedY * elapsed), _since + elapsed);
            Seen = false;
        }

        /// <summary>With where the person should be, or, for who stopped, was.</summary>
        public float Overlap(Box found) => Math.Max(Box.IntersectionOverUnion(found), _last.IntersectionOverUnion(found));

        public void Correct(Detection seen, double time)
        {
            // Found where they were, far from where they should be: what was thought of their velocity is wrong.
            if (Box.IntersectionOverUnion(seen.Box) == 0) (_x, _y, _speedX, _speedY) = (X(seen.Box), Y(seen.Box), 0, 0);
            float offX = X(seen.Box) - _x, offY = Y(seen.Box) - _y;
            (_x, _y) = (_x + (PlaceGain * offX), _y + (PlaceGain * offY));
            (_width, _height) = (_width + (SizeGain * (seen.Box.Width - _width)), _height + (SizeGain * (seen.Box.Height - _height)));
            if (_since > 0)
            {
                // The second box gives the velocity, later ones mend it.
                float gain = Hits == 1 ? PlaceGain : VelocityGain;
                float seconds = Math.Max(_since, LeastSeconds);
                (_speedX, _speedY) = (_speedX + (gain * offX / seconds), _speedY + (gain * offY / seconds));
            }
            (_since, _score, LastSeen, Seen, Hits, _last) = (0, seen.Score, time, true, Hits + 1, seen.Box);
        }

        private static float X(Box box) => (box.XMin + box.XMax) / 2;

        private static float Y(Box box) => (box.YMin + box.YMax) / 2;
    }
}
