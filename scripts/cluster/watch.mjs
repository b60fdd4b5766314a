// What the person (or the test) watching a cluster sees.
const colours = [36, 33, 35, 32, 34, 31];

const sentences = {
  started: ({ pid }) => `started, process ${pid}`,
  ready: () => 'ready',
  failed: ({ reason }) => `could not be started: ${reason}`,
  exited: ({ code, signal }) => `ended ${signal ? `by ${signal}` : `with status ${code}`}`,
  restarting: ({ inMs }) => `starts again in ${inMs / 1000} s`,
};

/** @param out {events: stream, logs: stream, json: boolean, colour: boolean} */
export function watcher({ role, index }, nth, out) {
  const name = `${role}-${index}`.padEnd(14);
  const label = out.colour ? `\u001b[${colours[nth % colours.length]}m${name}\u001b[0m` : name;
  return {
    event(event, fields) {
      if (out.json) out.events.write(`${JSON.stringify({ event, role, index, ...fields })}\n`);
      else out.events.write(`${label} ● ${sentences[event](fields)}\n`);
    },
    line: (line) => out.logs.write(`${label} │ ${line}\n`),
  };
}
