import semver from 'semver';
import type { Template } from '../../expressions/template.js';
import { mayHoldExpression } from '../../expressions/split-text.js';
import { kindOf } from '../fields.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { NAME_SHAPE } from '../vocabulary.js';

export function readWorkflow(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.require('workflow', 'the name of a definition');
  const workflow = reader.text('workflow', rules, checkName);
  const rest = optional({
    version: readVersion(step),
    input: reader.template('input', rules),
    key: reader.text('key', rules),
  });
  const detached = fields.flag('detached');
  const onParentClose = fields.oneOf('onParentClose', ['cancel', 'abandon'], 'cancel');
  if (fields.has('key') && fields.has('retry'))
    fields.problems.warning(
      'NO_EFFECT',
      fields.at('retry'),
      'expected "retry" on a child without a key, but one with a key is attached to and not started again',
      'Remove "retry", or "key"',
    );
  return { fixed: workflow ? { workflow: { workflow, detached, onParentClose, ...rest } } : {} };
}

const checkName = (name: string): string | undefined =>
  NAME_SHAPE.test(name)
    ? undefined
    : `expected the name of a definition: a lower-case letter, then letters, digits, ".", "_" or "-", but was ${kindOf(name)}`;

/** An exact version, a range of them, or `latest`. */
function readVersion({ fields, reader, rules }: StepContext): Template | undefined {
  const version = fields.get('version');
  const isRange = typeof version === 'string' && version.trim() !== '' && semver.validRange(version) !== null;
  if (version === undefined || version === 'latest' || isRange || (typeof version === 'string' && mayHoldExpression(version)))
    return reader.template('version', rules);
  return fields.error(
    'VERSION_INVALID',
    'version',
    `expected a version or a range of versions, but was ${kindOf(version)}`,
    'Write "1.2.0", ^1.2.0, "1.x" or latest',
  );
}
