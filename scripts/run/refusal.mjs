/** Something the person at the keyboard can mend: printed without a stack. */
export class Refusal extends Error {
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}
