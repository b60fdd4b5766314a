import { LiveAnnouncer } from '@angular/cdk/a11y';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { ApiProblem } from '../../core/api/api-problem';
import { Editor } from './editor';

interface Form {
  readonly name: string;
  readonly zone: string;
}
interface Thing extends Form {
  readonly version: number;
}

const refusal = (path: string): ApiProblem =>
  new ApiProblem({ errors: [{ severity: 'error', code: 'X', path, message: 'no such zone' }], code: 'X_INVALID' }, 422);

function editor(own: string | undefined, save = (form: Form): Promise<Thing> => Promise.resolve({ ...form, version: 1 })) {
  const name = signal(own);
  return TestBed.runInInjectionContext(
    () =>
      new Editor<Thing, Form>(name, {
        path: '/things',
        words: { all: 'Things', fresh: 'New thing', save: 'Save' },
        empty: { name: '', zone: 'UTC' },
        load: (known) => Promise.resolve({ name: known, zone: 'Europe/Madrid', version: 1 }),
        formOf: ({ name: known, zone }) => ({ name: known, zone }),
        faultsOf: (form) => (form.name === '' ? [{ field: 'name', text: 'It has a name.' }] : []),
        fieldOf: (path) => (path === '/zone' ? 'zone' : undefined),
        save,
      }),
  );
}

describe('Editor', () => {
  beforeEach(() =>
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: '**', children: [] }]),
        { provide: LiveAnnouncer, useValue: { announce: () => undefined } },
      ],
    }),
  );
  const place = (): string => TestBed.inject(Router).url;

  it('keeps what is typed before it is known what a new one begins with', () => {
    const made = editor(undefined);
    made.change({ name: 'nightly' });
    made.begin({ name: '', zone: 'America/New_York' });
    expect(made.form()).toEqual({ name: 'nightly', zone: 'America/New_York' });
  });

  it('is not ready before that which is edited is known', async () => {
    const made = editor('nightly');
    expect(made.isReady()).toBe(false);
    await made.load();
    expect([made.isReady(), made.form().zone]).toEqual([true, 'Europe/Madrid']);
  });

  it('says what is wrong where something was typed, and all of it once saving was tried', async () => {
    const made = editor(undefined);
    expect(made.faults()).toEqual({});
    await made.save();
    expect(made.faults()).toEqual({ name: 'It has a name.' });
    made.change({ name: 'a' });
    expect(made.faults()).toEqual({});
    expect(place()).toBe('/');
  });

  it('says a refusal at its field until that is changed, and what is about no field as a whole', async () => {
    const made = editor('nightly', () => Promise.reject(refusal('/zone')));
    await made.load();
    await made.save();
    expect([made.faults(), made.problem()]).toEqual([{ zone: 'no such zone' }, undefined]);
    made.change({ zone: 'UTC' });
    expect(made.faults()).toEqual({});
    const other = editor('nightly', () => Promise.reject(refusal('/elsewhere')));
    await other.load();
    await other.save();
    expect([other.faults(), other.problem()?.code, other.isSaving()]).toEqual([{}, 'X_INVALID', false]);
  });

  it('goes to the page of what it has saved', async () => {
    const made = editor(undefined);
    made.change({ name: 'nightly' });
    await made.save();
    expect(place()).toBe('/things/nightly');
  });
});
