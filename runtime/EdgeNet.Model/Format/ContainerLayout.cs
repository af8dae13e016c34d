namespace EdgeNet.Model.Format;

/// <summary>The places in a file that do not depend on what it holds.</summary>
internal static class ContainerLayout
{
    public const uint Version = 1;
    public const int VersionOffset = 8;
    public const int HeaderLengthOffset = 12;
    public const int HeaderCrcOffset = 16;
    public const int HeaderOffset = 20;
    public const int MaximumHeaderLength = 4 << 20;
    public const int SectionAlignment = 64;

    public static ReadOnlySpan<byte> Magic => "EDGENET\n"u8;

    public static long Align(long offset) => (offset + (SectionAlignment - 1)) & -SectionAlignment;
}
