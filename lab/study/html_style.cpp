// Published models are grey and dashed, ours coloured and solid: the picture survives a grey printer.
#include "lab/study/html_parts.hpp"

namespace standfast::lab {

std::string_view study_style() {
  return R"css(
:root { --c1: #1d5c9e; --c2: #c2551b; --c3: #2b7a4b; --c4: #8a3f8f; --c5: #8a6d00; --c6: #a8285c; }
@media (prefers-color-scheme: dark) { :root { --c1: #82b6ee; --c2: #f0a06c; --c3: #7fcf9f; --c4: #d99be0; --c5: #e0c25a; --c6: #f08fb4; } }
.series { fill: none; stroke: var(--accent); stroke-width: 2.25; stroke-linejoin: round; }
.p1 { stroke: var(--soft); stroke-dasharray: 2 3; } .p2 { stroke: var(--ink); stroke-dasharray: 7 4; } .p3 { stroke: var(--soft); stroke-dasharray: 8 3 2 3; }
.s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); } .s5 { stroke: var(--c5); } .s6 { stroke: var(--c6); }
.overview { margin: 1.6rem 0; } .mark { color: var(--mark); } h3 .soft, h3 .mark { font-weight: 400; font-size: .85rem; margin-left: .4rem; }
.duels { grid-template-columns: repeat(3, minmax(0, 1fr)); margin: .5rem 0 1.2rem; } .duels .tile { break-inside: avoid; }
.duels .tile > span { float: right; font-size: 1.1rem; color: var(--ink); } .duels .tile > b { font-size: 1.6rem; } .duels .tile > b.mark { color: var(--mark); }
.bar { margin: .55rem 0 0; font-size: .85rem; line-height: 1.35; color: var(--soft); font-variant-numeric: tabular-nums; }
.bar i { display: block; border-top: 7px solid var(--soft); margin-bottom: .2rem; } .bar.ours i { border-top-color: var(--accent); }
p.bar b { display: inline; font-size: inherit; line-height: inherit; color: var(--ink); } p.bar.ours b { color: var(--accent); } .bar span { white-space: nowrap; } .bar small { display: block; font-size: .78rem; }
table.wide caption { font-size: 1rem; }
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .8rem 0 0; padding: 0; font-size: .9rem; }
ul.legend li { display: flex; align-items: center; gap: .5rem; }
ul.legend svg { width: 2rem; height: .7rem; flex: none; }
table.wide { font-size: .85rem; } table.wide th, table.wide td { padding-right: .55rem; } table.wide td { white-space: nowrap; }
table.wide thead th, table.wide td.soft { font-size: inherit; }
table.wide th:first-child { min-width: 9rem; }
th.group { text-align: center; border-bottom: none; padding-bottom: 0; }
tr.second th, tr.second td { border-bottom-width: 2px; } tr.first td { border-bottom: none; padding-bottom: 0; } tr.first th { border-bottom-width: 2px; } tr th small { display: block; font-weight: 400; color: var(--soft); }
tr.ours th.text b { color: var(--accent); }
h3 + p, p + .legend, .legend { break-after: avoid; } h3 { break-after: avoid; }
@media (max-width: 40rem) { .duels { gap: .4rem; } .duels .tile { padding: .5rem; } .duels .tile > b { font-size: 1.15rem; } .bar { font-size: .78rem; } .bar small { font-size: .72rem; }
  table.wide th:first-child { min-width: 0; position: sticky; left: 0; background: var(--paper); } }
@media print { :root { --c1: #123f70; --c2: #9a3f0e; --c3: #1d5c37; --c4: #6a2c6e; --c5: #6b5500; --c6: #7d1c43; } .charts { grid-template-columns: 1fr 1fr 1fr; } section { break-before: page; }
  section:first-of-type { break-before: auto; } table.wide { font-size: 7pt; } table.wide th:first-child { min-width: 0; } .scroll { overflow: visible; } }
)css";
}

}  // namespace standfast::lab
