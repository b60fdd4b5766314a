import type { Webhook } from '@contracts/rest/webhooks';
import { emptyWebhookForm, filterText, toWebhookRequest, webhookFaults, webhookField, webhookForm } from './webhook-form';

const form = { ...emptyWebhookForm, name: 'erp', url: ' https://erp.example/in ' };

describe('a webhook as typed', () => {
  it.each([
    ['it has a name and an address', emptyWebhookForm, ['name', 'url']],
    ['the address is one of the web', { ...form, url: 'ftp://erp.example' }, ['url']],
    ['headers have a name and a value', { ...form, headers: 'X-Tenant: acme\nnonsense' }, ['headers']],
    ['nothing is wrong', { ...form, headers: 'X-Tenant: acme:7' }, []],
  ])('%s', (_, typed, fields) => expect(webhookFaults(typed).map(({ field }) => field)).toEqual(fields));
  it('becomes the body of a request, without what was left empty', () => {
    expect(toWebhookRequest(form)).toEqual({ url: 'https://erp.example/in', enabled: true });
    expect(
      toWebhookRequest({
        ...form,
        ...{ definitions: 'a, b\nc', events: new Set(['failed' as const]), severity: 'error' as const, secrets: 'x\ny' },
        headers: 'X-Tenant: acme:7\n\nAuthorization: Bearer t',
      }),
    ).toMatchObject({
      definitions: ['a', 'b', 'c'],
      events: ['failed'],
      severity: 'error',
      secret: ['x', 'y'],
      headers: { 'X-Tenant': 'acme:7', Authorization: 'Bearer t' },
    });
  });
  it.each([
    ['/url', 'url'],
    ['/secret/0', 'secrets'],
    ['/headers/X-Tenant', 'headers'],
    ['/nowhere', undefined],
  ])('a problem at %j belongs to the field %s', (path, field) => expect(webhookField(path)).toBe(field));
});

describe('a webhook there is', () => {
  const webhook = { name: 'erp', url: 'https://e', definitions: ['a'], events: ['completed', 'failed'], severity: 'warning' };
  it('is edited without its secrets', () =>
    expect(webhookForm({ ...webhook, status: 'disabled' } as Webhook)).toEqual({
      ...emptyWebhookForm,
      ...{ name: 'erp', url: 'https://e', definitions: 'a', severity: 'warning', isEnabled: false },
      events: new Set(['completed', 'failed']),
    }));
  it.each([
    [webhook, 'Completed, Failed of a · Warning and above'],
    [{ definitions: null, events: null, severity: null }, 'All events'],
    [{ definitions: null, events: ['ping'], severity: 'info' }, 'ping'],
  ])('%#: says what it is told', (one, text) => expect(filterText(one as Webhook)).toBe(text));
});
