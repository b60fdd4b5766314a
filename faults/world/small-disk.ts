import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Which of the capabilities of Linux lets a process mount. */
const sysAdmin = 21n;

/** A file system of its own, in memory and small enough to be filled. */
export class SmallDisk implements AsyncDisposable {
  private constructor(private readonly folder: string) {}

  /** Why there can be none on this machine; absent: there can. */
  static whyNot(): string | undefined {
    const capabilities = /^CapEff:\s*(\w+)/m.exec(
      process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '',
    )?.[1];
    const mayMount = ((BigInt(`0x${capabilities ?? '0'}`) >> sysAdmin) & 1n) === 1n;
    return mayMount
      ? undefined
      : 'only root (of the machine, not of a container without that right) may mount a file system of its own';
  }

  /** @param account whose the disk is: `postgres` */
  static async mount(mebibytes: number, account: string): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-disk-'));
    await chmod(folder, 0o711); // the server runs as another user
    const disk = new SmallDisk(folder);
    await mkdir(disk.path);
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => (await run('id', [flag, account])).stdout.trim()));
    const options = `size=${mebibytes}m,uid=${uid},gid=${gid},mode=0700`;
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk.path]);
    return disk;
  }

  get path(): string {
    return join(this.folder, 'disk');
  }

  /** Not a block is left. */
  async fill(): Promise<void> {
    const append = ['if=/dev/zero', `of=${this.filler}`, 'oflag=append', 'conv=notrunc'];
    for (const size of ['64k', '4k']) await run('dd', [...append, `bs=${size}`]).catch(() => undefined); // ends when there is no more
  }

  async free(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('umount', ['--lazy', this.path]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get filler(): string {
    return join(this.path, 'filler');
  }
}
