// SPDX-License-Identifier: Apache-2.0

/** How many tasks ran, waited, had not started, and ended badly in each part of a stretch of time: for tasks that have no rows, or are too many to be seen. */
class Density {
  static cache = new Map();

  static of(recording, node, from, to, width) {
    const key = `${node} ${from} ${to} ${width}`;
    let density = Density.cache.get(key);
    if (!density) {
      if (Density.cache.size > 200) Density.cache.clear();
      density = new Density(recording, Density.#tasks(recording, node), from, to, width);
      Density.cache.set(key, density);
    }
    return density;
  }

  static #below = new Map();

  static #tasks(recording, node) {
    if (node === NONE) return null;
    let tasks = Density.#below.get(node);
    if (!tasks) {
      tasks = recording.tasksBelow(node);
      Density.#below.set(node, tasks);
    }
    return tasks;
  }

  /** Average numbers in each of `width` parts. */
  constructor(recording, tasks, from, to, width) {
    this.width = width;
    this.runs = new Float64Array(width + 2);
    this.waits = new Float64Array(width + 2);
    this.news = new Float64Array(width + 2);
    this.failed = new Uint32Array(width + 2);
    this.cancelled = new Uint32Array(width + 2);
    const change = { runs: new Float64Array(width + 2), waits: new Float64Array(width + 2), news: new Float64Array(width + 2) };
    const scale = width / Math.max(1, to - from);
    const add = (what, begin, end) => {
      const a = Math.max(0, (begin - from) * scale);
      const b = Math.min(width, (end - from) * scale);
      if (!(b > a)) return;
      const i = Math.floor(a);
      const j = Math.floor(b);
      if (i === j) {
        this[what][i] += b - a;
      } else {
        this[what][i] += i + 1 - a;
        this[what][j] += b - j;
        change[what][i + 1] += 1;
        change[what][j] -= 1;
      }
    };
    const n = tasks ? tasks.length : recording.taskCount;
    for (let i = 0; i < n; i++) {
      const task = tasks ? tasks[i] : i;
      const node = task << 2 | TASK;
      const begin = recording.begin(node);
      const end = recording.end(node);
      if (end >= from && begin <= to) {
        const started = Number.isNaN(recording.started[task]) ? (Number.isNaN(recording.forked[task]) ? begin : end) : recording.started[task];
        add('news', begin, started);
        let at = started;
        recording.waitsOf.each(recording.dense(node), wait => {
          const since = Math.max(at, Number.isNaN(recording.waitFrom[wait]) ? begin : recording.waitFrom[wait]);
          const until = Math.min(end, Number.isNaN(recording.waitTo[wait]) ? end : recording.waitTo[wait]);
          if (until <= since) return;
          add('runs', at, since);
          add('waits', since, until);
          at = until;
        });
        add('runs', at, end);
        const bad = recording.outcome[task] === FAILED ? this.failed : recording.outcome[task] === CANCELLED ? this.cancelled : null;
        if (bad && end <= to) bad[Math.floor((end - from) * scale)]++;
      }
    }
    let most = 0;
    const sum = { runs: 0, waits: 0, news: 0 };
    for (let i = 0; i < width; i++) {
      let all = 0;
      for (const what of ['runs', 'waits', 'news']) {
        sum[what] += change[what][i];
        this[what][i] += sum[what];
        all += this[what][i];
      }
      most = Math.max(most, all);
    }
    this.most = most;
  }

  /** As areas on each other, and marks for what failed and was cancelled. */
  draw(g, x, y, height, colours) {
    const { width } = this;
    const top = Math.max(this.most, 1e-9);
    const base = new Float64Array(width);
    for (const [what, colour] of [['runs', colours.run], ['waits', colours.wait], ['news', colours.new]]) {
      g.fillStyle = colour;
      for (let i = 0; i < width; i++) {
        const value = this[what][i];
        if (value <= 0) continue;
        const h = Math.max(what === 'runs' ? 1 : 0.5, (value / top) * height);
        g.fillRect(x + i, y + height - base[i] - h, 1, h);
        base[i] += (value / top) * height;
      }
    }
    for (const [what, colour] of [['cancelled', colours.cancel], ['failed', colours.fail]]) {
      g.fillStyle = colour;
      for (let i = 0; i <= width; i++) if (this[what][i] > 0) g.fillRect(x + Math.min(i, width - 1) - 0.5, y + height - Math.min(height, 6), 2, Math.min(height, 6));
    }
  }
}
