namespace PedestrianCamera.Tests;

/// <summary>Our numbers beside those of linux/gpio.h: CHeader prints them, and what it printed on x64 is written down here.</summary>
public class GpioLayoutTests
{
    private static readonly (string Expression, ulong Ours, ulong Written)[] s_numbers =
    [
        ("GPIO_GET_CHIPINFO_IOCTL", GpioLayout.GetChipInfo, 2151986177),
        ("GPIO_V2_GET_LINEINFO_IOCTL", GpioLayout.GetLineInfo, 3238048773),
        ("GPIO_V2_GET_LINE_IOCTL", GpioLayout.GetLine, 3260068871),
        ("GPIO_V2_LINE_SET_VALUES_IOCTL", GpioLayout.SetValues, 3222320143),
        ("GPIO_V2_LINE_FLAG_ACTIVE_LOW", GpioLayout.ActiveLow, 2),
        ("GPIO_V2_LINE_FLAG_OUTPUT", GpioLayout.Output, 8),
        ("GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES", GpioLayout.OutputValues, 2),
        ("GPIO_MAX_NAME_SIZE", GpioLayout.NameSize, 32),
        ("sizeof(struct gpiochip_info)", GpioLayout.ChipInfo.Size, 68),
        ("offsetof(struct gpiochip_info, name)", GpioLayout.ChipInfo.Name, 0),
        ("offsetof(struct gpiochip_info, label)", GpioLayout.ChipInfo.Label, 32),
        ("offsetof(struct gpiochip_info, lines)", GpioLayout.ChipInfo.Lines, 64),
        ("sizeof(struct gpio_v2_line_info)", GpioLayout.LineInfo.Size, 256),
        ("offsetof(struct gpio_v2_line_info, name)", GpioLayout.LineInfo.Name, 0),
        ("offsetof(struct gpio_v2_line_info, consumer)", GpioLayout.LineInfo.Consumer, 32),
        ("offsetof(struct gpio_v2_line_info, offset)", GpioLayout.LineInfo.Offset, 64),
        ("sizeof(struct gpio_v2_line_request)", GpioLayout.LineRequest.Size, 592),
        ("offsetof(struct gpio_v2_line_request, offsets)", GpioLayout.LineRequest.Offsets, 0),
        ("offsetof(struct gpio_v2_line_request, consumer)", GpioLayout.LineRequest.Consumer, 256),
        ("offsetof(struct gpio_v2_line_request, config.flags)", GpioLayout.LineRequest.Flags, 288),
        ("offsetof(struct gpio_v2_line_request, config.num_attrs)", GpioLayout.LineRequest.AttributeCount, 296),
        ("offsetof(struct gpio_v2_line_request, config.attrs[0].attr.id)", GpioLayout.LineRequest.AttributeId, 320),
        ("offsetof(struct gpio_v2_line_request, config.attrs[0].attr.values)", GpioLayout.LineRequest.AttributeValues, 328),
        ("offsetof(struct gpio_v2_line_request, config.attrs[0].mask)", GpioLayout.LineRequest.AttributeMask, 336),
        ("offsetof(struct gpio_v2_line_request, num_lines)", GpioLayout.LineRequest.LineCount, 560),
        ("offsetof(struct gpio_v2_line_request, fd)", GpioLayout.LineRequest.Descriptor, 588),
        ("sizeof(struct gpio_v2_line_values)", GpioLayout.LineValues.Size, 16),
        ("offsetof(struct gpio_v2_line_values, bits)", GpioLayout.LineValues.Bits, 0),
        ("offsetof(struct gpio_v2_line_values, mask)", GpioLayout.LineValues.Mask, 8),
    ];

    [Fact]
    public void Sizes_offsets_and_numbers_are_those_written_down_from_the_header()
    {
        foreach ((string expression, ulong ours, ulong written) in s_numbers) Assert.True(ours == written, $"{expression}: {ours}, expected {written}");
    }

    [CompilerFact]
    public void Sizes_offsets_and_numbers_are_those_that_a_C_compiler_makes_of_the_header()
    {
        ulong[] made = CHeader.Evaluate(["linux/gpio.h"], s_numbers.Select(number => number.Expression));
        Assert.Equal(s_numbers.Select(number => number.Ours), made);
    }
}
