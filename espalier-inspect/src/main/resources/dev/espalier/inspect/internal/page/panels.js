// SPDX-License-Identifier: Apache-2.0

import { count, element, number } from './words.js';

/** The row that is selected. */
export function showDetail(panel, data, onCancel) {
  if (!data) {
    panel.replaceChildren(element('p', { class: 'hint' }, 'Select a row to see what it does, why it is cancelled, and its stack. Arrow keys move, right and left open and shut, / searches.'));
    return;
  }
  if (data.gone) {
    panel.querySelector('.danger')?.remove();
    if (!panel.querySelector('.over')) panel.prepend(element('p', { class: 'badge warn over' }, 'It has ended. This is how it was last.'));
    return;
  }
  const parts = [element('h2', {}, data.title), element('p', { class: 'path' }, data.path)];
  const facts = element('dl', { class: 'facts' });
  for (const fact of data.facts) facts.append(element('dt', {}, fact.label), element('dd', {}, fact.text));
  parts.push(facts);
  if (data.stack?.length) {
    const stack = element('ol', { class: 'stack' });
    for (const frame of data.stack) {
      const cut = frame.at.lastIndexOf('.', frame.at.lastIndexOf('.') - 1) + 1;
      const file = frame.file ? `${frame.file}${frame.line >= 0 ? `:${frame.line}` : ''}` : 'no source';
      stack.append(element('li', { class: frame.own ? 'own' : null, title: frame.at }, frame.at.slice(cut), element('span', {}, ` ${file}`)));
    }
    parts.push(element('h3', {}, 'Stack'), stack);
  }
  if (data.cancellable) {
    const button = element('button', { type: 'button', class: 'danger' }, 'Cancel group …');
    button.addEventListener('click', () => onCancel(data));
    parts.push(button);
  }
  const top = panel.dataset.key === data.key ? panel.scrollTop : 0;
  const focused = panel.contains(document.activeElement) && document.activeElement.classList.contains('danger');
  panel.dataset.key = data.key;
  panel.replaceChildren(...parts);
  panel.scrollTop = top;
  if (focused) panel.querySelector('.danger')?.focus();
}

/** The groups that failed lately. */
export function showFailures(panel, failures) {
  if (failures.length === 0) {
    panel.replaceChildren(element('p', { class: 'hint' }, 'No group has failed since the inspector was started.'));
    return;
  }
  panel.replaceChildren(...failures.map(failure => {
    const entry = element('article', { class: 'failure' },
      element('header', {}, element('b', {}, failure.group), element('time', { datetime: new Date(failure.time).toISOString() }, new Date(failure.time).toLocaleTimeString())),
      element('p', { class: 'more' }, 'first: ', element('b', {}, failure.first), failure.closed ? '' : ' (its tasks are still ending)'),
      element('p', { class: 'exception' }, failure.exception));
    for (const frame of failure.frames.slice(0, 3)) entry.append(element('p', { class: 'more' }, element('code', {}, `at ${frame}`)));
    if (failure.otherCount) entry.append(element('p', { class: 'more' }, `then ${count(failure.otherCount, 'more task')} failed: ${names(failure.others, failure.otherCount)}`));
    if (failure.cancelledCount) entry.append(element('p', { class: 'more' }, `cancelled by it: ${names(failure.cancelled, failure.cancelledCount)}`));
    entry.append(element('p', { class: 'path' }, failure.path));
    return entry;
  }));
}

function names(some, all) {
  return some.join(', ') + (all > some.length ? ` and ${number(all - some.length)} more` : '');
}

/** Deadlocks, with a way to each of those in them. */
export function showAlarms(section, deadlocks, onSelect) {
  section.replaceChildren(...deadlocks.map(deadlock => element('article', { class: 'alarm' },
    element('h3', {}, deadlock.title.charAt(0).toUpperCase() + deadlock.title.slice(1)),
    element('ol', {}, ...deadlock.lines.map((line, i) => {
      const button = element('button', { type: 'button' }, line);
      button.addEventListener('click', () => onSelect(deadlock.keys[i]));
      return element('li', {}, button);
    })))));
}
