import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTriggerSource } from '#libs/testing';
import { FolderSource } from './folder.js';

describeTriggerSource('folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orquestra-folder-'));
  let count = 0;
  return {
    create: () => new FolderSource({ folder, definition: 'file.arrived' }),
    occur: () => writeFile(join(folder, `order-${(count += 1)}.csv`), 'id,cents\n1,4200\n'),
    catchesUp: true,
    close: () => rm(folder, { recursive: true }),
  };
});
