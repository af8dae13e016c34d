namespace PedestrianCamera;

/// <summary>
/// Sizes, offsets and numbers of linux/gpio.h, GPIO character device version 2 (Linux 5.10 and later). They are the same on every
/// processor with 64-bit alignment; a test compares them with what a C compiler makes of the header.
/// </summary>
internal static class GpioLayout
{
    public const uint GetChipInfo = 0x8044B401; // GPIO_GET_CHIPINFO_IOCTL
    public const uint GetLineInfo = 0xC100B405; // GPIO_V2_GET_LINEINFO_IOCTL
    public const uint GetLine = 0xC250B407;     // GPIO_V2_GET_LINE_IOCTL
    public const uint SetValues = 0xC010B40F;   // GPIO_V2_LINE_SET_VALUES_IOCTL

    public const ulong ActiveLow = 1 << 1;      // GPIO_V2_LINE_FLAG_ACTIVE_LOW
    public const ulong Output = 1 << 3;         // GPIO_V2_LINE_FLAG_OUTPUT
    public const uint OutputValues = 2;         // GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES

    /// <summary>Bytes of a name or label, with the zero that ends it.</summary>
    public const int NameSize = 32;

    /// <summary>struct gpiochip_info.</summary>
    public static class ChipInfo
    {
        public const int Size = 68, Name = 0, Label = 32, Lines = 64;
    }

    /// <summary>struct gpio_v2_line_info.</summary>
    public static class LineInfo
    {
        public const int Size = 256, Name = 0, Consumer = 32, Offset = 64;
    }

    /// <summary>struct gpio_v2_line_request, with its config and the first attribute of that.</summary>
    public static class LineRequest
    {
        public const int Size = 592, Offsets = 0, Consumer = 256, Flags = 288, AttributeCount = 296;
        public const int AttributeId = 320, AttributeValues = 328, AttributeMask = 336, LineCount = 560, Descriptor = 588;
    }

    /// <summary>struct gpio_v2_line_values.</summary>
    public static class LineValues
    {
        public const int Size = 16, Bits = 0, Mask = 8;
    }
}
