// One line a stage, on standard error: redrawn with its progress on a terminal, printed once at the end elsewhere.
const isTerminal = process.stderr.isTTY === true;
const glyphs = { done: '✓', failed: '✗' };

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs `work` as a stage. It gets a function that reports progress as text.
 * The line is only shown if the stage takes a moment or fails.
 */
export async function stage(title, work) {
  const since = Date.now();
  let note = '';
  const draw = () =>
    isTerminal && process.stderr.write(`\r\u001b[K… ${title}${note === '' ? '' : ` (${note})`} ${seconds(since)}`);
  const timer = setInterval(draw, 200);
  draw();
  if (!isTerminal) process.stderr.write(`… ${title}\n`);
  try {
    const result = await work((text) => {
      note = text;
    });
    finish(glyphs.done, since, title, note);
    return result;
  } catch (error) {
    finish(glyphs.failed, since, title, note);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function finish(glyph, since, title, note) {
  process.stderr.write(
    `${isTerminal ? '\r\u001b[K' : ''}${glyph} ${title}${note === '' ? '' : ` (${note})`} ${seconds(since)}\n`,
  );
}
