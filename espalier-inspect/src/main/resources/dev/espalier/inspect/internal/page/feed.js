// SPDX-License-Identifier: Apache-2.0

/**
 * The connection: events in, and what the page looks at out. After the program went away it tries again until it is back.
 */
export class Feed {
  #source = null;
  #id = null;
  #token = null;
  #view = null;
  #sending = false;
  #again = false;
  #retry = 0;

  /** @param handlers by the name of the event; and `state`, which is told live, lost or refused */
  constructor(handlers) {
    this.handlers = handlers;
  }

  connect() {
    this.#source?.close();
    const source = new EventSource('/feed');
    this.#source = source;
    for (const name of Object.keys(this.handlers).filter(name => name !== 'state')) {
      source.addEventListener(name, event => {
        const data = JSON.parse(event.data);
        if (name === 'hello') {
          this.#id = data.feed;
          this.#token = data.token;
          this.#retry = 0;
          this.handlers.state('live');
        }
        this.handlers[name](data);
        if (name === 'hello' && this.#view) this.show(this.#view);
      });
    }
    source.onerror = () => {
      this.#id = null;
      source.close();
      this.#lost();
    };
  }

  /** Whether it is only gone for a while, or does not know us any more. */
  async #lost() {
    let state = 'lost';
    try {
      const answer = await fetch('/', { method: 'HEAD' });
      if (answer.status === 403) state = 'refused';
    } catch {
      // nobody listens: it is lost, and may come back
    }
    this.handlers.state(state);
    clearTimeout(this.timer);
    this.#retry = Math.min(this.#retry + 1, 6);
    this.timer = setTimeout(() => this.connect(), 250 * 2 ** this.#retry);
  }

  /** What the page looks at. Only the last one counts. */
  async show(view) {
    this.#view = view;
    if (!this.#id) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    try {
      do {
        this.#again = false;
        await this.#post('/view', JSON.stringify({ feed: this.#id, ...this.#view }));
      } while (this.#again && this.#id);
    } catch {
      // the feed notices by itself that nobody is there
    } finally {
      this.#sending = false;
    }
  }

  /** Returns null, or what went wrong. */
  async cancel(key) {
    try {
      const answer = await this.#post('/cancel', key);
      return answer.ok ? null : (await answer.text()).trim();
    } catch {
      return 'the program does not answer';
    }
  }

  #post(path, body) {
    return fetch(path, { method: 'POST', body, headers: { 'X-Espalier-Token': this.#token, 'Content-Type': 'text/plain' } });
  }
}
