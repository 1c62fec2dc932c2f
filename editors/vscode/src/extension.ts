// Starts `jobwright lsp` and shows what editors cannot show on their own: graphs, expansions, plans and the pages of rules.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { LanguageClient, LanguageClientOptions, ServerOptions } from 'vscode-languageclient/node';

/** The scheme of documents that no file holds; the server knows their texts. */
const SCHEME = 'jobwright';

/** The file that the schema is written to. */
const SCHEMA = 'jobwright.xsd';

/** An entry of the setting `xml.fileAssociations`, which XML extensions read. */
interface Association {
  pattern: string;
  systemId: string;
}

/** What the commands of lenses are told. */
interface OfJob {
  uri: string;
  job: string;
}

/** The documents that show the whole configuration of the document in their query, by their paths. */
const WHOLE: Record<string, { method: string; more: object }> = {
  '/expansion.xml': { method: 'jobwright/expansion', more: {} },
  '/plan.txt': { method: 'jobwright/plan', more: { format: 'summary' } },
};

let client: LanguageClient | undefined;

/** Tells the editor to ask again for the text of a document that no file holds. */
const changed = new vscode.EventEmitter<vscode.Uri>();

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: content,
    }),
    vscode.commands.registerCommand('jobwright.associateSchema', associateSchema),
    vscode.commands.registerCommand('jobwright.restart', restart),
    vscode.commands.registerCommand('jobwright.showWholeExpansion', () => showWhole('/expansion.xml', 'xml')),
    vscode.commands.registerCommand('jobwright.showPlan', () => showWhole('/plan.txt', 'plaintext')),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** The program to start. */
function program(): string {
  return vscode.workspace.getConfiguration('jobwright').get<string>('path', 'jobwright');
}

async function start(): Promise<void> {
  const command = program();
  const server: ServerOptions = { command, args: ['lsp'] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'xml' },
      { scheme: 'untitled', language: 'xml' },
    ],
    middleware: {
      // The lenses' commands come here first: a graph belongs into a panel, an expansion into an editor.
      async executeCommand(name, parameters, next) {
        const [of] = parameters as [OfJob?];
        if (name === 'jobwright.showGraph' && of) {
          return showGraph(of);
        }
        if (name === 'jobwright.showExpansion' && of) {
          return open(address('expansion', `${of.job}.xml`, of.uri), 'xml');
        }
        return next(name, parameters);
      },
    },
  };
  client = new LanguageClient('jobwright', 'jobwright', server, options);
  try {
    await client.start();
  } catch (error) {
    void vscode.window.showErrorMessage(`jobwright cannot be started as “${command}”: ${String(error)}`);
  }
}

async function restart(): Promise<void> {
  await client?.stop().catch(() => undefined);
  await start();
}

/** For those who work with an XML extension alone: the schema as a file of the workspace, and the setting that names it. */
async function associateSchema(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) {
    void vscode.window.showInformationMessage('Open the folder of the configuration first.');
    return;
  }
  try {
    const { stdout } = await promisify(execFile)(program(), ['schema', 'xsd'], { maxBuffer: 1 << 26 });
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder.uri, SCHEMA), Buffer.from(stdout));
  } catch (error) {
    void vscode.window.showErrorMessage(`The schema cannot be written: ${String(error)}`);
    return;
  }
  const settings = vscode.workspace.getConfiguration('xml', folder.uri);
  const known = settings.get<Association[]>('fileAssociations', []);
  if (!known.some((one) => one.systemId === SCHEMA)) {
    const associations = [...known, { pattern: '**/*.xml', systemId: SCHEMA }];
    await settings.update('fileAssociations', associations, vscode.ConfigurationTarget.Workspace);
  }
}

/** The text of a document that no file holds. */
async function content(uri: vscode.Uri): Promise<string> {
  const whole = WHOLE[uri.path];
  if (whole) {
    return running().sendRequest<string>(whole.method, { textDocument: { uri: uri.query }, ...whole.more });
  }
  const result = await running().sendRequest<{ text: string }>('workspace/textDocumentContent', { uri: uri.toString() });
  return result.text;
}

async function showGraph(of: OfJob): Promise<void> {
  const html = await running().sendRequest<string>('jobwright/plan', {
    textDocument: { uri: of.uri },
    job: of.job,
    format: 'html',
  });
  const panel = vscode.window.createWebviewPanel('jobwright.graph', of.job, vscode.ViewColumn.Beside, { enableScripts: true });
  panel.webview.html = html;
}

/** Shows, to be read, what the server says of the whole configuration that the active document belongs to. */
async function showWhole(path: string, language: string): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  // What is shown of a configuration stands for it.
  const document = active?.scheme === SCHEME ? active.query : active?.toString();
  if (!document) {
    void vscode.window.showInformationMessage('Open a file of the configuration first.');
    return;
  }
  try {
    await open(vscode.Uri.from({ scheme: SCHEME, path, query: document }), language);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  }
}

async function open(uri: vscode.Uri, language: string): Promise<void> {
  // One that is open already may show what was so before an edit.
  changed.fire(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.languages.setTextDocumentLanguage(document, language);
  await vscode.window.showTextDocument(document, { preview: true });
}

function address(what: string, name: string, of: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${what}/${name}`, query: of });
}

function running(): LanguageClient {
  if (!client) {
    throw new Error('the language server is not running');
  }
  return client;
}
