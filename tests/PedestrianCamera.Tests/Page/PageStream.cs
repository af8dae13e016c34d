using System.Globalization;

namespace PedestrianCamera.Tests;

/// <summary>Reads a multipart stream of pictures.</summary>
internal sealed class PageStream(HttpResponseMessage response, Stream stream) : IDisposable
{
    public static async Task<PageStream> OpenAsync(HttpClient client)
    {
        HttpResponseMessage response = await client.GetAsync("stream.mjpeg", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        Assert.Equal("multipart/x-mixed-replace; boundary=picture", response.Content.Headers.ContentType!.ToString());
        PageStream reader = new(response, await response.Content.ReadAsStreamAsync());
        Assert.Equal("--picture", await reader.LineAsync());
        return reader;
    }

    public async Task<EncodedPicture> NextAsync()
    {
        Dictionary<string, string> head = [];
        while (await LineAsync() is { Length: > 0 } line)
        {
            string[] parts = line.Split(": ");
            head[parts[0]] = parts[1];
        }
        byte[] bytes = new byte[int.Parse(head["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(bytes);
        Assert.Equal("", await LineAsync());
        Assert.Equal("--picture", await LineAsync());
        return new EncodedPicture(long.Parse(head["X-Number"], CultureInfo.InvariantCulture), head["Content-Type"], bytes);
    }

    /// <summary>Reads until the other end stops.</summary>
    public async Task ReadToEndAsync()
    {
        byte[] bytes = new byte[1 << 16];
        while (await stream.ReadAsync(bytes) > 0)
        {
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        response.Dispose();
    }

    private async Task<string> LineAsync()
    {
        List<char> line = [];
        byte[] one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one);
            if (one[0] == '\n') return new string([.. line]).TrimEnd('\r');
            line.Add((char)one[0]);
        }
    }
}
