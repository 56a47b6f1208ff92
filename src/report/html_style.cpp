// One accent colour, system fonts, tabular numbers; everything a reader prints stays legible in black and white.
#include "report/html_style.hpp"

namespace standfast::report {

std::string_view html_style() {
  return R"css(
:root { color-scheme: light dark; --paper: #fbfbf9; --card: #ffffff; --ink: #1d2025; --soft: #5b626d; --rule: #dcdfe4;
  --accent: #1d5c9e; --wash: rgba(29, 92, 158, .09); --mark: #b4541a; --band: rgba(180, 84, 26, .22); }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14161a; --card: #1a1d22; --ink: #e5e7eb; --soft: #9aa2ae; --rule: #31363e;
    --accent: #82b6ee; --wash: rgba(130, 182, 238, .12); --mark: #eaa06a; --band: rgba(234, 160, 106, .28); } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header p, .kicker { color: var(--soft); margin: 0; }
.kicker { font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.3rem); line-height: 1.2; margin: .3rem 0 .6rem; font-weight: 650; letter-spacing: -.015em; }
h2 { font-size: 1.25rem; margin: 3rem 0 .3rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); font-weight: 650; letter-spacing: -.01em; }
h3 { font-size: 1rem; margin: 1.4rem 0 .5rem; font-weight: 600; }
p { margin: .5rem 0; max-width: 46rem; }
p.lead { font-size: 1.2rem; line-height: 1.5; margin: 1.6rem 0 1.2rem; }
p.lead b, .tile b { font-weight: 650; color: var(--accent); }
.soft, figcaption, .note { color: var(--soft); font-size: .9rem; }
ul.notes { margin: 1.2rem 0; padding: .9rem 1.2rem .9rem 2.1rem; background: var(--wash); border-radius: 6px; }
ul.notes li { margin: .25rem 0; max-width: 46rem; }
.tiles { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 7.8rem), 1fr)); margin: 1.4rem 0; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: .7rem .8rem; }
.tile b { display: block; font-size: 1.35rem; line-height: 1.2; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile span { color: var(--soft); font-size: .85rem; }
.grid2 { display: grid; gap: 1.2rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); align-items: start; }
.grid2 > *, .charts > * { min-width: 0; }
.charts { display: grid; gap: .6rem 1.6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); align-items: start; }
figure { margin: .9rem 0 0; max-width: 27rem; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { margin-top: .3rem; }
svg text { font-size: 11.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg .title { font-size: 12px; }
svg .label { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .axis { stroke: var(--soft); stroke-width: 1; }
svg .line { fill: none; stroke: var(--accent); stroke-width: 2.25; stroke-linejoin: round; }
svg .area { fill: var(--wash); stroke: none; }
svg .upper { fill: none; stroke: var(--mark); stroke-width: 1.75; stroke-linejoin: round; stroke-dasharray: 1.5 2.5; }
svg .band { fill: var(--band); stroke: none; }
svg .dot { fill: var(--accent); fill-opacity: .55; }
svg .reference { stroke: var(--mark); stroke-width: 1.25; stroke-dasharray: 5 4; }
svg .marker { fill: var(--paper); stroke: var(--mark); stroke-width: 2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; break-inside: avoid; }
table.fit { width: auto; min-width: min(100%, 26rem); }
caption { text-align: left; font-weight: 600; padding: .9rem 0 .35rem; }
p.caption { font-weight: 600; font-size: .92rem; margin: .9rem 0 .35rem; }
th, td { padding: .32rem .7rem .32rem 0; text-align: right; border-bottom: 1px solid var(--rule); vertical-align: baseline; overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: 0; }
th:first-child, td:first-child, .text { text-align: left; }
td.text, th.name { overflow-wrap: anywhere; }
th { font-weight: 600; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; white-space: nowrap; }
thead th.name { white-space: normal; }
.shots { display: grid; gap: .9rem .7rem; grid-template-columns: repeat(10, minmax(0, 1fr)); margin: .4rem 0 1rem; }
.shots figure { margin: 0; text-align: center; }
.shots img { width: 100%; max-width: 6.5rem; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border: 1px solid var(--rule); border-radius: 3px; background: #000; }
.shots figcaption { font-size: .78rem; line-height: 1.35; font-variant-numeric: tabular-nums; margin-top: .2rem; }
.shots figcaption b { color: var(--ink); font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1.2rem; margin: .8rem 0; font-size: .95rem; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .85rem; }
@media (max-width: 52rem) { .shots { grid-template-columns: repeat(5, minmax(0, 1fr)); } }
@media (max-width: 30rem) { .shots figcaption { font-size: .72rem; } main { padding: 1.5rem 1rem 3rem; } p.lead { font-size: 1.08rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .tiles { grid-template-columns: 1fr 1fr; } .tile b { font-size: 1.25rem; } th, td { padding-right: .5rem; } thead th { white-space: normal; } table { font-size: .86rem; } }
@media print { :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb; --accent: #123f70; --wash: #eef2f7; --mark: #8a3d0e; --band: #f0d5c3; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; } .grid2, .charts { grid-template-columns: 1fr 1fr; } }
)css";
}

}  // namespace standfast::report
