import { Component } from '@angular/core';
import { TextField } from '../../ui/text-field';
import { TriggerFields } from './trigger-fields';

/** Which messages of the broker a trigger takes. */
@Component({
  selector: 'oqx-message-fields',
  imports: [TextField],
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
        <oqx-text-field
          boxId="exchange"
          label="Exchange"
          i18n-label
          [hint]="exchangeHint"
          [fault]="faults().exchange"
          [isMono]="true"
          maxlength="255"
          [text]="form().exchange"
          (textChange)="change({ exchange: $event })"
        />
        <oqx-text-field
          boxId="routing-key"
          label="Routing key"
          i18n-label
          [isOptional]="true"
          [hint]="routingHint"
          [fault]="faults().routingKey"
          [isMono]="true"
          maxlength="255"
          placeholder="#"
          [text]="form().routingKey"
          (textChange)="change({ routingKey: $event })"
        />
      } @else {
        <oqx-text-field
          boxId="queue"
          label="Queue"
          i18n-label
          [hint]="queueHint"
          [fault]="faults().queue"
          [isMono]="true"
          maxlength="255"
          [text]="form().queue"
          (textChange)="change({ queue: $event })"
        />
      }
    </div>
    <oqx-text-field
      boxId="filter"
      label="Filter"
      i18n-label
      [isOptional]="true"
      [hint]="filterHint"
      [fault]="faults().filter"
      [isMono]="true"
      maxlength="8192"
      placeholder="message.body.cents > 100"
      [text]="form().filter"
      (textChange)="change({ filter: $event })"
    />
  `,
  styleUrl: './trigger-fields.css',
})
export class MessageFields extends TriggerFields {
  protected readonly exchangeHint = $localize`A durable queue of ours is bound to it.`;
  protected readonly routingHint = $localize`Of that binding; # takes everything.`;
  protected readonly queueHint = $localize`A queue there is; it is consumed.`;
  protected readonly filterHint = $localize`An expression over message; messages it is not true of pass by.`;
}
