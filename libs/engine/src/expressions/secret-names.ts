const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

/**
 * References to secrets in a text: `secret:<name>` as a whole, or `{{secret:<name>}}` inside. They stay as they are written, whatever evaluates
 * them, and are resolved in the worker; so their names are written down, never computed.
 * @returns what stands where a name is expected, of the first that is wrong
 */
export function wrongSecretName(text: string): string | undefined {
  const whole = /^secret:(\S+)$/.exec(text)?.[1];
  if (whole !== undefined) return NAME.test(whole) ? undefined : whole;
  for (const [, name = ''] of text.matchAll(/\{\{secret:([^}]*)/g)) if (!NAME.test(name)) return name;
  return undefined;
}
