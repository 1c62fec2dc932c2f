// Runs the compiled extension against a stand-in for the editor and the real server: `npm test`, with the program to start
// in JOBWRIGHT (default: `jobwright` on the PATH).

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const rpc = require('vscode-jsonrpc/node');

const PROGRAM = process.env.JOBWRIGHT ?? 'jobwright';
const TEXT = `<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <Job Identifier="Night" DisplayName_L1="Night"><InvokeSqlCommandTask Identifier="Count" DisplayName_L1="Count" Level="0" /></Job>
</ConfigurationFile>
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-'));
const file = pathToFileURL(path.join(folder, 'Jobs.xml')).toString();

/** What the extension did to the editor. */
const editor = { commands: {}, errors: [], panels: [], providers: {}, settings: {}, shown: [] };

/** An address, as far as the extension looks at it. */
class Uri {
  constructor(text) {
    this.text = text;
    const [whole, query] = text.split('?');
    this.scheme = whole.slice(0, whole.indexOf(':'));
    this.path = decodeURI(whole.slice(whole.indexOf(':') + 1));
    this.query = query ? decodeURIComponent(query) : '';
  }
  static from({ scheme, path: name, query }) {
    return new Uri(`${scheme}:${encodeURI(name)}${query ? `?${encodeURIComponent(query)}` : ''}`);
  }
  static joinPath(base, name) {
    return new Uri(`${base.text}/${name}`);
  }
  toString() {
    return this.text;
  }
}

/** Tells who listens. */
class EventEmitter {
  listeners = [];
  event = (listener) => this.listeners.push(listener);
  fire(what) {
    this.listeners.forEach((listener) => listener(what));
  }
}

const vscode = {
  EventEmitter,
  Uri,
  ConfigurationTarget: { Workspace: 2 },
  ViewColumn: { Beside: -2 },
  commands: {
    registerCommand(name, run) {
      editor.commands[name] = run;
      return { dispose() {} };
    },
  },
  languages: { setTextDocumentLanguage: async (document, language) => Object.assign(document, { language }) },
  window: {
    activeTextEditor: { document: { uri: new Uri(file) } },
    createWebviewPanel(kind, title) {
      const panel = { kind, title, webview: { html: '' } };
      editor.panels.push(panel);
      return panel;
    },
    showErrorMessage: (message) => editor.errors.push(message),
    showInformationMessage: (message) => editor.errors.push(message),
    showTextDocument: async (document) => editor.shown.push(document),
  },
  workspace: {
    workspaceFolders: [{ uri: new Uri(pathToFileURL(folder).toString()) }],
    fs: { writeFile: async (uri, bytes) => fs.writeFileSync(new URL(uri.text), bytes) },
    getConfiguration: (section) => ({
      get: (name, otherwise) => (section === 'jobwright' && name === 'path' ? PROGRAM : editor.settings[`${section}.${name}`] ?? otherwise),
      update: async (name, value) => {
        editor.settings[`${section}.${name}`] = value;
      },
    }),
    registerTextDocumentContentProvider(scheme, provider) {
      editor.providers[scheme] = provider;
      return { dispose() {} };
    },
    openTextDocument: async (what) =>
      what instanceof Uri ? { uri: what, content: await editor.providers.jobwright.provideTextDocumentContent(what) } : what,
  },
};

/** A client that starts the server that it is told to, and passes requests through the middleware. */
class LanguageClient {
  constructor(_id, _name, server, options) {
    this.server = server;
    this.middleware = options.middleware;
    LanguageClient.last = this;
  }
  async start() {
    this.child = spawn(this.server.command, this.server.args);
    await new Promise((started, failed) => this.child.once('spawn', started).once('error', failed));
    this.connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(this.child.stdout),
      new rpc.StreamMessageWriter(this.child.stdin),
    );
    this.connection.listen();
    const workspaceFolders = [{ uri: pathToFileURL(folder).toString(), name: 'folder' }];
    await this.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders });
    await this.connection.sendNotification('initialized', {});
    const textDocument = { uri: file, languageId: 'xml', version: 1, text: TEXT };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }
  sendRequest(method, params) {
    return this.connection.sendRequest(method, params);
  }
  async stop() {
    await this.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await new Promise((ended) => this.child.once('exit', ended));
    this.connection.dispose();
  }
  executeCommand(command) {
    const next = (name, parameters) => this.sendRequest('workspace/executeCommand', { command: name, arguments: parameters });
    return this.middleware.executeCommand(command.command, command.arguments, next);
  }
}

const load = Module._load;
Module._load = (name, ...more) =>
  name === 'vscode' ? vscode : name === 'vscode-languageclient/node' ? { LanguageClient } : load(name, ...more);
const extension = require('../out/extension.js');

before(async () => {
  fs.writeFileSync(path.join(folder, 'Jobs.xml'), TEXT);
  await extension.activate({ subscriptions: [] });
  assert.deepStrictEqual(editor.errors, []);
});

after(async () => {
  await extension.deactivate();
  fs.rmSync(folder, { recursive: true });
});

test('every command that the extension announces is there', () => {
  const announced = require('../package.json').contributes.commands.map((one) => one.command);
  assert.deepStrictEqual(Object.keys(editor.commands).sort(), announced.sort());
});

test('the lens above a job shows its graph in a panel', async () => {
  const lenses = await LanguageClient.last.sendRequest('textDocument/codeLens', { textDocument: { uri: file } });
  await LanguageClient.last.executeCommand(lenses[0].command);
  assert.strictEqual(editor.panels[0].title, 'Night');
  assert.match(editor.panels[0].webview.html, /<svg/);
});

test('the page of a rule is a document', async () => {
  const uri = Uri.from({ scheme: 'jobwright', path: '/rules/xml-syntax.md' });
  assert.match(await editor.providers.jobwright.provideTextDocumentContent(uri), /^# xml-syntax/);
});

test('an expansion opens as XML, a plan as text, neither to be saved', async () => {
  await LanguageClient.last.executeCommand({ command: 'jobwright.showExpansion', arguments: [{ uri: file, job: 'Night' }] });
  await editor.commands['jobwright.showPlan']();
  await editor.commands['jobwright.showWholeExpansion']();
  const [expansion, plan, whole] = editor.shown;
  assert.strictEqual(expansion.language, 'xml');
  assert.match(expansion.content, /<Job Identifier="Night"/);
  assert.match(plan.content, /^Night: /);
  assert.match(whole.content, /<ConfigurationFile/);
  assert.deepStrictEqual([plan, whole].map((one) => one.uri.scheme), ['jobwright', 'jobwright']);
});

test('what is shown of a configuration stands for it, and is asked for again', async () => {
  const changed = [];
  editor.providers.jobwright.onDidChange((uri) => changed.push(uri.path));
  const document = vscode.window.activeTextEditor.document;
  vscode.window.activeTextEditor.document = editor.shown.at(-1);
  await editor.commands['jobwright.showPlan']();
  vscode.window.activeTextEditor.document = { uri: new Uri('untitled:elsewhere') };
  await editor.commands['jobwright.showPlan']();
  vscode.window.activeTextEditor.document = document;
  assert.deepStrictEqual(changed, ['/plan.txt', '/plan.txt']);
  assert.match(editor.shown.at(-1).content, /^Night: /);
  assert.match(editor.errors.pop(), /`untitled:elsewhere` is no document of a configuration/);
});

test('the schema is written and associated once', async () => {
  await editor.commands['jobwright.associateSchema']();
  await editor.commands['jobwright.associateSchema']();
  assert.match(fs.readFileSync(path.join(folder, 'jobwright.xsd'), 'utf8'), /<xs:schema/);
  assert.deepStrictEqual(editor.settings['xml.fileAssociations'], [{ pattern: '**/*.xml', systemId: 'jobwright.xsd' }]);
});

test('the server can be started again', async () => {
  const first = LanguageClient.last;
  await editor.commands['jobwright.restart']();
  assert.notStrictEqual(LanguageClient.last, first);
  assert.match(await LanguageClient.last.sendRequest('jobwright/plan', { textDocument: { uri: file }, format: 'summary' }), /Night/);
});
