using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PedestrianCamera;

/// <summary>What a visitor may do.</summary>
internal enum Admission
{
    /// <summary>Goes on.</summary>
    Granted,

    /// <summary>Has the right token in the address: it is kept in a cookie and should leave the address.</summary>
    GrantedByAddress,

    /// <summary>Has no token, or a wrong one.</summary>
    TokenNeeded,

    /// <summary>Asks under a name that is not this machine's: a page elsewhere whose name was pointed here (DNS rebinding).</summary>
    ForeignName,
}

/// <summary>Who may see the page: with a token who knows it, without one who asks this machine by its own name.</summary>
/// <param name="token">What visitors must know; null for nothing.</param>
/// <param name="port">The page's: cookies are a host's, not a port's, and there may be two cameras on one.</param>
internal sealed class PageAccess(string? token, int port)
{
    /// <summary>
    /// How long the answer to a wrong token takes. The connection is held meanwhile, whether or not its other end waits, and connections
    /// are limited: that bounds the guesses.
    /// </summary>
    private static readonly TimeSpan s_wrongTokenDelay = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_cookieAge = TimeSpan.FromDays(30);

    private readonly byte[]? _token = token is null ? null : Hash(token);
    private readonly string _cookie = $"pedestrian-camera-{port}";

    /// <summary>Decides. Takes its time for wrong tokens.</summary>
    public async Task<Admission> AdmitAsync(HttpRequest request)
    {
        if (_token is null) return IsLoopbackName(request.Host.Host) ? Admission.Granted : Admission.ForeignName;
        bool wrong = false;
        if (FromHeader(request) is { } header)
        {
            if (IsRight(header)) return Admission.Granted;
            wrong = true;
        }
        if (request.Query["token"] is [{ } address])
        {
            if (IsRight(address)) return Admission.GrantedByAddress;
            wrong = true;
        }
        if (request.Cookies[_cookie] is { } cookie)
        {
            if (IsRight(cookie)) return Admission.Granted;
            wrong = true;
        }
        if (wrong) await Task.Delay(s_wrongTokenDelay).ConfigureAwait(false);
        return Admission.TokenNeeded;
    }

    /// <summary>The Set-Cookie header that keeps the token.</summary>
    public string Cookie() =>
        $"{_cookie}={Uri.EscapeDataString(token ?? "")}; Path=/; Max-Age={(long)s_cookieAge.TotalSeconds}; HttpOnly; SameSite=Strict";

    /// <summary>Whether the page itself sent this, or a program that is no browser. Behind a proxy the scheme differs, so names are compared.</summary>
    public static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none")) return false;
        return request.Headers.Origin.Count == 0
            || (Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out Uri? origin)
                && request.Host.HasValue
                && Uri.TryCreate($"{origin.Scheme}://{request.Host.Value}", UriKind.Absolute, out Uri? self)
                && string.Equals(origin.Authority, self.Authority, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Hashes are as long as each other, so that not even the token's length shows in the time.</summary>
    private bool IsRight(string presented) => CryptographicOperations.FixedTimeEquals(Hash(presented), _token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string? FromHeader(HttpRequest request)
    {
        const string scheme = "Bearer ";
        return request.Headers.Authorization is [{ } header] && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? header[scheme.Length..].Trim()
            : null;
    }

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
