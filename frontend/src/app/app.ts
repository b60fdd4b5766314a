import { Component } from '@angular/core';
import { Shell } from './core/shell/shell';

@Component({ selector: 'oqx-root', imports: [Shell], template: '<oqx-shell />' })
export class App {}
