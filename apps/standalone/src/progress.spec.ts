import { Progress } from './progress.js';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { out: { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream, written };
}

function clock() {
  let ms = 0;
  return () => (ms += 700);
}

describe('Progress', () => {
  it('writes one line a stage, with what came of it and how long it took', async () => {
    const { out, written } = screen(false);
    await new Progress(out, clock()).stage(
      'PostgreSQL',
      async (report) => (report('starting'), 18),
      (version) => `version ${version}`,
    );
    expect(written).toEqual(['✓ PostgreSQL: version 18 (0.7 s)\n']);
  });

  it('shows how far a stage is on a terminal', async () => {
    const { out, written } = screen(true);
    await new Progress(out, clock()).stage('PostgreSQL', async (report) => report('first start'));
    expect(written).toEqual(['\r\u001b[K… PostgreSQL: first start', '\r\u001b[K✓ PostgreSQL (0.7 s)\n']);
  });

  it('marks the stage that failed and passes the error on', async () => {
    const { out, written } = screen(false);
    await expect(new Progress(out, clock()).stage('migrations', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(written).toEqual(['✗ migrations (0.7 s)\n']);
  });
});
