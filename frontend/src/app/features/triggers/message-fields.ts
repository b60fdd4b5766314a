import { Component } from '@angular/core';
import { Field } from '../../ui/field';
import { TriggerFields } from './trigger-fields';

/** Which messages of the broker a trigger takes. */
@Component({
  selector: 'oqx-message-fields',
  imports: [Field],
  template: `
    <fieldset>
      <legend i18n>Messages from</legend>
      <div class="options">
        <label class="option" [class.on]="form().source === 'exchange'">
          <input type="radio" name="source" [checked]="form().source === 'exchange'" (change)="change({ source: 'exchange' })" />
          <span i18n>An exchange</span>
        </label>
        <label class="option" [class.on]="form().source === 'queue'">
          <input type="radio" name="source" [checked]="form().source === 'queue'" (change)="change({ source: 'queue' })" />
          <span i18n>A queue</span>
        </label>
      </div>
    </fieldset>
    <div class="pair">
      @if (form().source === 'exchange') {
        <oqx-field for="exchange" label="Exchange" i18n-label [hint]="exchangeHint" [fault]="faults().exchange">
          <input
            #exchange
            id="exchange"
            class="input mono"
            maxlength="255"
            autocomplete="off"
            spellcheck="false"
            aria-describedby="exchange-note"
            [attr.aria-invalid]="faults().exchange !== undefined"
            [value]="form().exchange"
            (input)="change({ exchange: exchange.value })"
          />
        </oqx-field>
        <oqx-field
          for="routing-key"
          label="Routing key"
          i18n-label
          [isOptional]="true"
          [hint]="routingHint"
          [fault]="faults().routingKey"
        >
          <input
            #routing
            id="routing-key"
            class="input mono"
            maxlength="255"
            autocomplete="off"
            spellcheck="false"
            placeholder="#"
            aria-describedby="routing-key-note"
            [value]="form().routingKey"
            (input)="change({ routingKey: routing.value })"
          />
        </oqx-field>
      } @else {
        <oqx-field for="queue" label="Queue" i18n-label [hint]="queueHint" [fault]="faults().queue">
          <input
            #queue
            id="queue"
            class="input mono"
            maxlength="255"
            autocomplete="off"
            spellcheck="false"
            aria-describedby="queue-note"
            [attr.aria-invalid]="faults().queue !== undefined"
            [value]="form().queue"
            (input)="change({ queue: queue.value })"
          />
        </oqx-field>
      }
    </div>
    <oqx-field for="filter" label="Filter" i18n-label [isOptional]="true" [hint]="filterHint" [fault]="faults().filter">
      <input
        #filter
        id="filter"
        class="input mono"
        maxlength="8192"
        autocomplete="off"
        spellcheck="false"
        placeholder="message.body.cents > 100"
        aria-describedby="filter-note"
        [attr.aria-invalid]="faults().filter !== undefined"
        [value]="form().filter"
        (input)="change({ filter: filter.value })"
      />
    </oqx-field>
  `,
  styleUrl: './trigger-fields.css',
})
export class MessageFields extends TriggerFields {
  protected readonly exchangeHint = $localize`A durable queue of ours is bound to it.`;
  protected readonly routingHint = $localize`Of that binding; # takes everything.`;
  protected readonly queueHint = $localize`A queue there is; it is consumed.`;
  protected readonly filterHint = $localize`An expression over message; messages it is not true of pass by.`;
}
