import type { JsonReference } from '../../ui/json-lines';
import { formatBytes, formatCount } from '../../ui/format';

/** A big value stands apart from the history as `{"$payload": {ref: '<instance>/<sha256>', size, length?}}`: where it is, in a link. */
export function payloadLink(value: unknown): JsonReference | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined;
  const { $payload } = value as { readonly $payload?: unknown };
  if (typeof $payload !== 'object' || $payload === null) return undefined;
  const { ref, size, length } = $payload as { readonly ref?: unknown; readonly size?: unknown; readonly length?: unknown };
  if (typeof ref !== 'string' || typeof size !== 'number') return undefined;
  const [instance, sha256] = ref.split('/');
  if (!instance || !sha256) return undefined;
  const items = typeof length === 'number' ? $localize`, ${formatCount(length)}:count: items` : '';
  return {
    text: $localize`Show ${formatBytes(size)}:size:${items}:items:`,
    href: `/api/v1/instances/${encodeURIComponent(instance)}/payloads/${encodeURIComponent(sha256)}`,
  };
}
