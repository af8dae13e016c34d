namespace PedestrianCamera.Tests;

public class GpioLineTests
{
    private readonly GpioChipDouble _machine = new();

    [Theory]
    [InlineData(false, new[] { false, true, false, false })]
    [InlineData(true, new[] { true, false, true, true })]
    public void The_line_is_off_when_opened_switched_as_told_and_off_when_disposed(bool activeLow, bool[] levels)
    {
        GpioLine line = GpioLine.Open(new LampSettings { ActiveLow = activeLow }, _machine);
        Assert.Equal("pedestrian-camera", Line(17).User);
        line.Switch(true);
        line.Switch(false);
        line.Dispose();
        line.Dispose();
        Assert.Equal(levels, Line(17).Levels);
        Assert.Null(Line(17).User);
        Assert.Equal(0, _machine.OpenDescriptors);
    }

    [Fact]
    public void Only_the_line_stays_open()
    {
        using GpioLine line = GpioLine.Open(new LampSettings(), _machine);
        Assert.Equal(1, _machine.OpenDescriptors);
    }

    [Fact]
    public void A_chip_that_is_not_there_names_those_that_are()
    {
        string message = Refused(new LampSettings { Chip = "/dev/gpiochip4" });
        Assert.Contains("/dev/gpiochip4: no such GPIO chip; there are: /dev/gpiochip0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_chips_says_so()
    {
        _machine.Machine.Clear();
        Assert.Contains("none on this machine", Refused(new LampSettings()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_that_may_not_be_opened_names_the_group()
    {
        _machine.OpenError = 13;
        Assert.Contains("usermod -aG gpio", Refused(new LampSettings()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(58)]
    [InlineData(1023)]
    public void A_line_that_the_chip_has_not_names_its_lines(int line)
    {
        Assert.Contains($"no line {line}; the chip (pinctrl-bcm2711) has 58 lines, so set lamp.line to 0…57", Refused(new LampSettings { Line = line }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_in_use_names_its_user()
    {
        Line(17).User = "heater";
        Assert.Contains("line 17 is in use by \"heater\"", Refused(new LampSettings()), StringComparison.Ordinal);
        Assert.Equal("heater", Line(17).User);
    }

    [Fact]
    public void The_inner_chip_of_a_Raspberry_Pi_5_is_refused_for_that_of_its_header()
    {
        _machine.Machine["/dev/gpiochip0"] = new GpioChipDouble.Chip("gpio-brcmstb@107d508500", 32);
        _machine.Machine["/dev/gpiochip4"] = new GpioChipDouble.Chip("pinctrl-rp1", 54);
        Assert.Contains("set lamp.chip to /dev/gpiochip4", Refused(new LampSettings()), StringComparison.Ordinal);
        using GpioLine line = GpioLine.Open(new LampSettings { Chip = "/dev/gpiochip4" }, _machine);
        Assert.Equal("pedestrian-camera", _machine.Machine["/dev/gpiochip4"].Lines[17].User);
    }

    [Theory]
    [InlineData(GpioLayout.GetChipInfo, 25, "not a GPIO chip")]
    [InlineData(GpioLayout.GetLine, 22, "Linux 5.10 or later")]
    [InlineData(GpioLayout.GetLine, 1, "the kernel keeps it")]
    [InlineData(GpioLayout.GetLine, 5, "cannot be had")]
    public void Whatever_the_kernel_refuses_is_one_line_and_leaves_nothing_open(uint request, int error, string said)
    {
        _machine.Errors[request] = error;
        Assert.Contains(said, Refused(new LampSettings()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_that_goes_away_fails_the_switching_but_not_the_disposing()
    {
        using GpioLine line = GpioLine.Open(new LampSettings(), _machine);
        _machine.Errors[GpioLayout.SetValues] = 19;
        Assert.Contains("cannot be switched on", Assert.Throws<LampException>(() => line.Switch(true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_this_machine_a_chip_that_is_none_gives_the_same_messages()
    {
        LinuxGpioCalls calls = new();
        Assert.Contains("no such GPIO chip", Assert.Throws<LampException>(() => GpioLine.Open(new LampSettings { Chip = "/dev/gpiochip-none" }, calls)).Message, StringComparison.Ordinal);
        Assert.Contains("not a GPIO chip", Assert.Throws<LampException>(() => GpioLine.Open(new LampSettings { Chip = "/dev/null" }, calls)).Message, StringComparison.Ordinal);
    }

    private GpioChipDouble.Line Line(int number) => _machine.Machine["/dev/gpiochip0"].Lines[number];

    private string Refused(LampSettings settings)
    {
        string message = Assert.Throws<LampException>(() => GpioLine.Open(settings, _machine)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Equal(0, _machine.OpenDescriptors);
        return message;
    }
}
