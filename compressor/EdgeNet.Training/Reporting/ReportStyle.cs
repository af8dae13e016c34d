namespace EdgeNet.Training;

/// <summary>How a <see cref="ReportPage"/> looks. No character in it needs escaping, which HTML and XML do differently here.</summary>
internal static class ReportStyle
{
    public const string Css = """

        :root{--page:#f7f7f5;--card:#ffffff;--edge:#e3e2de;--ink:#15150f;--muted:#63625c;--grid:#ecebe7;--alarm:#c42b2b;--alarm-page:#fdf0ef;
        --1:#2a78d6;--2:#e0602a;--3:#1a9a6c;--4:#b98200;--5:#d0588b;--6:#4b7d0a;--7:#5b49c0;--8:#8a6d5c;--first:#2a78d6;--last:#e0602a;color-scheme:light dark}
        @media (prefers-color-scheme:dark){:root{--page:#121211;--card:#1c1c1a;--edge:#343330;--ink:#f3f2ee;--muted:#a3a199;--grid:#2b2a28;--alarm:#ff8078;--alarm-page:#331a18;
        --1:#5a9df0;--2:#f0834f;--3:#35b98a;--4:#d9a326;--5:#e583ad;--6:#8fb948;--7:#9d8ff2;--8:#b89a88;--first:#5a9df0;--last:#f0834f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
        main{max-width:1240px;margin:0 auto;padding:28px 20px 60px}
        h1{font-size:27px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
        h2{font-size:19px;margin:40px 0 4px}
        h3{font-size:14px;margin:0 0 6px;font-weight:600}
        p{margin:0 0 10px;max-width:80ch}
        .muted{color:var(--muted);font-size:13px}
        .card{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:12px 14px;margin:0;min-width:0}
        .headline{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(min(100%,165px),1fr));margin:20px 0}
        .headline .card{display:flex;flex-direction:column}
        .headline .value{font-size:25px;font-weight:650;line-height:1.25;letter-spacing:-.01em}
        .charts{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,380px),1fr))}
        .charts+.layers{margin-top:14px}
        .layers{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr))}
        .layers .pair{display:grid;gap:18px;grid-template-columns:1fr 1fr}
        .problems{background:var(--alarm-page);border-color:var(--alarm)}
        .remarks h2,.problems h2{margin:0 0 4px;font-size:16px}
        .problems h2{color:var(--alarm)}
        .remarks ul,.problems ul{margin:0;padding-left:20px;max-height:18em;overflow:auto}
        .alarm{color:var(--alarm);font-weight:600}
        .filters{display:flex;flex-wrap:wrap;gap:5px}
        .filters img{width:44px;height:auto;image-rendering:pixelated;border-radius:3px;display:block}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:4px 18px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:normal}
        th{color:var(--muted);font-weight:500}
        td{max-width:44em}
        .number{text-align:right;white-space:nowrap}
        details{margin-top:14px}
        summary{cursor:pointer;color:var(--muted);font-size:13px}
        svg{display:block;width:100%;height:auto;overflow:visible}
        svg text{font-size:12px;fill:var(--muted);font-variant-numeric:tabular-nums}
        svg .title{font-size:14px;font-weight:600;fill:var(--ink)}
        svg .key{fill:var(--ink)}
        .plot{fill:none}
        .grid{stroke:var(--grid);fill:none}
        .tickmark,.base{stroke:var(--muted);stroke-opacity:.6;fill:none}
        .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .faint{stroke-width:1;opacity:.32}
        .dot{fill:var(--c)}
        .broken{stroke:var(--alarm);stroke-width:1.8;fill:none}
        path.level{stroke:var(--muted);stroke-dasharray:5 4;fill:none}
        .marked{stroke:var(--ink);stroke-opacity:.35;stroke-dasharray:2 3;fill:none}
        circle.mark{fill:none;stroke:var(--ink);stroke-width:2}
        text.mark,text.level{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
        svg text.mark{fill:var(--ink);font-weight:600}
        .place rect{fill:transparent}
        .place path{stroke:var(--muted);fill:none;visibility:hidden}
        .place:hover path{visibility:visible}
        .c0{--c:color-mix(in oklab,var(--muted) 55%,var(--card))}.c1{--c:var(--1)}.c2{--c:var(--2)}.c3{--c:var(--3)}.c4{--c:var(--4)}.c5{--c:var(--5)}.c6{--c:var(--6)}.c7{--c:var(--7)}.c8{--c:var(--8)}
        .bars{fill:var(--c,var(--1));fill-opacity:.55}
        .outline{fill:none;stroke:var(--ink);stroke-opacity:.65;stroke-width:1}
        .zero{stroke:var(--muted);stroke-opacity:.5;stroke-dasharray:2 3;fill:none}
        .values{stroke:var(--2);stroke-width:1;fill:none}
        .barchart{display:grid;grid-template-columns:fit-content(36%) minmax(70px,1fr) auto;gap:5px 12px;align-items:center;font-size:13px;font-variant-numeric:tabular-nums}
        .barchart .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .barchart .amount{text-align:right;white-space:nowrap}
        .barchart .track{position:relative;height:14px}
        .barchart .bar{position:absolute;left:0;top:0;bottom:0;min-width:2px;border-radius:0 3px 3px 0;background:var(--c)}
        .barchart .bar.behind{opacity:.42}
        .barchart .bar.far{opacity:.17}
        .keys{display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 8px;font-size:13px}
        .keys span::before{content:"";display:inline-block;width:11px;height:11px;margin-right:6px;border-radius:3px;background:var(--c);vertical-align:-1px}
        .keys .behind::before{opacity:.42}
        .keys .far::before{opacity:.17}
        .card+.scroll,.charts+.scroll{margin-top:14px}
        .histograms{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr))}
        pre{margin:0;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-x:auto}
        @media (max-width:520px){main{padding:18px 12px 40px}.card{padding:10px}.headline{grid-template-columns:1fr 1fr}.layers .pair{gap:12px}svg.histogram text{font-size:16px}}

        """;
}
