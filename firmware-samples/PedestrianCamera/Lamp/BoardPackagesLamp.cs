using System.Device.Gpio;
using System.Device.Gpio.Drivers;

namespace PedestrianCamera;

/// <summary>The same line through System.Device.Gpio and libgpiod; compiled with -p:BoardPackages=true instead of <see cref="GpioLine"/>.</summary>
internal sealed class BoardPackagesLamp : ILamp
{
    private readonly LampSettings _settings;
    private readonly GpioController _controller;

    /// <summary>Takes the line as an output that is off.</summary>
    /// <exception cref="LampException">It cannot be had.</exception>
    public BoardPackagesLamp(LampSettings settings)
    {
        _settings = settings;
        GpioController? controller = null;
        try
        {
            controller = new GpioController(PinNumberingScheme.Logical, new LibGpiodDriver(ChipNumber(settings.Chip)));
            controller.OpenPin(settings.Line, PinMode.Output, Level(false));
            _controller = controller;
        }
        // The packages document no closed list of exceptions; whatever it is, only the lamp fails.
        catch (Exception cause) when (cause is not LampException)
        {
            controller?.Dispose();
            throw new LampException($"{settings.Chip}: line {settings.Line} cannot be had ({cause.Message}); is libgpiod installed, and the user in the group gpio?");
        }
    }

    /// <inheritdoc/>
    public void Switch(bool on)
    {
        try
        {
            _controller.Write(_settings.Line, Level(on));
        }
        catch (Exception cause)
        {
            throw new LampException($"{_settings.Chip}: line {_settings.Line} cannot be switched ({cause.Message})");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Switch(false);
        }
        catch (LampException)
        {
            // It is given back in any case.
        }
        _controller.Dispose();
    }

    private PinValue Level(bool on) => on != _settings.ActiveLow ? PinValue.High : PinValue.Low;

    private static int ChipNumber(string chip) =>
        chip.StartsWith("/dev/gpiochip", StringComparison.Ordinal) && int.TryParse(chip.AsSpan("/dev/gpiochip".Length), out int number) && number >= 0
            ? number
            : throw new LampException($"{chip}: expected /dev/gpiochip and a number; set lamp.chip");
}
