// Published models are grey and dashed, ours coloured and solid: the picture survives a grey printer.
#include "reproduce/html_parts.hpp"

namespace standfast {

std::string_view study_style() {
  return R"css(
:root { --c1: #1d5c9e; --c2: #c2551b; --c3: #2b7a4b; --c4: #8a3f8f; --c5: #8a6d00; }
@media (prefers-color-scheme: dark) { :root { --c1: #82b6ee; --c2: #f0a06c; --c3: #7fcf9f; --c4: #d99be0; --c5: #e0c25a; } }
.series { fill: none; stroke: var(--accent); stroke-width: 2.25; stroke-linejoin: round; }
.p1 { stroke: var(--soft); stroke-dasharray: 2 3; } .p2 { stroke: var(--ink); stroke-dasharray: 7 4; } .p3 { stroke: var(--soft); stroke-dasharray: 8 3 2 3; }
.s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); } .s5 { stroke: var(--c5); }
.tile span { display: block; } table.wide caption { font-size: 1rem; }
ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .8rem 0 0; padding: 0; font-size: .9rem; }
ul.legend li { display: flex; align-items: center; gap: .5rem; }
ul.legend svg { width: 2rem; height: .7rem; flex: none; }
table.wide { font-size: .85rem; } table.wide th, table.wide td { padding-right: .55rem; } table.wide td { white-space: nowrap; }
table.wide thead th, table.wide td.soft { font-size: inherit; }
table.wide th:first-child { min-width: 9rem; }
th.group { text-align: center; border-bottom: none; padding-bottom: 0; }
tr.second th, tr.second td { border-bottom-width: 2px; } tr.first th, tr.first td { border-bottom: none; padding-bottom: 0; }
tr.ours th.text b { color: var(--accent); }
@media print { :root { --c1: #123f70; --c2: #9a3f0e; --c3: #1d5c37; --c4: #6a2c6e; --c5: #6b5500; } .charts { grid-template-columns: 1fr 1fr 1fr; } section { break-before: page; }
  section:first-of-type { break-before: auto; } table.wide { font-size: 7pt; } table.wide th:first-child { min-width: 0; } .scroll { overflow: visible; } }
)css";
}

}  // namespace standfast
