import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface HealthTest {
  readonly test?: readonly string[];
  readonly disable?: boolean;
  readonly interval?: string;
  readonly retries?: number;
  readonly start_period?: string;
}

export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: HealthTest;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

export interface ComposeFile {
  readonly name?: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** docker-compose.yml as Docker reads it: merge keys resolved, `${NAME:-default}` replaced. */
export function readComposeFile(env: Readonly<Record<string, string | undefined>> = {}): ComposeFile {
  const text = readFileSync('docker-compose.yml', 'utf8');
  const filled = text.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, name: string, byDefault: string) => env[name] || byDefault);
  return parse(filled, { merge: true }) as ComposeFile;
}

/** The services that run our image, in an order in which everything they wait for comes first. */
export function inOrderOfStart(file: ComposeFile): [name: string, service: ComposeService][] {
  const done = new Set<string>();
  const order: [string, ComposeService][] = [];
  const visit = (name: string): void => {
    const service = file.services[name];
    if (service === undefined) throw new Error(`expected a service ${name} in docker-compose.yml`);
    if (done.has(name)) return;
    done.add(name);
    for (const needed of Object.keys(service.depends_on ?? {})) visit(needed);
    if (service.build !== undefined) order.push([name, service]);
  };
  for (const name of Object.keys(file.services)) visit(name);
  return order;
}
