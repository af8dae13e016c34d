using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using EdgeNet.Vision;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace PedestrianCamera;

/// <summary>
/// The live page: pictures, numbers and settings in a browser. Kestrel alone, without hosting, services and routing, of which a board's
/// binary would carry megabytes for eight addresses.
/// </summary>
internal sealed class LivePage : IAsyncDisposable
{
    /// <summary>Below this, guesses at the rate that <see cref="PageAccess"/> allows would find it in hours.</summary>
    private const int LeastTokenLength = 8;

    private const int MostBodyBytes = 4096;
    private const int MostConnections = 64;

    /// <summary>Of a connection, in the kernel: what waits there is old when it arrives, so there is room for a few pictures only.</summary>
    private const int SendBufferBytes = 128 << 10;

    /// <summary>A picture is sent in parts of this size: a slow viewer makes progress within one picture.</summary>
    private const int PartBytes = 16 << 10;

    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(1);

    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private readonly Func<Measurements> _measurements;
    private readonly LiveSettingsCell _cell;
    private readonly ViewerLimits _limits;
    private readonly MjpegBroadcast _broadcast;
    private readonly KestrelServer _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly object _changing = new();
    private readonly byte[] _page = Embedded("page.html"), _style = Embedded("page.css"), _script = Embedded("page.js");
    private readonly byte[] _tokenForm = Embedded("token.html");
    private readonly string? _token;
    private PageAccess _access;

    private LivePage(
        PageSettings settings, PictureFeed feed, Func<Measurements> measurements, LiveSettingsCell cell,
        ViewerLimits limits, bool jpeg)
    {
        (_measurements, _cell, _limits, _token) = (measurements, cell, limits, settings.Token);
        _access = new PageAccess(_token, settings.Port);
        _broadcast = new MjpegBroadcast(feed, settings, limits, jpeg);
        KestrelServerOptions kestrel = new() { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
        kestrel.Listen(EndPointOf(settings), listening =>
        {
            listening.Protocols = HttpProtocols.Http1;
            Listening = listening;
        });
        SocketTransportOptions sockets = new()
        {
            CreateBoundListenSocket = endPoint =>
            {
                Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                socket.SendBufferSize = SendBufferBytes;
                return socket;
            },
        };
        _server = new KestrelServer(
            Options.Create(kestrel), new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
    }

    /// <summary>Where it listens: an IP address and the port that it was given or found.</summary>
    public IPEndPoint EndPoint => Listening!.IPEndPoint!;

    /// <summary>What to open in a browser on this machine, without the token.</summary>
    public Uri Address
    {
        get
        {
            IPAddress address = EndPoint.Address;
            if (address.Equals(IPAddress.Any)) address = IPAddress.Loopback;
            if (address.Equals(IPAddress.IPv6Any)) address = IPAddress.IPv6Loopback;
            return new Uri($"http://{new IPEndPoint(address, EndPoint.Port)}/");
        }
    }

    /// <summary>Who looks at pictures now.</summary>
    public int Viewers => _broadcast.Viewers;

    private ListenOptions? Listening { get; set; }

    /// <summary>Listens and serves until disposed.</summary>
    /// <param name="settings">Address, port, token, and what pictures cost.</param>
    /// <param name="feed">Pictures.</param>
    /// <param name="measurements">Gives the numbers of now; called from many threads.</param>
    /// <param name="cell">The live settings that visitors see and change.</param>
    /// <param name="limits">How many may look, and how long; null for the usual.</param>
    /// <param name="jpeg">Whether pictures can be JPEG; null for whether libturbojpeg is installed.</param>
    /// <exception cref="PageException">Address, port or token cannot be used.</exception>
    public static async Task<LivePage> StartAsync(
        PageSettings settings, PictureFeed feed, Func<Measurements> measurements, LiveSettingsCell cell,
        ViewerLimits? limits = null, bool? jpeg = null)
    {
        IPEndPoint wanted = EndPointOf(settings);
        if (settings.Token is { Length: < LeastTokenLength } token)
            throw new PageException($"page.token has {token.Length} characters; expected at least {LeastTokenLength}");
        if (settings.Token is null && !IPAddress.IsLoopback(wanted.Address))
            throw new PageException($"page.address {settings.Address} can be reached from other machines; set page.token, or use 127.0.0.1");
        LivePage page = new(settings, feed, measurements, cell, limits ?? new ViewerLimits(), jpeg ?? JpegFile.IsAvailable);
        try
        {
            await page._server.StartAsync(new Application(page.AnswerAsync), default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await page.DisposeAsync().ConfigureAwait(false);
            throw new PageException($"the page cannot listen on {wanted}: {Reason(e)}", e);
        }
        page._access = new PageAccess(page._token, page.EndPoint.Port);
        return page;
    }

    /// <summary>Ends all viewers and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _broadcast.Dispose();
        using CancellationTokenSource patience = new(s_stop);
        await _server.StopAsync(patience.Token).ConfigureAwait(false);
        _server.Dispose();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        try
        {
            switch (await _access.AdmitAsync(context.Request).ConfigureAwait(false))
            {
                case Admission.ForeignName:
                    await SendLineAsync(response, 403, "without page.token this page answers to localhost, 127.0.0.1 and [::1] only").ConfigureAwait(false);
                    break;
                case Admission.TokenNeeded:
                    await AskForTokenAsync(context).ConfigureAwait(false);
                    break;
                case Admission.GrantedByAddress when context.Request.Path == "/":
                    response.Headers.SetCookie = _access.Cookie();
                    response.Headers.Location = "./";
                    response.StatusCode = 303;
                    break;
                default:
                    await RouteAsync(context).ConfigureAwait(false);
                    break;
            }
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e) when (!response.HasStarted)
        {
            string line = e.StatusCode == 413 ? $"expected at most {MostBodyBytes} bytes" : "the request cannot be read";
            await SendLineAsync(response, e.StatusCode, line).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Gone, or cut off: there is nobody to tell.
            context.Abort();
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        (HttpRequest request, HttpResponse response) = (context.Request, context.Response);
        string path = request.Path.Value ?? "";
        bool post = HttpMethods.IsPost(request.Method);
        if (path is not ("/" or "/page.css" or "/page.js" or "/stream.mjpeg" or "/picture.jpg" or "/state.json" or "/settings.json"))
            return SendLineAsync(response, 404, "there is nothing here; the page is at /");
        if (!HttpMethods.IsGet(request.Method) && !(post && path == "/settings.json"))
        {
            response.Headers.Allow = path == "/settings.json" ? "GET, POST" : "GET";
            return SendLineAsync(response, 405, $"expected {response.Headers.Allow}");
        }
        return path switch
        {
            "/page.css" => SendAsync(response, "text/css; charset=utf-8", _style),
            "/page.js" => SendAsync(response, "text/javascript; charset=utf-8", _script),
            "/stream.mjpeg" => StreamAsync(context),
            "/picture.jpg" => SendPictureAsync(context),
            "/state.json" => SendStateAsync(context),
            "/settings.json" => post ? ChangeSettingsAsync(context) : SendSettingsAsync(response, _cell.Current),
            _ => SendAsync(response, "text/html; charset=utf-8", _page),
        };
    }

    /// <summary>A form for people, a line for programs.</summary>
    private Task AskForTokenAsync(HttpContext context)
    {
        (HttpRequest request, HttpResponse response) = (context.Request, context.Response);
        response.Headers.WWWAuthenticate = "Bearer";
        if (request.Path != "/") return SendLineAsync(response, 401, "the token is missing or wrong; send it as \"Authorization: Bearer …\"");
        // Who follows a link from elsewhere comes without the cookie, which is SameSite=Strict; from here it is sent.
        if (request.Headers["Sec-Fetch-Site"] == "cross-site") response.Headers["Refresh"] = "0;url=./";
        response.StatusCode = 401;
        return SendAsync(response, "text/html; charset=utf-8", _tokenForm);
    }

    private async Task StreamAsync(HttpContext context)
    {
        using MjpegBroadcast.Viewer? viewer = _broadcast.Join();
        if (viewer is null)
        {
            await SendTooManyAsync(context.Response).ConfigureAwait(false);
            return;
        }
        const string boundary = "picture";
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={boundary}";
        // Browsers show a picture when they see what ends it, so the boundary goes with the picture before it.
        await SendPartsAsync(context.Response, Encoding.ASCII.GetBytes($"--{boundary}\r\n"), patience).ConfigureAwait(false);
        while (await viewer.Pictures.WaitToReadAsync(patience.Token).ConfigureAwait(false))
        {
            if (!viewer.Pictures.TryRead(out EncodedPicture? picture)) continue;
            byte[] head = Encoding.ASCII.GetBytes(
                $"Content-Type: {picture.ContentType}\r\nContent-Length: {picture.Bytes.Length}\r\nX-Number: {picture.Number}\r\n\r\n");
            await SendPartsAsync(context.Response, head, patience).ConfigureAwait(false);
            await SendPartsAsync(context.Response, picture.Bytes, patience).ConfigureAwait(false);
            await SendPartsAsync(context.Response, Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\n"), patience).ConfigureAwait(false);
        }
    }

    /// <summary>Sends, and gives up when a part makes no progress for as long as <see cref="ViewerLimits.Patience"/>.</summary>
    private async Task SendPartsAsync(HttpResponse response, ReadOnlyMemory<byte> bytes, CancellationTokenSource patience)
    {
        for (int start = 0; start < bytes.Length; start += PartBytes)
        {
            patience.CancelAfter(_limits.Patience);
            await response.BodyWriter.WriteAsync(bytes[start..Math.Min(start + PartBytes, bytes.Length)], patience.Token).ConfigureAwait(false);
        }
        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private async Task SendPictureAsync(HttpContext context)
    {
        EncodedPicture? picture = null;
        // The place is free again before the picture is on its way.
        using (MjpegBroadcast.Viewer? viewer = _broadcast.Join())
        {
            if (viewer is null)
            {
                await SendTooManyAsync(context.Response).ConfigureAwait(false);
                return;
            }
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
            patience.CancelAfter(_limits.FirstPicture);
            try
            {
                if (await viewer.Pictures.WaitToReadAsync(patience.Token).ConfigureAwait(false)) viewer.Pictures.TryRead(out picture);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                // No picture in time: told below.
            }
        }
        if (picture is not null)
        {
            await SendAsync(context.Response, picture.ContentType, picture.Bytes).ConfigureAwait(false);
            return;
        }
        string line = _broadcast.Problem ?? $"no picture came for {_limits.FirstPicture.TotalSeconds} s; is the source running?";
        await SendLineAsync(context.Response, 503, line).ConfigureAwait(false);
    }

    private Task SendTooManyAsync(HttpResponse response)
    {
        response.Headers.RetryAfter = "10";
        return SendLineAsync(response, 503, $"{_limits.Most} viewers look already; close one and try again");
    }

    private Task SendStateAsync(HttpContext context)
    {
        _ = long.TryParse(context.Request.Query["since"], out long since);
        return SendJsonAsync(
            context.Response, 200, json => StateJson.Write(json, _measurements(), _cell.Current, _broadcast.Viewers, _broadcast.Problem, since));
    }

    private async Task ChangeSettingsAsync(HttpContext context)
    {
        (HttpRequest request, HttpResponse response) = (context.Request, context.Response);
        if (!PageAccess.IsSameOrigin(request))
        {
            await SendLineAsync(response, 403, "settings are changed from the page itself; this came from another site").ConfigureAwait(false);
            return;
        }
        if (!string.Equals(request.ContentType?.Split(';')[0].Trim(), "application/json", StringComparison.OrdinalIgnoreCase))
        {
            await SendLineAsync(response, 415, "expected Content-Type: application/json").ConfigureAwait(false);
            return;
        }
        byte[] body = new byte[MostBodyBytes];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        LiveSettings changed;
        try
        {
            lock (_changing)
            {
                changed = LiveSettingsJson.Change(_cell.Current, body.AsSpan(0, length));
                _cell.Current = changed;
            }
        }
        catch (FormatException e)
        {
            await SendLineAsync(response, 400, e.Message).ConfigureAwait(false);
            return;
        }
        await SendSettingsAsync(response, changed).ConfigureAwait(false);
    }

    private static Task SendSettingsAsync(HttpResponse response, LiveSettings settings) => SendJsonAsync(response, 200, json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("settings"u8);
        LiveSettingsJson.Write(json, settings);
        json.WriteEndObject();
    });

    private static Task SendJsonAsync(HttpResponse response, int status, Action<Utf8JsonWriter> write)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body)) write(json);
        response.StatusCode = status;
        return SendAsync(response, "application/json", body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private static Task SendLineAsync(HttpResponse response, int status, string line)
    {
        response.StatusCode = status;
        return SendAsync(response, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(line + "\n"));
    }

    private static async Task SendAsync(HttpResponse response, string type, ReadOnlyMemory<byte> body)
    {
        response.ContentType = type;
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    private static IPEndPoint EndPointOf(PageSettings settings)
    {
        if (settings.Port is < 0 or > IPEndPoint.MaxPort)
            throw new PageException($"page.port {settings.Port}: expected 1 to {IPEndPoint.MaxPort}, or 0 for any that is free");
        if (settings.Address.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new IPEndPoint(IPAddress.Loopback, settings.Port);
        return IPAddress.TryParse(settings.Address.Trim('[', ']'), out IPAddress? address)
            ? new IPEndPoint(address, settings.Port)
            : throw new PageException($"page.address \"{settings.Address}\": expected an IP address, as 127.0.0.1, ::1 or 0.0.0.0");
    }

    private static string Reason(Exception e)
    {
        const string inUse = "another program uses this port; stop it or set page.port";
        // Kestrel wraps a port in use, and nothing else.
        if (e.InnerException is AddressInUseException) return inUse;
        return (e as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => inUse,
            SocketError.AccessDenied => "not permitted; ports below 1024 are for root, set page.port",
            SocketError.AddressNotAvailable => "this machine does not have that address; set page.address",
            _ => e.Message.ReplaceLineEndings(" "),
        };
    }

    private static byte[] Embedded(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What Kestrel calls for each request.</summary>
    private sealed class Application(RequestDelegate answer) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => answer(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
