import { escaped, pageFrame, prose } from './page-frame.js';
import { type DocumentedSchema, type SchemasByName, schemaTable } from './schema-table.js';

interface Message {
  readonly title: string;
  readonly summary: string;
  readonly payload: DocumentedSchema;
  readonly headers?: DocumentedSchema;
  readonly examples: readonly [{ readonly payload: unknown; readonly headers?: unknown }];
}

interface Channel {
  readonly address: string | null;
  readonly messages: Readonly<Record<string, Message>>;
  readonly bindings?: { readonly amqp: { readonly exchange: { readonly name: string; readonly type: string } } };
}

interface Operation {
  readonly action: 'receive' | 'send';
  readonly title: string;
  readonly description?: string;
  readonly tags: readonly { readonly name: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

/** What the page shows of an AsyncAPI document. */
export interface MessageDocument {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly tags: readonly { readonly name: string; readonly description: string }[];
  };
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly schemas: SchemasByName };
}

/** The messages that other systems exchange with the platform, as a page for people. */
export function messagesPage(document: MessageDocument): string {
  const { info } = document;
  const body = `    <div class="page">
      <nav class="contents" aria-label="Contents">${info.tags.map((tag) => contentsOf(tag.name, document)).join('')}</nav>
      <main>
        <h1>${escaped(info.title)}</h1>
        <p>${prose(info.description)}</p>
        <p class="muted">Version ${escaped(info.version)}, as a document for machines: <a href="/asyncapi.json">asyncapi.json</a> (AsyncAPI 3).</p>
${Object.keys(document.operations)
  .map((id) => sectionOf(id, document))
  .join('\n')}
      </main>
    </div>`;
  return pageFrame({ title: 'OrquestraX messages', at: '/api/docs/messages', body });
}

function contentsOf(tag: string, { operations, channels }: MessageDocument): string {
  const own = Object.entries(operations).filter(([, { tags }]) => tags.some(({ name }) => name === tag));
  if (own.length === 0) return '';
  const items = own.map(([id]) => `<li><a href="#${id}">${escaped(channels[id]?.address ?? id)}</a></li>`);
  return `<h2>${escaped(tag)}</h2><ul>${items.join('')}</ul>`;
}

function sectionOf(id: string, { operations, channels, components }: MessageDocument): string {
  const operation = operations[id] as Operation;
  const channel = channels[id] as Channel;
  const way = operation.action === 'receive' ? '<span class="way">you send</span>' : '<span class="way send">you read</span>';
  return `        <section id="${id}" aria-labelledby="${id}-title">
          <h2 id="${id}-title">${way}${escaped(channel.address ?? id)}</h2>
          <p>${prose(operation.title)}. ${prose(operation.description ?? '')}</p>
          <dl>${placeOf(channel)}${answersOf(operation)}</dl>
${Object.values(channel.messages)
  .map((message) => messageOf(message, components.schemas))
  .join('\n')}
        </section>`;
}

function placeOf({ address, bindings }: Channel): string {
  const exchange = bindings?.amqp.exchange;
  const place = exchange === undefined ? '' : `<dt>Exchange</dt><dd>${exchangeOf(exchange)}</dd>`;
  return address === null ? place : `${place}<dt>Routing key</dt><dd><code>${escaped(address)}</code></dd>`;
}

const exchangeOf = ({ name, type }: { readonly name: string; readonly type: string }): string =>
  name === '' ? 'the default one, to a queue by its name' : `<code>${escaped(name)}</code> (${escaped(type)})`;

function answersOf({ reply }: Operation): string {
  if (reply === undefined) return '';
  const names = reply.messages.map(({ $ref }) => $ref.split('/').at(-1) ?? '');
  const links = names.map((name) => `<a href="#message-${escaped(name)}">${escaped(name)}</a>`);
  return `<dt>Answer, at <code>reply_to</code></dt><dd>${links.join(' or ')}</dd>`;
}

function messageOf({ title, summary, payload, headers, examples }: Message, schemas: SchemasByName): string {
  const [{ payload: body, headers: sent }] = examples;
  const properties =
    headers === undefined ? '' : `<details><summary>Properties and headers</summary>${schemaTable(headers, schemas)}</details>`;
  return `          <h3 id="message-${escaped(title)}">${escaped(title)}</h3>
          <p class="muted">${prose(summary)}</p>
          ${schemaTable(payload, schemas)}
          ${properties}
          <h3>Example</h3>
          ${sent === undefined ? '' : `<p><code>${escaped(JSON.stringify(sent))}</code></p>`}
          <pre tabindex="0">${escaped(JSON.stringify(body, null, 2))}</pre>`;
}
