// SPDX-License-Identifier: Apache-2.0

import { count, element, number, time } from './words.js';

const ROW = 32;
/** Rows above and below what can be seen. */
const MARGIN = 20;
/** Browsers do not make elements higher than some ten million pixels. */
const HIGHEST = 12_000_000;

/** The tree: elements only for the rows in view, whose places are computed. */
export class Tree {
  #rows = new Map();
  #elements = new Map();
  #order = [];
  #first = 0;
  #total = 0;
  #open = new Set();
  #shut = new Set();
  #wanted = '';
  /** Home or End, while its row is not here. */
  #edge = '';
  selected = '';
  query = '';
  /** Server's clock, less ours. */
  offset = 0;

  /**
   * @param scroller scrolls
   * @param list has the rows
   * @param onView something else is in view
   * @param onSelect a row is selected; with its key, or an empty string
   */
  constructor(scroller, list, onView, onSelect) {
    Object.assign(this, { scroller, list, onView, onSelect });
    scroller.addEventListener('scroll', () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#look()).observe(scroller);
    list.addEventListener('click', event => this.#click(event));
    list.addEventListener('dblclick', event => this.#doubleClick(event));
    list.addEventListener('keydown', event => this.#key(event));
  }

  /** An event with the rows in view, and how many there are. */
  update(data) {
    for (const row of data.rows) this.#rows.set(row.key, row);
    const kept = new Set(data.order);
    for (const key of this.#rows.keys()) if (!kept.has(key)) this.#rows.delete(key);
    this.#order = data.order;
    this.#first = data.first;
    this.#total = data.total;
    this.#draw();
    this.#look();
    this.#reach();
  }

  /** A new connection: the server remembers nothing of what it sent. */
  reset() {
    this.#rows.clear();
    this.#order = [];
    this.#wanted = '';
  }

  view() {
    const { first, rows } = this.#seen();
    return {
      first: Math.max(0, first - MARGIN),
      count: rows + 2 * MARGIN,
      query: this.query,
      open: [...this.#open],
      shut: [...this.#shut],
      selected: this.selected,
    };
  }

  search(query) {
    this.query = query;
    this.scroller.scrollTop = 0;
    this.#look();
  }

  select(key) {
    this.selected = key;
    for (const [k, e] of this.#elements) e.setAttribute('aria-selected', String(k === key));
    this.#activate();
    this.#look();
    this.onSelect(key);
  }

  row(key) {
    return this.#rows.get(key);
  }

  get total() {
    return this.#total;
  }

  #height() {
    return Math.min(this.#total * ROW, HIGHEST);
  }

  /** Which rows can be seen. With more than fit, the bar is a proportion, and not pixels. */
  #seen() {
    const rows = Math.ceil(this.scroller.clientHeight / ROW) + 1;
    const room = this.#height() - this.scroller.clientHeight;
    const most = Math.max(0, this.#total - rows + 1);
    const at = this.scroller.scrollTop;
    const exact = this.#total * ROW <= HIGHEST || room <= 0 ? at / ROW : (at / room) * most;
    return { first: Math.floor(exact), shift: (exact % 1) * ROW, rows };
  }

  #look() {
    if (this.#total * ROW > HIGHEST) this.#draw();
    const text = JSON.stringify(this.view());
    if (text !== this.#wanted) {
      this.#wanted = text;
      this.onView(this.view());
    }
  }

  #draw() {
    this.list.style.height = `${this.#height()}px`;
    const { first, shift } = this.#seen();
    const exact = this.#total * ROW <= HIGHEST;
    const inView = new Set(this.#order);
    for (const [key, e] of this.#elements) {
      if (!inView.has(key)) {
        e.remove();
        this.#elements.delete(key);
      }
    }
    this.#order.forEach((key, i) => {
      const index = this.#first + i;
      let e = this.#elements.get(key);
      if (!e) {
        e = this.#make(key);
        this.#elements.set(key, e);
        this.list.append(e);
      }
      const top = exact ? index * ROW : this.scroller.scrollTop + (index - first) * ROW - shift;
      e.style.transform = `translateY(${top}px)`;
      e.setAttribute('aria-posinset', index + 1);
      e.setAttribute('aria-setsize', this.#total);
      this.#fill(e, this.#rows.get(key));
    });
    this.#activate();
  }

  #activate() {
    const e = this.#elements.get(this.selected);
    if (e) this.list.setAttribute('aria-activedescendant', e.id);
    else this.list.removeAttribute('aria-activedescendant');
  }

  #make(key) {
    const twist = element('button', { type: 'button', class: 'twist', tabindex: '-1', 'aria-hidden': 'true' });
    twist.innerHTML = '<svg width="10" height="10" viewBox="0 0 10 10"><path d="M3 1.5 7 5 3 8.5" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>';
    const e = element('div', { class: 'row', role: 'treeitem', id: `row-${key}`, 'data-key': key, 'aria-selected': String(key === this.selected) },
      element('span', { class: 'who' }, twist, element('i', { class: 'sign', 'aria-hidden': 'true' }), element('span', { class: 'name' }), element('span', { class: 'count' })),
      element('span', { class: 'doing' }),
      element('span', { class: 'time age' }),
      element('span', { class: 'time due' }));
    return e;
  }

  #fill(e, row) {
    if (!row || e.shown === row) return;
    e.shown = row;
    e.setAttribute('aria-level', row.depth + 1);
    e.style.setProperty('--depth', row.depth);
    e.dataset.kind = row.kind;
    e.dataset.state = row.state ?? '';
    e.toggleAttribute('data-bad', Boolean(row.deadlock || row.stuck));
    if (row.open === undefined) e.removeAttribute('aria-expanded');
    else e.setAttribute('aria-expanded', String(row.open));
    const [who, doing] = e.children;
    const name = who.querySelector('.name');
    name.textContent = row.kind === 'bundle' ? `${number(row.tasks)} tasks alike` : row.name;
    name.title = name.textContent;
    who.querySelector('.count').textContent = this.#counts(row);
    for (const badge of who.querySelectorAll('.badge')) badge.remove();
    for (const [kind, text] of this.#badges(row)) who.append(element('span', { class: `badge ${kind}` }, text));
    const what = row.kind === 'group' || row.kind === 'stream' ? this.#progress(row) : row.doing;
    doing.replaceChildren(element('b', {}, what ?? ''), row.at ? ' at ' : '', row.at ? element('code', {}, row.at) : '');
    doing.title = row.at ? `${what} at ${row.at}` : what ?? '';
    this.#times(e, row);
  }

  #counts(row) {
    if (row.kind === 'group' || row.kind === 'stream') return count(row.active, 'task') + (row.tasks ? `, ${number(row.tasks)} in all` : '');
    return row.kind !== 'bundle' && row.tasks ? `${number(row.tasks)} below` : '';
  }

  #badges(row) {
    const badges = [];
    if (row.deadlock) badges.push(['bad', 'deadlock']);
    if (row.stuck) badges.push(['bad', 'stuck']);
    if (row.cancelled) badges.push(['warn', 'cancelled']);
    if (row.daemon) badges.push(['', 'daemon']);
    if (row.kind === 'stream') badges.push(['', 'stream']);
    return badges;
  }

  #progress(row) {
    if (row.cancelled) return `cancelled: ${row.cancelled}`;
    const parts = [];
    if (row.ended) parts.push(`${number(row.ended)} ended`);
    if (row.failed) parts.push(`${number(row.failed)} failed`);
    if (row.forksWaiting) parts.push(`${number(row.forksWaiting)} wait for a place`);
    return parts.join(', ');
  }

  #times(e, row) {
    const now = Date.now() + this.offset;
    e.children[2].textContent = row.since ? time(now - row.since) : '';
    const due = e.children[3];
    const left = row.due - now;
    due.textContent = row.due ? (left > 0 ? time(left) : 'over') : '';
    due.classList.toggle('soon', Boolean(row.due) && left < 5000);
  }

  /** Time passes. */
  tick() {
    for (const [key, e] of this.#elements) {
      const row = this.#rows.get(key);
      if (row) this.#times(e, row);
    }
  }

  #toggle(key, open) {
    const row = this.#rows.get(key);
    if (!row || row.open === undefined || row.open === open) return;
    (open ? this.#open : this.#shut).add(key);
    (open ? this.#shut : this.#open).delete(key);
    this.#look();
  }

  #click(event) {
    const key = event.target.closest('.row')?.dataset.key;
    if (!key) return;
    if (event.target.closest('.twist')) this.#toggle(key, !this.#rows.get(key)?.open);
    else this.select(key);
  }

  #doubleClick(event) {
    const key = event.target.closest('.row')?.dataset.key;
    if (key && !event.target.closest('.twist')) this.#toggle(key, !this.#rows.get(key)?.open);
  }

  #key(event) {
    const at = this.#order.indexOf(this.selected);
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const row = this.#rows.get(this.selected);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in moves) {
      this.#move(at < 0 ? 0 : at + moves[event.key]);
    } else if (event.key === 'Home' || event.key === 'End') {
      this.#edge = event.key;
      this.scroller.scrollTop = event.key === 'Home' ? 0 : this.#height();
      this.#reach();
    } else if (event.key === 'ArrowRight' && row) {
      if (row.open === false) this.#toggle(row.key, true);
      else if (row.open) this.#move(at + 1);
    } else if (event.key === 'ArrowLeft' && row) {
      if (row.open) this.#toggle(row.key, false);
      else this.#parent(at, row);
    } else if (event.key === 'Enter' && row) {
      this.#toggle(row.key, !row.open);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Selects the first or last row of all, as soon as it is here. */
  #reach() {
    const here = this.#edge === 'Home' ? this.#first === 0 : this.#first + this.#order.length >= this.#total;
    if (this.#edge && here && this.#order.length > 0) {
      const key = this.#order.at(this.#edge === 'Home' ? 0 : -1);
      this.#edge = '';
      this.select(key);
    }
  }

  #parent(at, row) {
    for (let i = at - 1; i >= 0; i--) {
      if (this.#rows.get(this.#order[i])?.depth < row.depth) {
        this.#move(i);
        return;
      }
    }
  }

  /** Selects a row by its place among those that are here, and brings it into view. */
  #move(to) {
    this.#edge = '';
    const place = Math.min(Math.max(0, to), this.#order.length - 1);
    const key = this.#order[place];
    if (!key) return;
    const top = (this.#first + place) * ROW;
    if (this.#total * ROW <= HIGHEST) {
      if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
      else if (top + ROW > this.scroller.scrollTop + this.scroller.clientHeight) this.scroller.scrollTop = top + ROW - this.scroller.clientHeight;
    }
    this.select(key);
  }
}
