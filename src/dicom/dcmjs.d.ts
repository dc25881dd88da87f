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

  class WriteBufferStream {
    constructor(defaultSize: number, littleEndian?: boolean);
    readonly size: number;
    getBuffer(): ArrayBuffer | Uint8Array;
  }

  interface DcmjsElement {
    vr: string;
    Value: unknown[];
  }

  const dcmjs: {
    data: {
      DicomMetaDictionary: { nameMap: Record<string, DictionaryEntry> };
      DicomMessage: {
        write(
          elements: Record<string, DcmjsElement>,
          stream: WriteBufferStream,
          transferSyntaxUID: string,
          options: { allowInvalidVRLength: boolean },
        ): number;
      };
      WriteBufferStream: typeof WriteBufferStream;
    };
  };

  export type { DcmjsElement, DictionaryEntry };
  export default dcmjs;
}
