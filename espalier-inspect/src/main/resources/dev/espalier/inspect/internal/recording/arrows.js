// SPDX-License-Identifier: Apache-2.0

const MOST_ARROWS = 250;

/** Who forked whom, and who cancelled what. Those of what is selected always; the others while they can be told apart. */
function drawArrows(fall, first, last) {
  const { recording, rows, c } = fall;
  const few = last - first <= 60 && recording.taskCount <= 5_000;
  let left = MOST_ARROWS;
  for (let row = first; row < last && left > 0; row++) {
    const node = rows.nodes[row];
    if (kind(node) !== TASK) continue;
    const at = recording.forked[place(node)];
    const by = recording.forker[place(node)];
    const chosen = node === fall.selected || by === fall.selected || recording.parent(node) === fall.selected;
    if (Number.isNaN(at) || by === NONE || !(few || chosen) || at < fall.from || at > fall.to) continue;
    const from = source(fall, by, recording.parent(node));
    if (from < 0 || from === row) continue;
    arrow(fall, at, from, row, chosen ? c.ink : c.arrow, chosen ? 1.4 : 0.8, false);
    left--;
  }
  left = MOST_ARROWS;
  for (const cancel of recording.cancels) {
    if (cancel.target === NONE || cancel.at < fall.from || cancel.at > fall.to) continue;
    const from = rows.rowOf(cancel.by);
    const to = rows.rowOf(cancel.target);
    if (to < 0 || Math.max(from, to) < first || (from < 0 ? to : Math.min(from, to)) >= last) continue;
    if (left-- <= 0) break;
    const chosen = cancel.target === fall.selected || cancel.by === fall.selected || (kind(fall.selected) === TASK && fall.selected !== NONE && recording.cancels[recording.cancel[place(fall.selected)]] === cancel);
    if (from < 0 || from === to) bolt(fall, fall.x(cancel.at), fall.y(to) + ROW / 2, c.cancelled);
    else arrow(fall, cancel.at, from, to, c.cancelled, chosen ? 2.2 : 1.4, true);
    if (chosen) reached(fall, cancel, to, first, last);
  }
}

/** A fork begins in the row of the group if its owner forked, which is the row next to it, else in that of the forker. */
function source(fall, by, group) {
  return fall.recording.parent(group) === by ? fall.rows.rowOf(group) : fall.rows.rowOf(by);
}

/** From a cancelled group to the tasks that ended by it. */
function reached(fall, cancel, from, first, last) {
  const { recording, rows, c } = fall;
  for (let row = first; row < last; row++) {
    const node = rows.nodes[row];
    if (kind(node) !== TASK || row === from || recording.cancels[recording.cancel[place(node)]] !== cancel || Number.isNaN(recording.ended[place(node)])) continue;
    const { g } = fall;
    g.strokeStyle = c.cancelled;
    g.lineWidth = 1;
    g.setLineDash([2, 3]);
    g.beginPath();
    g.moveTo(fall.x(cancel.at), fall.y(from) + ROW / 2);
    g.lineTo(fall.x(cancel.at), fall.y(row) + ROW / 2);
    g.lineTo(fall.x(recording.ended[place(node)]), fall.y(row) + ROW / 2);
    g.stroke();
    g.setLineDash([]);
  }
}

function arrow(fall, at, from, to, colour, width, marked) {
  const { g } = fall;
  const x = fall.x(at);
  const y1 = fall.y(from) + ROW / 2;
  const down = to > from;
  const y2 = fall.y(to) + (down ? 5 : ROW - 5);
  g.strokeStyle = colour;
  g.fillStyle = colour;
  g.lineWidth = width;
  g.beginPath();
  g.moveTo(x, y1 + (down ? 4 : -4));
  g.lineTo(x, y2 + (down ? -4 : 4));
  g.stroke();
  const h = down ? -5 : 5;
  g.beginPath();
  g.moveTo(x, y2);
  g.lineTo(x - 3, y2 + h);
  g.lineTo(x + 3, y2 + h);
  g.fill();
  if (marked) bolt(fall, x, y1, colour);
}

function bolt(fall, x, y, colour) {
  const { g } = fall;
  g.fillStyle = colour;
  g.beginPath();
  g.moveTo(x + 1, y - 7);
  g.lineTo(x - 4.5, y + 1);
  g.lineTo(x - 0.5, y + 1);
  g.lineTo(x - 1.5, y + 7);
  g.lineTo(x + 4.5, y - 1.5);
  g.lineTo(x + 0.5, y - 1.5);
  g.fill();
}
