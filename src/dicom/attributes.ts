/**
 * A value of our own. Strings are printable ASCII; DS and IS take numbers; AT takes eight hexadecimal digits;
 * `''` and `[]` are an attribute without a value, `undefined` is no attribute.
 */
export type AttributeValue =
  | string
  | number
  | readonly (string | number)[]
  | readonly Attributes[]
  | Uint8Array
  | Uint16Array
  | undefined;

/** A data set of our own, by keyword. */
export interface Attributes {
  [keyword: string]: AttributeValue;
}
