/** Of times as `Sat 21 Nov, 19:49`, side by side: the day is said where it is another than before. */
export function withoutRepeatedDays(texts: readonly string[]): string[] {
  const dayOf = (text: string | undefined): string | undefined => text?.split(', ')[0];
  return texts.map((text, index) =>
    dayOf(text) === dayOf(texts[index - 1]) ? text.split(', ').slice(1).join(', ') || text : text,
  );
}
