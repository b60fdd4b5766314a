import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defineExtension, type TriggerContext, type TriggerSource } from '#libs/extension-sdk';

export interface FolderOptions {
  readonly folder: string;
  /** Started for every file; gets `{name, path, bytes, text}` as its input. */
  readonly definition: string;
}

/** A file that is still growing is left until it has rested so long, ms. */
const restMs = 300;
/** Files at once: a folder of 10,000 is no reason for 10,000 open starts. */
const lanes = 10;
/** Larger files are passed on by their path only, bytes. */
const longestText = 256 * 1024;

/**
 * Starts an instance for every file of a folder: those that are there at the start, and those that come. The id is made of the path
 * and the time of the last change, so a file counts once for all gateways and restarts, and again when it is written anew.
 */
export class FolderSource implements TriggerSource {
  readonly name = 'folder';
  private readonly seen = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private watcher?: FSWatcher;
  private readonly lanes: Promise<unknown>[] = Array.from({ length: lanes }, () => Promise.resolve());
  private looks = 0;
  private isStopped = false;

  constructor(private readonly options: FolderOptions) {}

  async start(context: TriggerContext): Promise<void> {
    const { folder } = this.options;
    this.watcher = watch(folder, (_event, name) => name !== null && this.lookSoon(name, context));
    this.watcher.on('error', (error) => context.log('error', `the folder cannot be watched any more: ${error.message}`));
    for (const name of await readdir(folder)) this.lookSoon(name, context, 0);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.watcher?.close();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.lanes);
  }

  private lookSoon(name: string, context: TriggerContext, afterMs = restMs): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const lane = (this.looks += 1) % lanes;
      this.lanes[lane] = this.lanes[lane]!.then(() => this.look(name, context)).catch((error: unknown) =>
        this.complain(error, name, context),
      );
    }, afterMs);
    this.timers.add(timer);
  }

  private async look(name: string, context: TriggerContext): Promise<void> {
    if (this.isStopped) return;
    const path = join(this.options.folder, name);
    const file = await stat(path).catch(() => undefined);
    if (file === undefined || !file.isFile()) return; // gone again, or a folder
    const restedMs = Date.now() - file.mtimeMs;
    if (restedMs < restMs) return this.lookSoon(name, context, restMs - restedMs);
    const id = createHash('sha256').update(`${path}:${file.mtimeMs}`).digest('hex'); // a path may be longer than an id
    if (this.seen.has(id)) return;
    this.seen.add(id);
    try {
      const text = file.size <= longestText ? await readFile(path, 'utf8') : null;
      await context.start(id, { definition: this.options.definition, input: { name, path, bytes: file.size, text } });
    } catch (error) {
      this.seen.delete(id);
      throw error;
    }
  }

  private complain(error: unknown, name: string, context: TriggerContext): void {
    if (!this.isStopped) context.log('warn', `nothing was started for ${name}: ${(error as Error).message}`);
  }
}

const { FOLDER_WATCHED: folder, FOLDER_DEFINITION: definition = 'file.arrived' } = process.env;

export default defineExtension({
  name: 'folder',
  triggers: folder === undefined ? [] : [new FolderSource({ folder, definition })],
});
