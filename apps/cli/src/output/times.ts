const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `842 ms`, `3.2 s`, `4 min 10 s`, `1 d 4 h`. */
export function duration(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < minute) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [large, small, names] =
    ms < hour ? [minute, second, ['min', 's']] : ms < day ? [hour, minute, ['h', 'min']] : [day, hour, ['d', 'h']];
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${names[0]}${rest > 0 ? ` ${rest} ${names[1]}` : ''}`;
}

/** `3 min ago` within a day, else local date and time; `–` for nothing. */
export function ago(iso: string | null, nowMs: number): string {
  if (iso === null) return '–';
  const ms = nowMs - Date.parse(iso);
  if (ms < second) return 'now';
  if (ms < minute) return `${Math.floor(ms / second)} s ago`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ago`;
  if (ms < day) return `${Math.floor(ms / hour)} h ago`;
  const at = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** How long something took, or has been taking; `–` when it has not begun. */
export function elapsed(from: string | null, to: string | null, nowMs: number): string {
  return from === null ? '–' : duration((to === null ? nowMs : Date.parse(to)) - Date.parse(from));
}

/** `3 d 4 h` until then; `now` when it is over. */
export function left(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  return ms <= 0 ? 'now' : duration(ms);
}
