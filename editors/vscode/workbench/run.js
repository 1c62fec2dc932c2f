// Plays a user of the packaged extension in the workbench of VS Code itself, in a headless Chromium: `npm run workbench`.
//
//   CODE_SERVER  the `out/node/entry.js` of code-server, which serves VS Code to a browser
//   CHROMIUM     the browser (default: chromium)
//   JOBWRIGHT    the program to start (default: jobwright)

const assert = require('node:assert');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Browser, pause } = require('./browser.js');

const { CODE_SERVER, CHROMIUM = 'chromium', JOBWRIGHT = 'jobwright' } = process.env;
const root = path.join(__dirname, '..');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-workbench-'));
const demo = path.join(folder, 'demo');
const jobs = path.join(demo, 'HR/Jobs.xml');

/** The demo with something wrong in it, and the settings of the editor. */
function prepare() {
  fs.cpSync(path.join(root, '../../examples/demo'), demo, { recursive: true });
  fs.writeFileSync(jobs, fs.readFileSync(jobs, 'utf8').replace(' Dirty="true"', ''));
  const settings = { 'jobwright.path': JOBWRIGHT, 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 100 };
  for (const place of ['User', 'Machine']) {
    fs.mkdirSync(path.join(folder, 'data', place), { recursive: true });
    fs.writeFileSync(path.join(folder, 'data', place, 'settings.json'), JSON.stringify(settings));
  }
}

/** Starts VS Code with the extension; its port. */
async function serve() {
  const own = [CODE_SERVER, '--user-data-dir', path.join(folder, 'data'), '--extensions-dir', path.join(folder, 'extensions')];
  const { version } = require('../package.json');
  execFileSync(process.execPath, [...own, '--install-extension', path.join(root, `jobwright-${version}.vsix`)]);
  const more = ['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'];
  const server = spawn(process.execPath, [...own, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((listening) => {
    server.stdout.on('data', (data) => {
      const address = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(data);
      if (address) listening(address[1]);
    });
  });
  return { server, port };
}

async function play(browser, port) {
  const remote = `vscode-remote://127.0.0.1:${port}${jobs}`;
  const payload = encodeURIComponent(JSON.stringify([['openFile', remote], ['skipWelcome', 'true']]));
  await browser.send('Page.navigate', { url: `http://127.0.0.1:${port}/?folder=${demo}&payload=${payload}` });
  const lens = "[...document.querySelectorAll('.codelens-decoration a')].find((one) => one.textContent.includes('show graph'))";
  const tab = (name) => `[...document.querySelectorAll('.tab .label-name')].some((one) => one.textContent === '${name}')`;
  const text = "document.querySelector('.editor-group-container.active .view-lines')?.textContent.replaceAll('\\u00a0', ' ')";
  const wrong = "document.querySelector('.statusbar-item[id=\"status.problems\"]')?.getAttribute('aria-label')";
  const command = async (name) => {
    // A panel that has just been left may still take the key.
    const opened = "Boolean(document.activeElement?.closest('.quick-input-widget'))";
    for (let tries = 0; tries < 5 && !(await browser.value(opened)); tries += 1) {
      await browser.press('F1', 'F1', 112);
      await pause(1000);
    }
    await browser.type(name);
    await browser.until(name, `document.querySelector('.quick-input-list .monaco-list-row.focused')?.textContent.includes('${name}')`);
    await browser.press('Enter', 'Enter', 13);
  };

  await browser.until('the finding', `${wrong}?.includes('Warnings: 1')`);
  console.log('the finding is told');
  await browser.click('the lens', lens);
  await browser.until('the graph', tab('HR_Quick'));
  await browser.until('its panel', "document.querySelector('iframe.webview')");
  console.log('the lens shows the graph in a panel');

  await browser.click('the jobs', "[...document.querySelectorAll('.tab')].find((one) => one.textContent.includes('Jobs.xml'))");
  await command('jobwright: Show the jobs in words');
  await browser.until('the plan', tab('plan.txt'));
  await browser.until('its text', `${text}?.startsWith('Demo_Complete: complete')`);
  await command('jobwright: Show what the scaffoldings generate');
  await browser.until('the expansion', tab('expansion.xml'));
  console.log('plan and expansion open as documents');

  await browser.click('the jobs', "[...document.querySelectorAll('.tab')].find((one) => one.textContent.includes('Jobs.xml'))");
  await command('Go to Next Problem in Files');
  await pause(1000);
  await browser.press('.', 'Period', 190, true);
  await browser.until('the fix', "document.querySelector('.action-widget .monaco-list-row.action')?.textContent.includes('Dirty')");
  await browser.press('Enter', 'Enter', 13);
  await browser.until('no finding', `${wrong}?.includes('No Problems')`);
  await pause(1000);
  assert.match(fs.readFileSync(jobs, 'utf8'), / Dirty="true"/);
  console.log('the quick fix mends it');
}

async function main() {
  assert.ok(CODE_SERVER, 'CODE_SERVER names no code-server');
  prepare();
  const { server, port } = await serve();
  const browser = await Browser.start(CHROMIUM, path.join(folder, 'browser'));
  try {
    await play(browser, port);
  } catch (error) {
    const picture = await browser.send('Page.captureScreenshot');
    fs.writeFileSync(path.join(os.tmpdir(), 'jobwright-workbench.png'), Buffer.from(picture.data, 'base64'));
    throw error;
  } finally {
    browser.end();
    server.kill();
    await pause(500);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
