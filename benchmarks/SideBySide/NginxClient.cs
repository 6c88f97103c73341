using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>nginx as the seeder of the fastest conceivable pair: one process, sendfile, one folder.</summary>
internal sealed class NginxClient() : Client("nginx")
{
    public override async Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        string file = Home.File("nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            master_process off;
            pid {{Home.File("pid")}};
            error_log {{Home.File("error")}};
            events { }
            http {
                access_log off;
                sendfile on;
                client_body_temp_path {{Home.File("body")}};
                proxy_temp_path {{Home.File("proxy")}};
                fastcgi_temp_path {{Home.File("fastcgi")}};
                uwsgi_temp_path {{Home.File("uwsgi")}};
                scgi_temp_path {{Home.File("scgi")}};
                server { listen {{Address}}; root {{job.Folder}}; }
            }
            """);
        Start("/usr/sbin/nginx", "-c", file);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.HoldsAsync(() => AnswersAsync(http, cancel), cancel, "nginx to answer");
    }

    public override Task GetAsync(TransferJob job, CancellationToken cancel) =>
        throw new NotSupportedException("nginx only seeds.");

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancel)
    {
        if (Process.HasExited) throw new InvalidOperationException(Process.Describe("ended too early"));
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri($"http://{Address}/"), cancel);
            return true;
        }
        catch (HttpRequestException)
        {
            // Its port is not open yet.
            return false;
        }
    }
}
