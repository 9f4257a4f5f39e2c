// SPDX-License-Identifier: Apache-2.0

package dev.espalier.test;

/** The colours of a trace's picture, for light and dark pages. */
final class TracePictureStyle {
    private TracePictureStyle() {}

    static final String CSS = """
        svg { --page: #fff; --ink: #1f2328; --soft: #656d76; --grid: #d9dee4; --band: #f5f7f9; --run: #4078c0;
          --wait: #8c959f; --bad: #cf222e; --switch: #bc4c00; --start: #1a7f37; --wake: #0969da; --cancel: #a626a4; --badge: #fff; }
        @media (prefers-color-scheme: dark) {
          svg { --page: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --grid: #30363d; --band: #161b22; --run: #58a6ff;
            --wait: #7d8590; --bad: #ff7b72; --switch: #f0883e; --start: #56d364; --wake: #79c0ff; --cancel: #e27de0; --badge: #0d1117; } }
        svg { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        path { fill: none; stroke-width: 1.5; } text { fill: var(--ink); }
        .page { fill: var(--page); } .band { fill: var(--band); } .grid { stroke: var(--grid); stroke-width: 1; }
        .heading { font-size: 17px; font-weight: 600; } .failed { fill: var(--bad); font-size: 14px; font-weight: 600; } .passed { fill: var(--start); font-size: 14px; }
        .soft { fill: var(--soft); } .strong { font-weight: 600; }
        .label { font-size: 11px; fill: var(--soft); paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; }
        .label.bad { fill: var(--bad); } .clock { stroke: var(--soft); stroke-dasharray: 5 3; stroke-width: 1; }
        .running { fill: var(--run); } .waiting { stroke: var(--wait); stroke-width: 2; } .ready { stroke: var(--run); stroke-width: 2; stroke-dasharray: 1 4; stroke-linecap: round; }
        .stuck { stroke: var(--bad); stroke-width: 3; } .preempted { stroke: var(--switch); stroke-width: 2.5; }
        .handover { stroke: var(--soft); stroke-width: 1; } .started { stroke: var(--start); } .woken { stroke: var(--wake); }
        .cancelled { stroke: var(--cancel); stroke-width: 2; } .held { stroke: var(--bad); stroke-dasharray: 4 3; }
        .head { stroke-dasharray: none; } .started.head { fill: var(--start); } .woken.head { fill: var(--wake); } .cancelled.head { fill: var(--cancel); }
        .held.head { fill: var(--bad); } circle.started { fill: var(--page); stroke-width: 2; } .ended { fill: var(--ink); }
        .timer, .fault, .outside, .note { stroke: var(--ink); fill: var(--page); stroke-width: 1.5; } .fault { fill: var(--bad); stroke: none; } .note { fill: var(--start); }
        .badge { fill: var(--switch); } .badge.bad { fill: var(--bad); } .number { fill: var(--badge); font-size: 10px; font-weight: 700; text-anchor: middle; }
        """;
}
