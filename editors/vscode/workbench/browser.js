// A page of a headless Chromium, driven over its debugging protocol.

const { spawn } = require('node:child_process');
const { setTimeout: pause } = require('node:timers/promises');

/** How long something is waited for, in milliseconds. */
const PATIENCE = 60_000;

class Browser {
  #calls = new Map();
  #number = 0;

  /** Starts the program with its profile in a folder. */
  static async start(program, folder) {
    const browser = new Browser();
    const size = '--window-size=1600,1200';
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', size];
    browser.child = spawn(program, [...flags, `--user-data-dir=${folder}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const port = await new Promise((found, failed) => {
      browser.child.once('error', failed);
      browser.child.stderr.on('data', (data) => {
        const address = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(data);
        if (address) found(address[1]);
      });
    });
    const pages = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    browser.socket = new WebSocket(pages.find((one) => one.type === 'page').webSocketDebuggerUrl);
    await new Promise((open) => browser.socket.addEventListener('open', open));
    browser.socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(data);
      browser.#calls.get(id)?.(result);
      browser.#calls.delete(id);
    });
    return browser;
  }

  send(method, params = {}) {
    this.#number += 1;
    const id = this.#number;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((answered) => this.#calls.set(id, answered));
  }

  /** The value of an expression in the page. */
  async value(expression) {
    const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return answer?.result?.value;
  }

  /** Waits until an expression in the page is true, and gives its value. */
  async until(what, expression) {
    for (const start = Date.now(); Date.now() - start < PATIENCE; await pause(200)) {
      const value = await this.value(expression);
      if (value) return value;
    }
    throw new Error(`${what}: not after ${PATIENCE / 1000} s`);
  }

  /** Presses and lets go of a key, with Ctrl where `control` says so. */
  async press(key, code, number, control = false) {
    const one = { key, code, windowsVirtualKeyCode: number, modifiers: control ? 2 : 0 };
    const text = key === 'Enter' ? '\r' : undefined;
    await this.send('Input.dispatchKeyEvent', { ...one, type: text ? 'keyDown' : 'rawKeyDown', text });
    await this.send('Input.dispatchKeyEvent', { ...one, type: 'keyUp' });
  }

  async type(text) {
    await this.send('Input.insertText', { text });
  }

  /** Clicks on the element that an expression gives, once it stays where it is. */
  async click(what, expression) {
    const middle = `(() => {
      const r = (${expression})?.getBoundingClientRect();
      return r && JSON.stringify({ x: r.x + r.width / 2, y: r.y + r.height / 2 });
    })()`;
    let place = '';
    for (let before; before !== place; await pause(500)) {
      [before, place] = [place, await this.until(what, middle)];
    }
    const { x, y } = JSON.parse(place);
    for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased']) {
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: type === 'mouseMoved' ? 'none' : 'left', clickCount: 1 });
    }
  }

  end() {
    this.child.kill();
  }
}

module.exports = { Browser, pause };
