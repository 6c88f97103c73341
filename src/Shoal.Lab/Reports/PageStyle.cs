using System.Globalization;
using System.Text;

namespace Shoal.Lab.Reports;

/// <summary>The style of report pages, light and dark.</summary>
internal static class PageStyle
{
    /// <summary>All rules.</summary>
    public static string Css { get; } = Base + Shades();

    private const string Base = """
        :root { color-scheme: light dark; --page: #fbfbfa; --ink: #1c2126; --soft: #5c6670; --rule: #dfe2e4;
          --card: #ffffff; --heat: #0b4f8a; --c0: #2166ac; --c1: #c2570c; --c2: #1b7f5c; --c3: #8a3fb5;
          --c4: #b5304f; --c5: #6f6a1d; }
        @media (prefers-color-scheme: dark) { :root { --page: #14181c; --ink: #e6e9ec; --soft: #98a3ad;
          --rule: #2e353c; --card: #1b2026; --heat: #6fb6f5; --c0: #6aaef0; --c1: #f2995a; --c2: #55c79b;
          --c3: #c594ea; --c4: #f07f98; --c5: #cfc75f; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        main { max-width: 1000px; margin: 0 auto; padding: 32px 20px 56px; }
        h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 8px; text-wrap: balance; }
        h2 { font-size: 1.15rem; margin: 40px 0 4px; }
        p { margin: 0 0 12px; max-width: 70ch; color: var(--soft); }
        .lead { font-size: 1.05rem; color: var(--ink); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px;
          margin: 20px 0 24px; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 16px; }
        .tile b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .tile span { color: var(--soft); font-size: .9rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 10px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
        thead th { color: var(--soft); font-weight: 500; }
        th:first-child { text-align: left; }
        .fed { width: auto; }
        .fed td, .fed th { padding: 2px 0; text-align: center; font-size: .68rem; min-width: 19px; height: 18px;
          border: 1px solid var(--page); font-weight: 400; }
        .fed th { color: var(--soft); padding: 2px 4px; } .fed thead th { padding: 2px 0; }
        .of-groups td, .of-groups th, .of-groups thead th { padding: 4px 10px; font-size: .85rem; }
        svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--soft); stroke-width: 1; }
        .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 4 4; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .thin { stroke-width: 1.2; opacity: .55; }
        .thin:hover { opacity: 1; stroke-width: 3; }
        .area { fill: var(--c0); opacity: .16; }
        .s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); }
        .s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); } .s5 { stroke: var(--c5); }
        .g0 { background: var(--c0); } .g1 { background: var(--c1); } .g2 { background: var(--c2); }
        .g3 { background: var(--c3); } .g4 { background: var(--c4); } .g5 { background: var(--c5); }
        .legend span { display: inline-flex; align-items: center; gap: 6px; margin-right: 18px; color: var(--ink); }
        .legend i { width: 18px; height: 4px; border-radius: 2px; display: inline-block; }
        @media (max-width: 680px) { main { padding: 20px 14px 40px; } svg { min-width: 640px; }
          svg text { font-size: 16px; } .tiles { grid-template-columns: 1fr 1fr; } }
        footer { margin-top: 40px; color: var(--soft); font-size: .88rem; }

        """;

    // Steps of five in a hundred from the card's colour to the full one.
    private static string Shades()
    {
        var css = new StringBuilder();
        for (int step = 0; step <= 100; step += 5)
        {
            string colour = $"color-mix(in oklab, var(--heat) {step}%, var(--card))";
            css.Append(CultureInfo.InvariantCulture, $".h{step} {{ fill: {colour}; background: {colour}; }}\n");
            if (step >= 60) css.Append(CultureInfo.InvariantCulture, $".fed .h{step} {{ color: var(--page); }}\n");
        }
        return css.ToString();
    }
}
