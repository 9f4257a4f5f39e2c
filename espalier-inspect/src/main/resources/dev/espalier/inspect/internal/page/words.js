// SPDX-License-Identifier: Apache-2.0

/** 340 ms, 12 s, 2 min 5 s, 3 h 12 min. */
export function time(millis) {
  const s = Math.floor(millis / 1000);
  if (millis < 1000) return `${Math.max(0, Math.round(millis / 100) * 100)} ms`;
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} m`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

const format = new Intl.NumberFormat('en');

export function number(n) {
  return format.format(n);
}

export function count(n, one) {
  return `${number(n)} ${n === 1 ? one : `${one}s`}`;
}

/** An element; children are elements or text, which is never parsed as HTML. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}
