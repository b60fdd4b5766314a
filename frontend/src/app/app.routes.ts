import type { Routes } from '@angular/router';

export const routes: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: $localize`Overview`,
    loadComponent: () => import('./features/overview/overview-page').then((m) => m.OverviewPage),
  },
  {
    path: 'instances',
    title: $localize`Instances`,
    loadComponent: () => import('./features/instances/instances-page').then((m) => m.InstancesPage),
  },
  {
    path: 'instances/:id',
    title: $localize`Instance`,
    loadComponent: () => import('./features/instance/instance-page').then((m) => m.InstancePage),
  },
  {
    path: 'definitions',
    title: $localize`Definitions`,
    loadComponent: () => import('./features/definitions/definitions-page').then((m) => m.DefinitionsPage),
  },
  {
    path: 'definitions/:name',
    title: $localize`Definition`,
    loadComponent: () => import('./features/definitions/definition-page').then((m) => m.DefinitionPage),
  },
  {
    path: 'definitions/:name/:version',
    title: $localize`Definition`,
    loadComponent: () => import('./features/definitions/definition-page').then((m) => m.DefinitionPage),
  },
  {
    path: 'workers',
    title: $localize`Workers & queues`,
    loadComponent: () => import('./features/workers/workers-page').then((m) => m.WorkersPage),
  },
  {
    path: 'triggers',
    title: $localize`Schedules & triggers`,
    loadComponent: () => import('./features/triggers/triggers-page').then((m) => m.TriggersPage),
  },
  {
    path: 'new/trigger',
    title: $localize`New trigger`,
    loadComponent: () => import('./features/triggers/trigger-editor').then((m) => m.TriggerEditor),
  },
  {
    path: 'triggers/:name',
    title: $localize`Trigger`,
    loadComponent: () => import('./features/triggers/trigger-page').then((m) => m.TriggerPage),
  },
  {
    path: 'triggers/:name/edit',
    title: $localize`Edit trigger`,
    loadComponent: () => import('./features/triggers/trigger-editor').then((m) => m.TriggerEditor),
  },
  {
    path: 'webhooks',
    title: $localize`Webhooks`,
    loadComponent: () => import('./features/webhooks/webhooks-page').then((m) => m.WebhooksPage),
  },
  {
    path: 'new/webhook',
    title: $localize`New webhook`,
    loadComponent: () => import('./features/webhooks/webhook-editor').then((m) => m.WebhookEditor),
  },
  {
    path: 'webhooks/:name',
    title: $localize`Webhook`,
    loadComponent: () => import('./features/webhooks/webhook-page').then((m) => m.WebhookPage),
  },
  {
    path: 'webhooks/:name/edit',
    title: $localize`Edit webhook`,
    loadComponent: () => import('./features/webhooks/webhook-editor').then((m) => m.WebhookEditor),
  },
  {
    path: 'asks',
    title: $localize`Asks`,
    loadComponent: () => import('./features/asks/asks-page').then((m) => m.AsksPage),
  },
  {
    path: 'events',
    title: $localize`Events`,
    loadComponent: () => import('./features/events/events-page').then((m) => m.EventsPage),
  },
  {
    path: 'bulk/:id',
    title: $localize`Bulk job`,
    loadComponent: () => import('./features/bulk/bulk-page').then((m) => m.BulkPage),
  },
  {
    path: 'dead-letters',
    title: $localize`Dead letters`,
    loadComponent: () => import('./features/incidents/incidents-page').then((m) => m.IncidentsPage),
  },
  {
    path: 'dead-letters/:id',
    title: $localize`Incident`,
    loadComponent: () => import('./features/incidents/incident-page').then((m) => m.IncidentPage),
  },
  {
    path: 'chaos',
    title: $localize`Chaos`,
    loadComponent: () => import('./features/chaos/chaos-page').then((m) => m.ChaosPage),
  },
  {
    path: 'admin/audit',
    title: $localize`Operator log`,
    loadComponent: () => import('./features/operator-log/operator-log-page').then((m) => m.OperatorLogPage),
  },
  { path: 'inbox', redirectTo: '/asks' },
  { path: 'schedules', redirectTo: '/triggers?kind=schedule' },
  { path: 'incidents', redirectTo: '/dead-letters' },
  { path: 'operator-log', redirectTo: '/admin/audit' },
  { path: 'queues', redirectTo: '/workers?tab=queues' },
  {
    path: '**',
    title: $localize`Not found`,
    loadComponent: () => import('./core/shell/not-found-page').then((m) => m.NotFoundPage),
  },
];
