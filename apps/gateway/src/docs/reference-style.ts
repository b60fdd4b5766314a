/** Looks of the reference pages, after the tokens of the console (frontend/src/styles/tokens.css). */
export const referenceStyle = `
:root {
  color-scheme: light;
  --ground: #ffffff; --raised: #f6f8fa; --text: #1b1f24; --muted: #57606a; --border: #d8dee4; --accent: #0b57d0;
  --receive: #005ea3; --receive-soft: #e6f2fb; --send: #0b5345; --send-soft: #e4f3ef;
  font: 14px/22px 'Inter Variable', Inter, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, system-ui, sans-serif;
}
:root.dark-mode {
  color-scheme: dark;
  --ground: #0f1419; --raised: #171d24; --text: #e6edf3; --muted: #9da7b3; --border: #2a323c; --accent: #a8c7fa;
  --receive: #79b0ff; --receive-soft: #12233d; --send: #82efbf; --send-soft: #112c26;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere; }
.top a, .page a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.top { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: center; padding: 12px 24px; background: var(--raised); border-bottom: 1px solid var(--border); }
.top strong { font-size: 15px; }
.top nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.top a { padding: 2px 0; text-decoration: none; border-bottom: 2px solid transparent; }
.top a[aria-current='page'] { color: var(--text); border-color: var(--accent); }
.page { display: grid; grid-template-columns: 240px minmax(0, 1fr); gap: 40px; max-width: 1200px; margin: 0 auto; padding: 24px; }
.contents { position: sticky; top: 24px; align-self: start; max-height: calc(100vh - 48px); overflow: auto; font-size: 13px; }
.page .contents h2 { margin: 16px 0 4px; font-size: 12px; line-height: 16px; color: var(--muted); font-weight: 600; }
.contents ul { margin: 0; padding: 0; list-style: none; }
.page .contents a { display: block; padding: 2px 0; color: var(--text); text-decoration: none; }
.page .contents a:hover { color: var(--accent); }
.page h1 { margin: 0 0 8px; font-size: 24px; line-height: 32px; }
.page section { padding: 24px 0; border-top: 1px solid var(--border); }
.page h2 { margin: 0 0 4px; font-size: 18px; line-height: 26px; }
.page h3 { margin: 20px 0 8px; font-size: 14px; }
.muted { color: var(--muted); }
.way { display: inline-block; margin-right: 8px; padding: 0 8px; border-radius: 4px; font-size: 12px; font-weight: 600; color: var(--receive); background: var(--receive-soft); vertical-align: 2px; }
.way.send { color: var(--send); background: var(--send-soft); }
.page code, .page pre { font: 12.5px/18px 'JetBrains Mono', ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; }
.page :not(pre) > code { padding: 1px 4px; background: var(--raised); border-radius: 4px; }
.page pre { margin: 0; padding: 12px 16px; overflow: auto; background: var(--raised); border: 1px solid var(--border); border-radius: 6px; }
.scroll { overflow-x: auto; }
.page table { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 20px; }
.page th { text-align: left; font-weight: 600; color: var(--muted); }
.page th, .page td { padding: 6px 12px 6px 0; vertical-align: top; border-bottom: 1px solid var(--border); }
.page td:first-child { min-width: 150px; }
.page td:nth-child(2) { min-width: 90px; color: var(--muted); }
.page td:last-child { min-width: 180px; }
.page summary { cursor: pointer; }
.page dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 12px 0; }
.page dt { color: var(--muted); }
.page dd { margin: 0; }
/* of the package, where its colours are too faint to be read */
.swagger-ui .opblock .opblock-summary-method { color: #000; text-shadow: none; }
.swagger-ui .info .title small { background: #57606a; }
.swagger-ui .info a, .swagger-ui .info .url { color: var(--accent); }
@media (max-width: 800px) { .page { display: block; padding: 16px; } .contents { position: static; max-height: none; margin-bottom: 24px; } .top { padding: 12px 16px; } .page dl { grid-template-columns: minmax(0, 1fr); gap: 0; } .page dd { margin-bottom: 8px; } }
`;

/** The theme chosen in the console, else that of the system; both reference pages know the class. */
export const themeScript = `const dark = matchMedia('(prefers-color-scheme: dark)');
const show = () => {
  const chosen = localStorage.getItem('oqx.theme');
  document.documentElement.classList.toggle('dark-mode', chosen === 'dark' || (chosen !== 'light' && dark.matches));
};
show();
dark.addEventListener('change', show);
`;
