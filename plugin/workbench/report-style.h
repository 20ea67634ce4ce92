/* report-style.h
 * The report's style sheet: light and dark as the reader has it, and what is different on paper.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_REPORT_STYLE_H
#define CJT188_REPORT_STYLE_H

static const char report_style[] =
    /* Colours. Curves are told apart by those who see no red, too: they differ in lightness. */
    ":root{color-scheme:light dark;--ground:#fff;--panel:#fafaf8;--ink:#1c1f23;--soft:#5f6670;--rule:#e3e3df;"
    "--grid:#ecece8;--warm:#c2410c;--cold:#1d64c8;--c0:#12695f;--c1:#b45309;--c2:#6d4bb8;--c3:#be3455;--c4:#2f6fb0;--c5:#6b7a12;"
    "--c6:#8a5a44;--c7:#7a7f87;--mark:#9a3fb5;--event:#d0221b;--unknown:#c77700;"
    "--h0:#eef0f1;--h1:#b9d4ea;--h2:#8db9de;--h3:#5a97ca;--h4:#2f70ad;--h5:#123f73}"
    "@media(prefers-color-scheme:dark){:root{--ground:#14171a;--panel:#1a1e22;--ink:#e6e7e4;--soft:#9aa1a9;--rule:#2c3238;"
    "--grid:#262b30;--warm:#f08a4b;--cold:#6aa8f7;--c0:#4cc0b0;--c1:#e0a04a;--c2:#ab93ee;--c3:#ee7d96;--c4:#77b3ea;--c5:#b2c25a;"
    "--c6:#cf9f86;--c7:#a3a9b1;--mark:#d08be6;--event:#ff6b60;--unknown:#f0a830;"
    "--h0:#22282d;--h1:#21405c;--h2:#2b6290;--h3:#3f8cc6;--h4:#79bbea;--h5:#d4ecff}}"
    /* Page. */
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1320px;padding:28px 28px 48px;background:var(--ground);color:var(--ink);"
    "font:15px/1.45 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"DejaVu Sans\",Arial,sans-serif;"
    "-webkit-text-size-adjust:100%}"
    "h1{font-size:27px;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 4px}"
    "h2{font-size:19px;font-weight:650;margin:44px 0 10px;padding-top:14px;border-top:1px solid var(--rule)}"
    "h3{font-size:15px;font-weight:650;margin:26px 0 6px;overflow-wrap:anywhere}h3 small{font-weight:400;color:var(--soft);font-size:13px}"
    "p{margin:4px 0 10px;max-width:76ch;overflow-wrap:anywhere}.lead,.note,.legend{color:var(--soft)}.note,.legend{font-size:12.5px}.legend{max-width:none}.legend .key:first-child{margin-left:0}"
    ".wide{overflow-x:auto;max-width:100%}"
    /* Tables. */
    "table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;margin:10px 0;min-width:min(100%,640px)}"
    "th,td{text-align:left;padding:6px 18px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}"
    "th{font-weight:500;color:var(--soft);font-size:12.5px;vertical-align:bottom}td.n,th.n{text-align:right;white-space:nowrap}"
    "td.bad{color:var(--event)}td.name{min-width:10ch;max-width:32ch;overflow-wrap:anywhere}td.number{white-space:nowrap}td small{color:var(--soft);display:block}"
    "a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:3px}"
    "table.line{min-width:0}table.line th,table.line td{padding:3px 14px 3px 0;font-size:13px;vertical-align:top}table.line th{white-space:nowrap}"
    /* Charts. */
    ".grid{display:grid;grid-template-columns:minmax(0,1fr);gap:14px 26px}"
    "@media(min-width:600px){.grid{grid-template-columns:repeat(2,minmax(0,1fr))}}"
    "@media(min-width:1120px){.grid{grid-template-columns:repeat(4,minmax(0,1fr))}}"
    "figure{margin:0;min-width:0;max-width:460px;break-inside:avoid}figcaption{font-size:13px;line-height:1.35;padding:0 0 2px}"
    "figcaption b{font-weight:600}figcaption i{font-style:normal;color:var(--soft)}"
    ".key{color:var(--soft);margin-left:9px;white-space:nowrap}.key:before{content:\"\";display:inline-block;width:12px;height:3px;"
    "border-radius:2px;margin-right:4px;vertical-align:middle;background:var(--k)}"
    ".c0{--k:var(--c0)}.c1{--k:var(--c1)}.c2{--k:var(--c2)}.c3{--k:var(--c3)}.c4{--k:var(--c4)}.c5{--k:var(--c5)}.c6{--k:var(--c6)}"
    ".c7{--k:var(--c7)}.warm .c0{--k:var(--warm)}.warm .c1{--k:var(--cold)}.key.event{--k:var(--event)}"
    "svg{display:block}svg text{font-size:10.5px;fill:var(--soft);font-variant-numeric:tabular-nums}.chart{width:100%;height:auto}"
    "path{fill:none}.line{stroke:var(--k);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}"
    ".dots{stroke:var(--k);stroke-width:2.4;stroke-linecap:round;stroke-opacity:.7}"
    ".grid path.grid,path.grid{stroke:var(--grid)}.base,.tick{stroke:var(--soft);stroke-opacity:.6}.event{stroke:var(--event);stroke-width:1.2}"
    ".hover{fill:transparent}.hover:hover{fill:var(--ink);fill-opacity:.09}"
    ".mark path{stroke:var(--mark);stroke-dasharray:3 2}.heatmap .mark path{stroke-opacity:.45}.mark text{fill:var(--mark);font-weight:600}"
    ".cells{overflow:hidden}.heat{stroke-width:1}path.h0{stroke:var(--h0)}path.h1{stroke:var(--h1)}path.h2{stroke:var(--h2)}"
    "path.h3{stroke:var(--h3)}path.h4{stroke:var(--h4)}path.h5{stroke:var(--h5)}"
    ".bracket{stroke:var(--soft);stroke-width:2}.bracket.unknown{stroke:var(--unknown);stroke-width:3}svg text.known{fill:var(--ink)}"
    "svg text.unknown{fill:var(--unknown);font-weight:600}"
    ".cell{display:inline-block;width:13px;height:13px;margin:0 5px 0 14px;vertical-align:-2px;background:var(--h0)}"
    ".cell:first-child{margin-left:0}.cell.h1{background:var(--h1)}.cell.h2{background:var(--h2)}.cell.h3{background:var(--h3)}"
    ".cell.h4{background:var(--h4)}.cell.h5{background:var(--h5)}.cell.none{background:none;border:1px solid var(--rule)}"
    ".cell.unknown{height:3px;vertical-align:4px;background:var(--unknown)}"
    "ul{font-size:13px;padding-left:18px;margin:10px 0;max-width:110ch}li{margin:2px 0;overflow-wrap:anywhere}li i{font-style:normal;color:var(--soft)}"
    "@media(max-width:640px){body{padding:18px 16px 36px}h1{font-size:23px}}"
    /* Paper is white. */
    "@page{margin:12mm}@media print{body{padding:0;max-width:none;font-size:10pt}h2{break-after:avoid}h3{break-after:avoid}"
    ".grid{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px 20px}.wide{overflow:visible}.heatmap{max-width:100%;height:auto}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    "@media print and (prefers-color-scheme:dark){:root{--ground:#fff;--panel:#fff;--ink:#1c1f23;--soft:#5f6670;--rule:#e3e3df;"
    "--grid:#ecece8;--warm:#c2410c;--cold:#1d64c8;--c0:#12695f;--h0:#eef0f1;--h1:#b9d4ea;--h2:#8db9de;--h3:#5a97ca;--h4:#2f70ad;"
    "--h5:#123f73}}";

#endif
