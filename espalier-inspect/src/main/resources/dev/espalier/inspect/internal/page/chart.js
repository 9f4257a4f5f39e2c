// SPDX-License-Identifier: Apache-2.0

import { number } from './words.js';

const KEPT = 300;
const WIDE = 300;
const HIGH = 30;

/** The last minutes, a point a second. A sample is [time, tasks, forked, ended, failed]. */
export class Charts {
  #samples = [];

  constructor(alive, rates) {
    Object.assign(this, { alive, rates });
    for (const figure of [alive, rates]) {
      const svg = figure.querySelector('svg');
      svg.setAttribute('viewBox', `0 0 ${WIDE} ${HIGH}`);
      svg.setAttribute('preserveAspectRatio', 'none');
    }
  }

  reset() {
    this.#samples = [];
  }

  add(samples) {
    if (samples.length === 0) return;
    this.#samples.push(...samples);
    this.#samples.splice(0, Math.max(0, this.#samples.length - KEPT));
    const last = this.#samples.at(-1);
    this.#draw(this.alive, [['line', 1]], last[1] < 0 ? '' : number(last[1]));
    this.#draw(this.rates, [['line', 2], ['fails', 4]], number(last[2]));
    const failed = this.#samples.reduce((sum, sample) => sum + sample[4], 0);
    this.rates.querySelector('.failed').textContent = failed ? `${number(failed)} failed in ${this.#span()}` : '';
  }

  #span() {
    const seconds = Math.round((this.#samples.at(-1)[0] - this.#samples[0][0]) / 1000) + 1;
    return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  }

  #draw(figure, lines, value) {
    figure.querySelector('b').textContent = value;
    const highest = Math.max(1, ...this.#samples.map(sample => sample[lines[0][1]]));
    const wide = Math.max(60, this.#samples.length);
    const start = wide - this.#samples.length;
    const x = i => ((start + i) / (wide - 1)) * WIDE;
    const y = value => HIGH - 1 - (Math.max(0, value) / highest) * (HIGH - 4);
    let paths = '';
    for (const [kind, column] of lines) {
      const points = this.#samples.map((sample, i) => (sample[column] < 0 ? null : `${x(i).toFixed(1)} ${y(sample[column]).toFixed(1)}`));
      const begun = points.findIndex(point => point !== null);
      const line = points.filter(point => point !== null).join('L');
      if (!line || (kind === 'fails' && !this.#samples.some(sample => sample[column] > 0))) continue;
      if (kind === 'line') paths += `<path class="area" d="M${x(begun).toFixed(1)} ${HIGH}L${line}L${WIDE} ${HIGH}Z"/>`;
      paths += `<path class="${kind}" d="M${line}"/>`;
    }
    const svg = figure.querySelector('svg');
    svg.innerHTML = paths; // of numbers only
    svg.setAttribute('aria-label', `${figure.querySelector('figcaption').textContent.trim()}; highest of the last minutes: ${number(highest)}`);
  }
}
