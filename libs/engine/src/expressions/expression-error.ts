/** An expression could not be evaluated. It fails its step and is not retried. */
export class ExpressionError extends Error {
  readonly code = 'EXPRESSION_FAILED';
  /** The expression as written, without `${` and `}`; set where it is known. */
  readonly expression: string | undefined;

  constructor(message: string, expression?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExpressionError';
    this.expression = expression;
  }
}

/** A bound (cost, size) was reached. Unlike other failures it is not absorbed by `||`, `&&`, `all` and `exists`. */
export class ExpressionBoundError extends ExpressionError {
  constructor(message: string, expression?: string) {
    super(message, expression);
    this.name = 'ExpressionBoundError';
  }
}
