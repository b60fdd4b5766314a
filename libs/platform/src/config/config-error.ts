export interface ConfigFault {
  /** Name of the environment variable. */
  readonly variable: string;
  readonly message: string;
}

/** The environment cannot be used; lists every fault at once. Processes exit with status 2. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  constructor(readonly faults: readonly ConfigFault[]) {
    super(
      `the configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  ${f.variable}: ${f.message}`).join('\n')}`,
    );
  }
}
