import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Empty } from '../../ui/empty';

@Component({
  selector: 'oqx-not-found-page',
  imports: [Empty, RouterLink],
  template: `
    <div class="page">
      <h1 i18n>Not found</h1>
      <oqx-empty
        title="There is nothing at this address"
        i18n-title
        text="It may have been mistyped, or come from a newer console."
        i18n-text
      >
        <a class="btn" routerLink="/" i18n>Overview</a>
        <a class="btn" routerLink="/instances" i18n>Instances</a>
      </oqx-empty>
    </div>
  `,
})
export class NotFoundPage {}
