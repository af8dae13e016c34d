using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PedestrianCamera.Tests;

public class ServiceNotifierTests
{
    [Fact]
    public void A_manager_with_a_socket_in_the_file_system_hears_everything()
    {
        using TemporaryFolder folder = new();
        using Socket manager = Listen(folder["notify"]);
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", folder["notify"])), new FakeTime());
        notifier.Ready();
        notifier.Status("2 people\nin the picture");
        notifier.Status("2 people\nin the picture");
        notifier.Stopping();
        Assert.Equal(["READY=1", "STATUS=2 people in the picture", "STOPPING=1"], Heard(manager));
    }

    [Fact]
    public void A_manager_with_an_abstract_socket_is_heard_by_its_name()
    {
        string name = $"pedestrian-camera-test-{Guid.NewGuid():N}";
        using Socket manager = Listen("\0" + name);
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", "@" + name)), new FakeTime());
        notifier.Ready();
        Assert.Equal(["READY=1"], Heard(manager));
    }

    [Fact]
    public void The_watchdog_is_fed_by_the_loop_each_time_half_its_time_has_gone_by()
    {
        using TemporaryFolder folder = new();
        using Socket manager = Listen(folder["notify"]);
        FakeTime clock = new();
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", folder["notify"]), ("WATCHDOG_USEC", "30000000")), clock);
        List<int> fed = [];
        for (int second = 0; second < 40; second++)
        {
            notifier.Alive();
            if (Heard(manager).Contains("WATCHDOG=1")) fed.Add(second);
            clock.Advance(1);
        }
        Assert.Equal([0, 15, 30], fed);
    }

    [Fact]
    public void A_sign_of_life_that_nobody_took_is_sent_again_on_the_next_turn()
    {
        using TemporaryFolder folder = new();
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", folder["notify"]), ("WATCHDOG_USEC", "30000000")), new FakeTime());
        notifier.Alive();
        using Socket manager = Listen(folder["notify"]);
        notifier.Alive();
        Assert.Equal(["WATCHDOG=1"], Heard(manager));
    }

    [Theory]
    [InlineData("1", null)]
    [InlineData("own", "WATCHDOG=1")]
    public void A_watchdog_of_another_process_is_not_fed(string process, string? heard)
    {
        using TemporaryFolder folder = new();
        using Socket manager = Listen(folder["notify"]);
        string number = process == "own" ? System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture) : process;
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", folder["notify"]), ("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", number)), new FakeTime());
        notifier.Alive();
        Assert.Equal(heard is null ? [] : [heard], Heard(manager));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nowhere/at/all")]
    [InlineData("/far/too/long/for/a/socket/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void Without_a_manager_that_listens_nothing_happens(string? socket)
    {
        using ServiceNotifier notifier = new(Environment(("NOTIFY_SOCKET", socket), ("WATCHDOG_USEC", "nonsense")), new FakeTime());
        notifier.Ready();
        notifier.Alive();
        notifier.Status("works");
        notifier.Stopping();
    }

    private static Func<string, string?> Environment(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    private static Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    // Datagrams of this machine are there as soon as they are sent.
    private static List<string> Heard(Socket socket)
    {
        List<string> heard = [];
        byte[] buffer = new byte[4096];
        while (socket.Poll(0, SelectMode.SelectRead)) heard.Add(Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
        return heard;
    }
}
