namespace EdgeNet.Training.Tests;

public sealed class TrainingReportTests
{
    [Fact]
    public void Sample()
    {
        TrainingReport.WriteHtml(SampleHistory.Learned(), "/tmp/sample.html");
        TrainingReport.WriteCsv(SampleHistory.Learned(), "/tmp/sample.csv");
    }
}
