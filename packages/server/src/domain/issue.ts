/** A problem that a caller can fix, reported as a value: several may stand in one request. */
export interface Issue {
  readonly code: string;
  /** One sentence that names the thing and says what to do. */
  readonly message: string;
  /** The field at fault, as `properties.inputs.data`. */
  readonly target: string;
}
