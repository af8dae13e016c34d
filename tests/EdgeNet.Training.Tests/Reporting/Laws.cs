using FsCheck;

namespace EdgeNet.Training.Tests;

/// <summary>Laws are tried on the same cases in every run.</summary>
internal static class Laws
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithReplay(20_260_101, 1).WithMaxTest(300);

    public static void Hold(this Property law) => law.Check(s_config);
}
