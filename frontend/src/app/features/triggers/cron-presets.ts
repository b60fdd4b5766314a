/** Schedules people ask for most; a beginning to change. */
export const cronPresets: readonly { readonly word: string; readonly cron: string }[] = [
  { word: $localize`Every minute`, cron: '* * * * *' },
  { word: $localize`Every 15 minutes`, cron: '*/15 * * * *' },
  { word: $localize`Every hour`, cron: '0 * * * *' },
  { word: $localize`Every day, 09:00`, cron: '0 9 * * *' },
  { word: $localize`On weekdays, 09:00`, cron: '0 9 * * MON-FRI' },
  { word: $localize`Mondays, 07:30`, cron: '30 7 * * MON' },
  { word: $localize`First of the month`, cron: '0 0 1 * *' },
];
