// SPDX-License-Identifier: Apache-2.0

const ROW = 24;
const AXIS = 28;
const RAIL = 12;

/** The waterfall on its canvas. Draws what is in view, and nothing else. */
class Fall {
  constructor(canvas, recording, rows) {
    Object.assign(this, { canvas, recording, rows });
    this.g = canvas.getContext('2d');
    this.selected = NONE;
    this.hovered = NONE;
    this.matches = new Set();
    this.showArrows = true;
    this.scroll = 0;
    this.fit();
  }

  // ---- what is in view

  fit() {
    const { recording } = this;
    let from = Infinity;
    let to = recording.from;
    for (let g = 0; g < recording.groupCount; g++) {
      from = Math.min(from, Math.max(recording.from, recording.begin(g << 2 | GROUP)));
      to = Math.max(to, recording.end(g << 2 | GROUP));
    }
    if (!(from < to)) {
      from = Math.min(recording.from, recording.to - 1);
      to = recording.to;
    }
    const margin = (to - from) * 0.01;
    this.all = { from: from - margin, to: to + margin };
    this.from = this.all.from;
    this.to = this.all.to;
  }

  get gutter() {
    return Math.round(Math.min(340, Math.max(120, this.width * 0.3)));
  }

  get plot() {
    return Math.max(10, this.width - this.gutter - RAIL);
  }

  x(at) {
    return this.gutter + ((at - this.from) / (this.to - this.from)) * this.plot;
  }

  timeAt(x) {
    return this.from + ((x - this.gutter) / this.plot) * (this.to - this.from);
  }

  y(row) {
    return AXIS + row * ROW - this.scroll;
  }

  rowAt(y) {
    const row = Math.floor((y - AXIS + this.scroll) / ROW);
    return y < AXIS || row >= this.rows.length ? -1 : row;
  }

  get mostScroll() {
    return Math.max(0, this.rows.length * ROW + 8 - (this.height - AXIS));
  }

  scrollTo(scroll) {
    this.scroll = Math.min(Math.max(0, scroll), this.mostScroll);
  }

  /** Around a moment, which stays where it is. */
  zoom(factor, at = (this.from + this.to) / 2) {
    const whole = this.all.to - this.all.from;
    const span = Math.min(Math.max((this.to - this.from) * factor, 100), whole * 1.2);
    const share = (at - this.from) / (this.to - this.from);
    this.show(at - span * share, at - span * share + span);
  }

  pan(time) {
    this.show(this.from + time, this.to + time);
  }

  show(from, to) {
    const span = to - from;
    const slack = span * 0.5;
    const start = Math.min(Math.max(from, this.all.from - slack), this.all.to + slack - span);
    this.from = start;
    this.to = start + span;
  }

  bring(row) {
    const top = row * ROW;
    if (top < this.scroll) this.scrollTo(top - ROW);
    else if (top + ROW > this.scroll + this.height - AXIS) this.scrollTo(top + 2 * ROW - (this.height - AXIS));
  }

  // ---- drawing

  resize() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.g.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.scrollTo(this.scroll);
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const get = name => style.getPropertyValue(name).trim();
    this.c = {
      card: get('--card'), ink: get('--ink'), soft: get('--soft'), faint: get('--faint'), line: get('--line'), hover: get('--hover'), pick: get('--pick'),
      accent: get('--accent'), bad: get('--bad'), runs: get('--runs'), waits: get('--waits'), grid: get('--grid'), arrow: get('--arrow'),
      run: get('--run-fill'), wait: get('--wait-fill'), waitLine: get('--wait-line'), new: get('--new-fill'), cancel: get('--cancel-fill'), cancelled: get('--cancel'),
      fail: get('--fail-fill'), group: get('--group-fill'), warnSoft: get('--warn-soft'),
    };
    this.mono = get('--mono');
    this.sans = get('--sans');
  }

  draw() {
    const { g, c } = this;
    g.fillStyle = c.card;
    g.fillRect(0, 0, this.width, this.height);
    const first = Math.max(0, Math.floor(this.scroll / ROW));
    const last = Math.min(this.rows.length, Math.ceil((this.scroll + this.height - AXIS) / ROW) + 1);
    this.#bands(first, last);
    this.#grid();
    g.save();
    g.beginPath();
    g.rect(this.gutter, AXIS, this.plot, this.height - AXIS);
    g.clip();
    for (let row = first; row < last; row++) this.#bar(row);
    if (this.showArrows) drawArrows(this, first, last);
    g.restore();
    g.save();
    g.beginPath();
    g.rect(0, AXIS, this.gutter, this.height - AXIS);
    g.clip();
    for (let row = first; row < last; row++) this.#label(row);
    g.restore();
    this.#axis();
    g.fillStyle = c.line;
    g.fillRect(this.gutter - 1, 0, 1, this.height);
  }

  #bands(first, last) {
    const { g, c } = this;
    for (let row = first; row < last; row++) {
      const node = this.rows.nodes[row];
      const colour = node === this.selected ? c.pick : node === this.hovered ? c.hover : this.matches.has(node) ? c.warnSoft : null;
      if (colour) {
        g.fillStyle = colour;
        g.fillRect(0, this.y(row), this.width, ROW);
      }
    }
  }

  #step() {
    const rough = ((this.to - this.from) / this.plot) * 110;
    const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
    return [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
  }

  /** Ticks are counted from the beginning of the recording, as all times that are told. */
  #firstTick(step) {
    return this.recording.from + Math.ceil((this.from - this.recording.from) / step) * step;
  }

  #grid() {
    const { g, c } = this;
    const step = this.#step();
    g.fillStyle = c.grid;
    for (let at = this.#firstTick(step); at <= this.to; at += step) {
      const x = Math.round(this.x(at));
      if (x > this.gutter) g.fillRect(x, AXIS, 1, this.height);
    }
    for (const edge of [this.recording.from, this.recording.to]) {
      const x = Math.round(this.x(edge));
      if (x >= this.gutter && x <= this.gutter + this.plot) {
        g.fillStyle = c.line;
        g.fillRect(x, AXIS, 1, this.height);
      }
    }
  }

  #axis() {
    const { g, c } = this;
    g.fillStyle = c.card;
    g.fillRect(0, 0, this.width, AXIS);
    g.fillStyle = c.line;
    g.fillRect(0, AXIS - 1, this.width, 1);
    g.fillStyle = c.soft;
    g.font = `12px ${this.sans}`;
    g.textBaseline = 'middle';
    g.textAlign = 'left';
    if (this.gutter > 150) g.fillText('Thread, group, task', 14, AXIS / 2);
    const step = this.#step();
    g.textAlign = 'center';
    for (let at = this.#firstTick(step); at <= this.to; at += step) {
      const x = this.x(at);
      if (x > this.gutter + 24 && x < this.width - RAIL - 24) g.fillText(tick(Math.round((at - this.recording.from) / step) * step, step), x, AXIS / 2);
    }
    g.textAlign = 'left';
  }

  #bar(row) {
    const node = this.rows.nodes[row];
    const y = this.y(row);
    if (kind(node) === TASK) this.#task(node, y);
    else if (kind(node) === GROUP) this.#group(node, y);
    else this.#spans(node, y, this.recording.from, this.recording.to, null);
  }

  #rect(from, to, y, height, colour, least = 1) {
    const a = Math.max(this.gutter - 2, this.x(from));
    const b = Math.min(this.width, this.x(to));
    if (b < this.gutter || a > this.width || Number.isNaN(a) || Number.isNaN(b)) return;
    this.g.fillStyle = colour;
    this.g.fillRect(a, y, Math.max(least, b - a), height);
  }

  #task(node, y) {
    const { recording, c } = this;
    const task = place(node);
    const begin = recording.begin(node);
    const end = recording.end(node);
    const forked = recording.forked[task];
    const started = Number.isNaN(recording.started[task]) ? (Number.isNaN(forked) ? begin : end) : recording.started[task];
    if (started > begin || Number.isNaN(recording.started[task])) this.#rect(begin, started, y + 10, 4, c.new);
    const colour = [c.run, c.run, c.fail, c.cancel][recording.outcome[task]];
    this.#spans(node, y, started, end, colour);
    const x = this.x(end);
    if (x < this.gutter || x > this.width) return;
    if (recording.outcome[task] === FAILED) this.#mark(x, y, c.bad, 'cross');
    else if (recording.outcome[task] === CANCELLED) this.#mark(x, y, c.cancelled, 'bar');
  }

  #mark(x, y, colour, shape) {
    const { g } = this;
    g.strokeStyle = colour;
    g.lineWidth = 2;
    g.beginPath();
    if (shape === 'cross') {
      g.moveTo(x + 3, y + 8);
      g.lineTo(x + 11, y + 16);
      g.moveTo(x + 11, y + 8);
      g.lineTo(x + 3, y + 16);
    } else {
      g.moveTo(x + 1, y + 5);
      g.lineTo(x + 1, y + 19);
    }
    g.stroke();
  }

  /** What ran, and the waits in it. Waits too small to be seen are drawn once a pixel. */
  #spans(node, y, begin, end, colour) {
    const { recording, g, c } = this;
    if (colour) this.#rect(begin, end, y + 6, 12, colour);
    let drawn = -Infinity;
    recording.waitsOf.each(recording.dense(node), wait => {
      const from = Number.isNaN(recording.waitFrom[wait]) ? begin : recording.waitFrom[wait];
      const to = Number.isNaN(recording.waitTo[wait]) ? end : recording.waitTo[wait];
      if (to < this.from || from > this.to) return;
      const a = Math.max(this.gutter - 2, this.x(from));
      const b = Math.min(this.width + 2, this.x(to));
      if (b <= drawn + 0.5) return;
      drawn = Math.max(b, a + 1);
      g.fillStyle = c.wait;
      g.fillRect(a, y + 6, Math.max(1, b - a), 12);
      if (b - a > 4) {
        g.strokeStyle = c.waitLine;
        g.lineWidth = 1;
        g.strokeRect(a + 0.5, y + 6.5, b - a - 1, 11);
      }
      if (b - a > 90) {
        g.save();
        g.beginPath();
        g.rect(a, y, b - a - 4, ROW);
        g.clip();
        g.fillStyle = c.ink;
        g.font = `11px ${this.sans}`;
        g.textBaseline = 'middle';
        g.fillText(recording.waitsFor(wait), Math.max(a, this.gutter) + 6, y + 12.5);
        g.restore();
      }
    });
  }

  #group(node, y) {
    const { recording, g, c } = this;
    const begin = recording.begin(node);
    const end = recording.end(node);
    const a = Math.max(this.gutter - 2, this.x(begin));
    const b = Math.min(this.width, this.x(end));
    if (b < this.gutter || a > this.width) return;
    if (!this.rows.isOpen(node) && recording.tasksOf.size(place(node)) > 0) {
      Density.of(recording, node, this.from, this.to, Math.max(1, Math.floor(this.plot))).draw(g, this.gutter, y + 3, ROW - 6, c);
      g.fillStyle = c.accent;
      g.fillRect(a, y + ROW - 3, Math.max(1, b - a), 1);
      return;
    }
    g.fillStyle = c.group;
    g.fillRect(a, y + 8, Math.max(1, b - a), 8);
    g.strokeStyle = c.accent;
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(a + 0.75, y + 17);
    g.lineTo(a + 0.75, y + 8);
    g.lineTo(Math.max(a + 1, b - 0.75), y + 8);
    if (!Number.isNaN(recording.closed[place(node)])) g.lineTo(Math.max(a + 1, b - 0.75), y + 17);
    g.stroke();
  }

  #label(row) {
    const { recording, rows, g, c } = this;
    const node = rows.nodes[row];
    const y = this.y(row) + ROW / 2;
    let x = 10 + Math.min(rows.depths[row], 12) * 13;
    if (rows.isParent(node)) {
      g.fillStyle = c.faint;
      g.beginPath();
      if (rows.isOpen(node)) {
        g.moveTo(x, y - 2.5);
        g.lineTo(x + 9, y - 2.5);
        g.lineTo(x + 4.5, y + 3.5);
      } else {
        g.moveTo(x + 2, y - 4.5);
        g.lineTo(x + 8, y);
        g.lineTo(x + 2, y + 4.5);
      }
      g.fill();
    }
    x += 15;
    this.#sign(node, x, y);
    x += 15;
    g.textBaseline = 'middle';
    g.fillStyle = c.ink;
    g.font = `${kind(node) === TASK ? '' : '600 '}12.5px ${this.mono}`;
    const more = kind(node) === GROUP ? number(recording.tasksOf.size(place(node))) : '';
    const room = this.gutter - x - 12;
    g.font = `12px ${this.sans}`;
    const side = more ? g.measureText(more).width + 10 : 0;
    g.font = `${kind(node) === TASK ? '' : '600 '}12.5px ${this.mono}`;
    g.fillText(clipped(g, recording.name(node), Math.max(20, room - side)), x, y + 0.5);
    if (more) {
      g.fillStyle = c.soft;
      g.font = `12px ${this.sans}`;
      g.textAlign = 'right';
      g.fillText(more, this.gutter - 12, y + 0.5);
      g.textAlign = 'left';
    }
  }

  #sign(node, x, y) {
    const { recording, g, c } = this;
    g.lineWidth = 2;
    if (kind(node) === GROUP) {
      g.strokeStyle = c.accent;
      g.strokeRect(x + 0.5, y - 4, 8, 8);
    } else if (kind(node) === THREAD) {
      g.fillStyle = c.faint;
      g.beginPath();
      g.moveTo(x + 4.5, y - 5);
      g.lineTo(x + 9.5, y);
      g.lineTo(x + 4.5, y + 5);
      g.lineTo(x - 0.5, y);
      g.fill();
    } else {
      g.beginPath();
      g.arc(x + 4.5, y, 4, 0, 7);
      const state = recording.outcome[place(node)];
      g.fillStyle = [c.waits, c.runs, c.bad, c.cancelled][state];
      g.strokeStyle = g.fillStyle;
      if (state === LIVES) g.stroke();
      else g.fill();
    }
  }
}

function clipped(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  let low = 0;
  let high = Math.min(text.length, 200);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (g.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}

/** As exact as the distance of the ticks. */
function tick(at, step) {
  const n = Math.abs(at);
  const [unit, name] = n >= 60e9 ? [1e9, 's'] : n >= 1e9 ? [1e9, 's'] : n >= 1e6 ? [1e6, 'ms'] : n >= 1e3 ? [1e3, 'µs'] : [1, 'ns'];
  const decimals = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9)));
  return at === 0 ? '0' : `${(at / unit).toFixed(decimals)} ${name}`;
}
