using System.Net;
using System.Net.Sockets;

namespace Shoal.Clients;

/// <summary>An nginx of a test's own, on an address of its own, that serves a folder.</summary>
public sealed class NginxServer : IAsyncDisposable
{
    private const int Port = 8080;

    private readonly TemporaryFolder _home = new();
    private readonly IPAddress _host = LoopbackAddress.Next();
    private ClientProcess? _process;

    private NginxServer()
    {
    }

    /// <summary>The folder, as a URL that ends in a slash.</summary>
    public string Url => $"http://{_host}:{Port}/";

    /// <summary>The lines of its log so far: status and path of each request.</summary>
    public string[] Requests => File.ReadAllLines(_home.File("access.log"));

    /// <summary>Starts one and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It is missing and cannot be installed here.</exception>
    public static async Task<NginxServer> StartAsync(string folder, CancellationToken cancel)
    {
        ClientPackages.NeedNginx();
        var server = new NginxServer();
        string home = server._home.Path;
        await File.WriteAllTextAsync(server._home.File("nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{home}}/nginx.pid;
            error_log {{home}}/error.log;
            events {}
            http {
                client_body_temp_path {{home}}/body;
                proxy_temp_path {{home}}/proxy;
                fastcgi_temp_path {{home}}/fastcgi;
                uwsgi_temp_path {{home}}/uwsgi;
                scgi_temp_path {{home}}/scgi;
                log_format short '$status $request_uri';
                access_log {{home}}/access.log short;
                server {
                    listen {{server._host}}:{{Port}};
                    root "{{folder}}";
                }
            }
            """, cancel);
        server._process = ClientProcess.Start(home, ["nginx", "-c", $"{home}/nginx.conf"]);
        await Eventually.HoldsAsync(server.ListensAsync, cancel);
        return server;
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _home.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        if (_process!.HasExited) throw new InvalidOperationException(_process.Describe("ended too early"));
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync(_host, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
