namespace EdgeNet.Model.Format;

/// <summary>The places in a file that do not depend on what it holds.</summary>
internal static class ContainerLayout
{
    /// <summary>The version that is written.</summary>
    public const uint Version = 2;

    public const int VersionOffset = 8;
    public const int MaximumHeaderLength = 4 << 20;

    /// <summary>The checksum of all that follows it.</summary>
    public const int CrcOffset = 12;
    public const int CheckedOffset = 16;

    public static ReadOnlySpan<byte> Magic => "EDGENET\n"u8;

    /// <summary>Version 1: a header as it is, and sections that start at multiples of 64, each with a checksum in the header.</summary>
    public static class First
    {
        public const uint Version = 1;
        public const int HeaderLengthOffset = 12;
        public const int HeaderCrcOffset = 16;
        public const int HeaderOffset = 20;
        public const int SectionAlignment = 64;

        public static long Align(long offset) => (offset + (SectionAlignment - 1)) & -SectionAlignment;
    }
}
