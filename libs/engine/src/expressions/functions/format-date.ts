import { ExpressionError } from '../expression-error.js';
import { wallTime, weekday, zoneOffset, type WallTime } from './zone.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const two = (value: number): string => String(value).padStart(2, '0');
const hour12 = (wall: WallTime): number => wall.hour % 12 || 12;

function offsetText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

type Token = (wall: WallTime, offsetMs: number) => string;

/** The letters of Unicode's date patterns (UTS 35) that are understood; names are English. */
const TOKENS: Readonly<Record<string, Token>> = {
  yyyy: (wall) => String(wall.year).padStart(4, '0'),
  yy: (wall) => two(wall.year % 100),
  MMMM: (wall) => MONTHS[wall.month - 1] as string,
  MMM: (wall) => (MONTHS[wall.month - 1] as string).slice(0, 3),
  MM: (wall) => two(wall.month),
  M: (wall) => String(wall.month),
  dd: (wall) => two(wall.day),
  d: (wall) => String(wall.day),
  EEEE: (wall) => DAYS[weekday(wall)] as string,
  EEE: (wall) => (DAYS[weekday(wall)] as string).slice(0, 3),
  HH: (wall) => two(wall.hour),
  H: (wall) => String(wall.hour),
  hh: (wall) => two(hour12(wall)),
  h: (wall) => String(hour12(wall)),
  mm: (wall) => two(wall.minute),
  m: (wall) => String(wall.minute),
  ss: (wall) => two(wall.second),
  s: (wall) => String(wall.second),
  SSS: (wall) => String(wall.millisecond).padStart(3, '0'),
  a: (wall) => (wall.hour < 12 ? 'AM' : 'PM'),
  XXX: (_wall, offset) => (offset === 0 ? 'Z' : offsetText(offset)),
  xxx: (_wall, offset) => offsetText(offset),
};

const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g;

/** A time as a pattern wants it: `yyyy-MM-dd HH:mm:ss`, `EEE d MMM`; text between single quotes stands for itself. */
export function formatWallTime(ms: number, pattern: string, zone: string): string {
  const wall = wallTime(ms, zone);
  const offset = zoneOffset(ms, zone);
  return pattern.replace(PIECES, (piece, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    if (letter === undefined) return piece;
    const token = Object.hasOwn(TOKENS, piece) ? TOKENS[piece] : undefined;
    if (token) return token(wall, offset);
    throw new ExpressionError(
      `formatDate: expected one of ${Object.keys(TOKENS).join(', ')}, but was "${piece.slice(0, 20)}": quote text with '…'`,
    );
  });
}
