/** The part of dcmjs 0.51 that is used here; the package has no types of its own. */
declare module 'dcmjs' {
  interface DictionaryEntry {
    /** `(0010,0010)` */
    tag: string;
    /** A VR, or `ox` (OB or OW), `xs` (US or SS), `lt` (US or OW), `up` (UL), `na`. */
    vr: string;
    vm: string;
    name: string;
  }

  const dcmjs: {
    anonymizer: { getTagsNameToEmpty(): string[] };
    data: {
      DicomMetaDictionary: { nameMap: Record<string, DictionaryEntry> };
    };
  };

  export type { DictionaryEntry };
  export default dcmjs;
}
