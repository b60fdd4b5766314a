/** Text that stands in a page as it is. */
export const escaped = (text: unknown): string => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** As `escaped`, with what stands between backticks as code. */
export const prose = (text: string): string =>
  escaped(text).replace(/&#96;|`([^`]+)`/g, (_, code: string) => `<code>${code}</code>`);

const pages = [
  ['/api/docs', 'HTTP API'],
  ['/api/docs/messages', 'Messages'],
  ['/', 'Console'],
] as const;

interface Frame {
  readonly title: string;
  /** Address of the page. */
  readonly at: string;
  readonly body: string;
  readonly styles?: readonly string[];
  readonly scripts?: readonly string[];
}

/** A page of the reference; what it loads comes from this server, and no script stands inside it. */
export const pageFrame = ({ title, at, body, styles = [], scripts = [] }: Frame): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escaped(title)}</title>
${[...styles, 'reference.css'].map((file) => `    <link rel="stylesheet" href="/api/docs/${file}" />`).join('\n')}
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png" />
    <script src="/api/docs/theme.js"></script>
  </head>
  <body>
    <header class="top"><strong>OrquestraX</strong><nav aria-label="Reference">${pages.map((page) => link(page, at)).join('')}</nav></header>
${body}
${scripts.map((file) => `    <script src="/api/docs/${file}"></script>`).join('\n')}
  </body>
</html>
`;

const link = ([address, text]: (typeof pages)[number], at: string): string =>
  `<a href="${address}"${address === at ? ' aria-current="page"' : ''}>${text}</a>`;
